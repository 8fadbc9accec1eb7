"""The growing text of a node, and how much of it its watchers see by now."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Any, NamedTuple

from access.secrets import scrubber
from access.sieve import Sieve
from wayflow.events import NODE_CHUNK, Event, node_chunk
from wayflow.sse import encode

PACE_SECONDS = 0.05
"""Between two chunks of one node, at least."""

HOLD_SECONDS = 0.25
"""After which the last few characters of a text that stopped growing are shown."""


class ChunkStyle(StrEnum):
    """What a watcher wants of a text with each chunk."""

    CONTENT = "content"
    """What is new, and all there is: for clients that remember nothing."""

    DELTA = "delta"
    """What is new: the bytes grow with the text, not with its square."""


class Mark(NamedTuple):
    """So much of a text belongs after event number ``after``."""

    after: int
    length: int


class Text:
    """What a node said so far in one attempt.

    ``content`` is what is clear of secrets; it ends before what may become one.
    ``shown`` is what watchers may see; it follows ``content`` at a pace, and never
    before the event that it comes after. At ``settled_at`` the node was over.
    """

    __slots__ = (
        "_after",
        "_frames",
        "_held_until",
        "_next",
        "_paced_until",
        "_sieve",
        "_told_id",
        "node_id",
        "settled_at",
        "shown",
    )

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        self.shown = Mark(0, 0)
        self.settled_at: int | None = None
        self._paced_until = self._held_until = 0.0
        self._after = 0
        self._next: Mark | None = None
        self._sieve = Sieve(scrubber())
        self._told_id = scrubber().text(node_id)
        self._frames: dict[ChunkStyle, tuple[int, int, bytes]] = {}

    @property
    def content(self) -> str:
        return self._sieve.text[: self._sieve.length]

    @property
    def said_length(self) -> int:
        """How much the node said, whether it is clear of secrets or not."""
        return self._sieve.raw_length

    def grow(self, after: int, said: str) -> None:
        self._after = after
        self._sieve.grow(said)
        self._mark()
        if self._sieve.holds_few:
            self._held_until = time.monotonic() + HOLD_SECONDS

    def end(self, seq: int) -> None:
        """The node is over with event number ``seq``: no more will be said."""
        self.settled_at = seq
        self._sieve.end()

    @property
    def length(self) -> int:
        """Of the content."""
        return self._sieve.length

    def is_before(self, seq: int) -> bool:
        """Whether all of it belongs before event number ``seq``."""
        return self._after < seq

    @property
    def due(self) -> float:
        """When what ``waits`` may be shown."""
        return self._held_until if self._next is None else self._paced_until

    def waits(self, reached: int) -> bool:
        """Whether only time keeps some of it from being shown."""
        if self._next is None:
            return self._sieve.holds_few and self._after <= reached
        return self._next.after <= reached

    def show(self, now: float, reached: int) -> bool:
        """Show what may be shown when events came so far; whether that is more."""
        if now < self.due:
            return False
        if self._next is None and self._sieve.holds_few:
            self._sieve.let_go()
            self._mark()
        mark = self._next
        if mark is None or mark.after > reached:
            return False
        newest = Mark(self._after, self._sieve.length)
        if newest.after <= reached:
            mark = newest
        self.shown = mark
        self._next = newest if newest.length > mark.length else None
        self._paced_until = now + PACE_SECONDS
        return True

    def _mark(self) -> None:
        """Note what is new, unless something is noted already."""
        if self._next is None and self._sieve.length > self.shown.length:
            self._next = Mark(self._after, self._sieve.length)

    def forget(self) -> None:
        """Leave nothing for those who have not seen it yet."""
        self._sieve = Sieve(scrubber())
        self._frames = {}

    def chunk(self, start: int, end: int, style: ChunkStyle) -> bytes | None:
        """The frame of what is between; None if that is nothing, or forgotten."""
        content = self.content
        if not start < end <= len(content):
            return None
        # Watchers in step share its bytes.
        kept = self._frames.get(style)
        if kept is not None and kept[:2] == (start, end):
            return kept[2]
        delta = content[start:end]
        if style is ChunkStyle.DELTA:
            data = {"nodeId": self._told_id, "delta": delta}
            frame = encode(Event(event=NODE_CHUNK, data=data))
        else:
            frame = encode(node_chunk(self._told_id, delta, content[:end]))
        self._frames[style] = (start, end, frame)
        return frame


class Reader:
    """How much one watcher has of a text."""

    __slots__ = ("length", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        self.length = 0

    def next_chunk(self, sent: int, style: ChunkStyle) -> bytes | None:
        """What is shown and new to a watcher who has the events up to ``sent``."""
        mark = self.text.shown
        return self._up_to(mark.length, style) if mark.after <= sent else None

    def last_chunk(self, style: ChunkStyle) -> bytes | None:
        """All the rest of it."""
        return self._up_to(self.text.length, style)

    def _up_to(self, end: int, style: ChunkStyle) -> bytes | None:
        start, self.length = self.length, max(self.length, end)
        return self.text.chunk(start, end, style)


def said(event: Event) -> tuple[str, int, str] | None:
    """Node, where the chunk begins in the text, and the text; None if it has none."""
    data: dict[str, Any] = event["data"]
    node_id, delta, content = (data.get(k) for k in ("nodeId", "delta", "content"))
    if not (isinstance(node_id, str) and isinstance(content, str)):
        return None
    begins = len(content) - len(delta) if isinstance(delta, str) else 0
    return node_id, begins, content
