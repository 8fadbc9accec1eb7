"""How much of a run's values one answer carries, however many nodes it had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wayflow.events import Event
from wayflow.jsontext import json_bytes
from wayflow.truncation import PREVIEW, utf16_length, utf16_prefix

from .records import Told

ONE_VALUE = 256 * 1024
ALL_VALUES = 4 * 1024 * 1024
SMALL = 1024
"""Bytes of JSON: of one value, of all together, and of one that is always shown."""

_VALUES = ("inputs", "outputData", "args", "result")


def rationed(records: Iterable[Told]) -> Iterator[Told]:
    """The nodes' events; values that are too much become markers with a preview.

    The markers are those of ``wayflow.truncation``.
    """
    left = ALL_VALUES
    for event, _ in records:
        data: Any = event["data"]  # of a handler's own event any value
        if not isinstance(data, dict) or "nodeId" not in data:
            continue
        shown = dict(data)
        for key in _VALUES:
            if key in shown:
                text = json_bytes(shown[key])
                if len(text) > SMALL and len(text) > min(ONE_VALUE, left):
                    shown[key] = _marker(text.decode())
                elif len(text) > SMALL:
                    left -= len(text)
        yield Event(event=event["event"], data=shown), None


def _marker(text: str) -> dict[str, Any]:
    preview = utf16_prefix(text, PREVIEW)
    return {"__truncated": True, "size": utf16_length(text), "preview": preview}
