"""Values as JSON carries them, without what changes from run to run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from wayflow.values import ABSENT

VOLATILE = ("startedAt", "finishedAt", "durationMs")


def wire(value: Any) -> Any:
    """A copy of ``value`` as JSON would bring it to the other side.

    Members without a value are dropped, such list elements become null, as do numbers
    that JSON has no spelling for. Raises TypeError for what JSON cannot hold.
    """
    if isinstance(value, Mapping):
        return {k: wire(v) for k, v in value.items() if v is not ABSENT}
    if isinstance(value, list | tuple):
        return [None if item is ABSENT else wire(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return well_formed(str(value))
    raise TypeError(f"{value!r} is not a JSON value")


def well_formed(text: str) -> str:
    """The text with U+FFFD in place of each lone surrogate."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def wire_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event as it is recorded: its volatile numbers are 0."""
    data = wire(event["data"])
    for key in VOLATILE:
        if isinstance(data.get(key), int | float):
            data[key] = 0
    return {"event": event["event"], "data": data}


class RunIds:
    """The run ids met in one case, and the names they have in its recording."""

    def __init__(self) -> None:
        self._seen: list[str] = []

    def see(self, run_id: str) -> None:
        if run_id not in self._seen:
            self._seen.append(run_id)

    def number(self, index: int) -> str:
        """The ``index``-th run id, from 1."""
        return self._seen[index - 1]

    def hidden(self, value: Any) -> Any:
        """``value`` with every run id in its texts replaced by ``<runId>``."""
        if isinstance(value, dict):
            return {key: self.hidden(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self.hidden(item) for item in value]
        if isinstance(value, str):
            for index, run_id in enumerate(self._seen, 1):
                name = "<runId>" if index == 1 else f"<runId:{index}>"
                value = value.replace(run_id, name)
        return value


def _number(value: float) -> float | None:
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None
