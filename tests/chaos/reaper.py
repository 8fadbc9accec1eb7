"""Ends a process the moment before it executes a certain line, on whatever thread."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from types import FrameType
from typing import Any

from tests.servers import ROOT

ROOMS = ("runs/", "wayflow/drive", "wayflow/work", "wayflow/report")
OUTSIDE = ("runs/models", "runs/admin/", "runs/migrations/", "runs/management/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file, or the call of a function when ``name`` is its name."""

    file: str
    line: int = 0
    name: str = ""

    def spelled(self) -> str:
        return f"{self.file}:{self.name or self.line}"


class Reaper:
    """Counts what is executed in our rooms; kills at the ``number``-th visit of one.

    To be begun before any other thread starts.
    """

    def __init__(self, place: Place | None, number: int) -> None:
        self.visits: Counter[Place] = Counter()
        self._place = place
        self._left = number
        self._files: dict[str, str | None] = {}

    def watch(self) -> None:
        """Begin."""
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        file = self._known(code.co_filename)
        if file is None:
            return None
        self._visit(Place(file=file, name=code.co_qualname))

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "line":
                self._visit(Place(file=file, line=frame.f_lineno))
            return line

        return line

    def _known(self, path: str) -> str | None:
        if path not in self._files:
            file = path.removeprefix(f"{ROOT}/")
            ours = file.startswith(ROOMS) and not file.startswith(OUTSIDE)
            self._files[path] = file if ours else None
        return self._files[path]

    def _visit(self, place: Place) -> None:
        self.visits[place] += 1
        if place == self._place:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)
