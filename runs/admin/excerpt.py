"""Values as a page shows them: readable, and never longer than the page can bear."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The beginning of a value's text; ``size`` is the length of the whole."""

    text: str
    size: int

    @property
    def is_cut(self) -> bool:
        return self.size > len(self.text)


def excerpt(value: Any, limit: int) -> Excerpt:
    """A text as it is, anything else as JSON, up to ``limit`` characters."""
    whole = spelled_value(value)
    return Excerpt(text=whole[:limit], size=len(whole))


def spelled_value(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


def clipped(name: str, limit: int = 200) -> str:
    """A name that fits a page, however long somebody made it."""
    return name if len(name) <= limit else f"{name[: limit - 1]}…"


def spelled(duration: timedelta | None) -> str | None:
    """A duration with as much precision as a person wants."""
    if duration is None:
        return None
    seconds = max(duration.total_seconds(), 0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"
