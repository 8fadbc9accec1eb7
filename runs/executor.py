"""Where runs execute: in this process, or wherever the setting says."""

from __future__ import annotations

from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from . import host

EMBEDDED = "runs.executor.EmbeddedExecutor"


class Executor(Protocol):
    """Takes runs to whoever drives them. Both methods return at once."""

    def submit(self, run_id: UUID) -> None:
        """Have a queued run driven."""
        ...

    def cancel(self, run_id: UUID) -> None:
        """Have a running run stopped; the request is in its row already."""
        ...


class EmbeddedExecutor:
    """Drives runs in this process."""

    def submit(self, run_id: UUID) -> None:
        host.current().submit(run_id)

    def cancel(self, run_id: UUID) -> None:
        host.current().cancel(run_id)


@cache
def executor() -> Executor:
    """The one that ``WAYFLOW["EXECUTOR"]`` names, else the embedded one."""
    made: Executor = import_string(path())()
    return made


def path() -> str:
    """The dotted path of the executor's class."""
    return str(settings.WAYFLOW.get("EXECUTOR", EMBEDDED))
