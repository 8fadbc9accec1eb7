"""Who is watching: hands what was just written to the watchers in this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from wayflow.events import Event, node_chunk

from .records import Record

LIMIT = 1_000
"""Unread items after which a watcher is told to read the journal instead."""


@dataclass(slots=True, kw_only=True)
class Chunk:
    """A node's newest text; it comes after event number ``after``."""

    after: int
    event: Event

    @property
    def node_id(self) -> Any:
        return self.event["data"].get("nodeId")

    def absorb(self, event: Event) -> bool:
        """Take a later chunk of the same node in. False: the two do not fit."""
        old, new = self.event["data"], event["data"]
        both = old.get("delta"), new.get("delta")
        if not all(isinstance(delta, str) for delta in both) or "content" not in new:
            return False
        delta = "".join(map(str, both))
        self.event = node_chunk(new["nodeId"], delta, new["content"])
        return True


Item: TypeAlias = Record | Chunk


class Subscription:
    """What one watcher of a run has not read yet.

    Filled from any thread; ``wait`` and ``take`` belong to the loop that made it.
    """

    def __init__(self, hub: Hub, run_id: UUID, limit: int = LIMIT) -> None:
        self._hub = hub
        self._run_id = run_id
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._items: list[Item] = []
        self._newest_chunks: dict[Any, Chunk] = {}
        self._behind = False
        self._told = False

    async def wait(self) -> None:
        """Return as soon as there is something to take."""
        await self._news.wait()

    def take(self) -> tuple[list[Item], bool]:
        """All that is unread, in order; True when the watcher fell behind.

        Then something is missing: the journal has it.
        """
        with self._lock:
            taken, self._items = self._items, []
            behind, self._behind = self._behind, False
            self._newest_chunks = {}
            self._told = False
            self._news.clear()
        return taken, behind

    def close(self) -> None:
        """Watch no longer."""
        self._hub.leave(self._run_id, self)

    def put_records(self, records: Sequence[Record]) -> None:
        with self._lock:
            self._items.extend(records)
            self._tell()

    def put_chunk(self, after: int, event: Event) -> None:
        """Add a chunk, or let an unread one of the same node absorb it."""
        chunk = Chunk(after=after, event=event)
        with self._lock:
            newest = self._newest_chunks.get(chunk.node_id)
            if newest is None or newest.after != after or not newest.absorb(event):
                self._newest_chunks[chunk.node_id] = chunk
                self._items.append(chunk)
            self._tell()

    def _tell(self) -> None:
        if len(self._items) > self._limit:
            self._items.clear()
            self._newest_chunks = {}
            self._behind = True
        if not self._told:
            self._told = True
            self._loop.call_soon_threadsafe(self._news.set)


class Hub:
    """The subscriptions of one process, by run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watchers: dict[UUID, tuple[Subscription, ...]] = {}

    def subscribe(self, run_id: UUID, *, limit: int = LIMIT) -> Subscription:
        """Watch a run from now on; to be called on the watcher's loop."""
        subscription = Subscription(self, run_id, limit)
        with self._lock:
            self._watchers[run_id] = (*self._watchers.get(run_id, ()), subscription)
        return subscription

    def leave(self, run_id: UUID, subscription: Subscription) -> None:
        with self._lock:
            others = self._watchers.pop(run_id, ())
            if left := tuple(w for w in others if w is not subscription):
                self._watchers[run_id] = left

    def publish(self, run_id: UUID, records: Sequence[Record]) -> None:
        """Hand durable records to the run's watchers. From any thread."""
        for watcher in self._watchers.get(run_id, ()):
            self._hand(run_id, watcher, records)

    def chunk(self, run_id: UUID, after: int, event: Event) -> None:
        """Hand a chunk to the run's watchers. From any thread."""
        for watcher in self._watchers.get(run_id, ()):
            try:
                watcher.put_chunk(after, event)
            except RuntimeError:
                self.leave(run_id, watcher)

    def _hand(
        self, run_id: UUID, watcher: Subscription, records: Sequence[Record]
    ) -> None:
        try:
            watcher.put_records(records)
        except RuntimeError:
            # Its loop was closed without a goodbye.
            self.leave(run_id, watcher)


hub = Hub()
"""The process's own."""
