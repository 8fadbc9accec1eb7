"""Truncation: what an event shows of a value that is too long for it."""

from __future__ import annotations

from typing import Final, cast

from .jsontext import json_bytes
from .values import Json, Value

TRUNCATE_ABOVE: Final = 32 * 1024
"""UTF-16 units of JSON that one value may have in an event."""

PREVIEW: Final = 200
"""UTF-16 units of a truncated value that its marker shows."""


def utf16_length(value: str) -> int:
    """JavaScript's ``value.length``."""
    if value.isascii():
        return len(value)
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def utf16_prefix(value: str, units: int) -> str:
    """The first UTF-16 units, less the half of a pair that would be split."""
    start = value[:units]
    if start.isascii():
        return start
    data = start.encode("utf-16-le", "surrogatepass")[: 2 * units]
    prefix = data.decode("utf-16-le", "surrogatepass")
    return prefix if start.startswith(prefix) else prefix[:-1]


def truncated(value: Value) -> Value:
    """The value, or a marker with its size and preview if it is too long to show.

    A string is measured as it is, a list or object as JSON; an inline image is shown
    whole.
    """
    if isinstance(value, str):
        if len(value) <= TRUNCATE_ABOVE // 2 or value.startswith("data:image/"):
            return value
        shown = value
    elif isinstance(value, list | dict):
        data = json_bytes(value)
        if len(data) <= TRUNCATE_ABOVE:
            return value
        shown = data.decode()
    else:
        return value
    size = utf16_length(shown)
    if size <= TRUNCATE_ABOVE:
        return value
    preview = utf16_prefix(shown, PREVIEW)
    return {"__truncated": True, "size": size, "preview": preview}


def truncated_fields(value: Value) -> Value:
    """``truncated``, of an object member by member."""
    if isinstance(value, dict):
        return {name: cast(Json, truncated(value[name])) for name in value}
    return truncated(value)
