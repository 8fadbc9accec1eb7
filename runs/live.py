"""Who is watching: hands what was just written to the watchers in this process."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Sequence
from uuid import UUID

from wayflow.events import Event

from .chunks import ChunkStyle, Reader, Text, said
from .records import Record

LIMIT = 1_000
LIMIT_BYTES = 256 * 1024
"""Unread records, by number and size, that are kept for all watchers of a run.

As much again is kept of texts whose nodes are over. Who needs more reads the journal.
"""


class Subscription:
    """One watcher of a run; what it has not read yet is kept by the run's tail.

    Belongs to the loop of its tail; only ``close`` may be called from any thread.
    """

    def __init__(self, hub: Hub, tail: Tail) -> None:
        self.position = tail.end
        self.news = asyncio.Event()
        self._hub = hub
        self._tail = tail
        self._readers: dict[str, Reader] = {}

    async def wait(self) -> None:
        """Return as soon as there may be something to take."""
        await self.news.wait()

    def take(self, sent: int) -> tuple[list[Record], bool]:
        """The unread records, in order, for one who has the events up to ``sent``.

        True: some before them are missing; the journal has them.
        """
        self.news.clear()
        self.find_texts(sent)
        return self._tail.take(self)

    def find_texts(self, sent: int) -> None:
        """Look for texts that are of use to one who has the events up to ``sent``."""
        for text in self._tail.texts_after(sent):
            reader = self._readers.get(text.node_id)
            if reader is None or reader.text is not text:
                self._readers[text.node_id] = Reader(text)

    def chunks(self, sent: int, style: ChunkStyle) -> list[bytes]:
        """Frames of what nodes said meanwhile, for one who has the events so far."""
        readers = self._readers.values()
        chunks = [reader.next_chunk(sent, style) for reader in readers]
        return [chunk for chunk in chunks if chunk is not None]

    def last_chunk(self, node_id: str, seq: int, style: ChunkStyle) -> bytes | None:
        """The rest of what a node said that is over with event number ``seq``."""
        self._tail.end_text(node_id, seq)
        reader = self._readers.get(node_id)
        if reader is None or not reader.text.is_before(seq):
            return None
        del self._readers[node_id]
        return reader.last_chunk(style)

    def close(self) -> None:
        """Watch no longer."""
        self._hub.leave(self._tail, self)


class Tail:
    """The newest of one run, kept once for all its watchers on one loop.

    Filled from any thread. It never waits for a watcher: what is too much is dropped.
    """

    def __init__(self, hub: Hub, run_id: UUID, loop: asyncio.AbstractEventLoop) -> None:
        self.run_id = run_id
        self.loop = loop
        self.watchers: tuple[Subscription, ...] = ()
        self._limits = hub.limit, hub.limit_bytes
        self._lock = hub.lock
        self._records: list[Record] = []
        self._bytes = 0
        self._dropped = 0
        self._unread = 0
        self._reached = 0
        self._texts: dict[str, Text] = {}
        self._ended: list[Text] = []
        self._settled: dict[str, int] = {}
        self._has_records = False
        self._told = False
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0

    @property
    def end(self) -> int:
        """How many records came so far."""
        return self._dropped + len(self._records)

    # --- from any thread ---

    def publish(self, records: Sequence[Record]) -> None:
        with self._lock:
            for record in records:
                self._records.append(record)
                self._bytes += len(record.frame)
                if record.settles is not None:
                    self._settle(record.settles, record.seq)
            self._reached = max(self._reached, records[-1].seq)
            self._unread = len(self.watchers)
            self._trim()
            self._has_records = True
            self._tell()

    def hint(self, last_seq: int) -> None:
        """The journal has events up to ``last_seq``, whoever wrote them."""
        with self._lock:
            if last_seq <= self._reached:
                return
            # As if so many had come that they were dropped: watchers read the journal.
            self._clear()
            self._dropped += 1
            self._reached = last_seq
            self._unread = len(self.watchers)
            self._has_records = True
            self._tell()

    def chunk(self, after: int, event: Event) -> None:
        heard = said(event)
        if heard is None:
            return
        node_id, start, content = heard
        with self._lock:
            if after < self._settled.get(node_id, 0):
                return
            text = self._texts.get(node_id)
            if text is None or start != text.said_length:
                text = self._texts[node_id] = Text(node_id)
            text.grow(after, content)
            if text.waits(self._reached) and not self._rings_for(text):
                self._tell()

    def end_text(self, node_id: str, seq: int) -> None:
        """The node is over with event number ``seq``."""
        with self._lock:
            text = self._texts.get(node_id)
            if text is not None and text.is_before(seq):
                del self._texts[node_id]
                text.end(seq)
                self._ended.append(text)

    def leave(self, watcher: Subscription) -> None:
        with self._lock:
            self.watchers = tuple(w for w in self.watchers if w is not watcher)

    # --- on the watchers' loop ---

    def join(self, watcher: Subscription) -> None:
        with self._lock:
            self.watchers = (*self.watchers, watcher)

    def take(self, watcher: Subscription) -> tuple[list[Record], bool]:
        with self._lock:
            first = watcher.position - self._dropped
            taken = self._records[max(first, 0) :]
            if watcher.position < self.end:
                watcher.position = self.end
                self._unread -= 1
            if self._unread <= 0:
                self._clear()
            return taken, first < 0

    def texts_after(self, sent: int) -> list[Text]:
        """The texts that are not over, and those that an event after ``sent`` ends."""
        with self._lock:
            if sent > self._reached:
                self._reached = sent
                self._tell()
            over = [text for text in self._ended if (text.settled_at or 0) > sent]
            return [*over, *self._texts.values()]

    def _ring(self) -> None:
        self._timer = None
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            self._told = False
            has_news = self._show_texts() or self._has_records
            self._has_records = False
            watchers = self.watchers
        if has_news:
            for watcher in watchers:
                watcher.news.set()

    def _show_texts(self) -> bool:
        now = time.monotonic()
        shown = [text.show(now, self._reached) for text in self._texts.values()]
        dues = [text.due for text in self._texts.values() if text.waits(self._reached)]
        if dues and (self._timer is None or min(dues) < self._rings_at):
            if self._timer is not None:
                self._timer.cancel()
            self._rings_at = min(dues)
            self._timer = self.loop.call_later(self._rings_at - now, self._ring)
        return any(shown)

    # --- under the lock ---

    def _rings_for(self, text: Text) -> bool:
        """Whether a timer runs that shows ``text`` as soon as that may be."""
        if self._timer is None:
            return False
        return time.monotonic() < text.due and self._rings_at <= text.due

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self.loop.call_soon_threadsafe(self._wake)

    def _settle(self, node_id: str, seq: int) -> None:
        self.end_text(node_id, seq)
        self._settled[node_id] = seq
        if len(self._settled) > LIMIT:
            del self._settled[next(iter(self._settled))]

    def _trim(self) -> None:
        limit, limit_bytes = self._limits
        count = 0
        while len(self._records) - count > limit or self._bytes > limit_bytes:
            self._bytes -= len(self._records[count].frame)
            count += 1
        del self._records[:count]
        self._dropped += count
        sizes = [sys.getsizeof(text.content) for text in self._ended]
        # The newest stays, however long: those who keep up have a right to its end.
        while len(sizes) > 1 and sum(sizes) > limit_bytes:
            del sizes[0]
            self._ended.pop(0).forget()

    def _clear(self) -> None:
        """Everybody has everything."""
        self._dropped = self.end
        self._records = []
        self._ended = []
        self._bytes = 0


class Hub:
    """The watchers of one process, by run."""

    def __init__(self, *, limit: int = LIMIT, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit = limit
        self.limit_bytes = limit_bytes
        # Reentrant: a watcher that is garbage may leave at any moment.
        self.lock = threading.RLock()
        self._tails: dict[UUID, tuple[Tail, ...]] = {}

    def __len__(self) -> int:
        """How many runs are watched."""
        return len(self._tails)

    def subscribe(
        self, run_id: UUID, loop: asyncio.AbstractEventLoop | None = None
    ) -> Subscription:
        """Watch a run from now on, on ``loop``, which is else the running one."""
        with self.lock:
            tail = self._tail(run_id, loop or asyncio.get_running_loop())
            subscription = Subscription(self, tail)
            tail.join(subscription)
            return subscription

    def watched(self) -> list[UUID]:
        """The runs that have watchers here."""
        return list(self._tails)

    def leave(self, tail: Tail, subscription: Subscription) -> None:
        with self.lock:
            tail.leave(subscription)
            if not tail.watchers:
                self._forget(tail)

    def publish(self, run_id: UUID, records: Sequence[Record]) -> None:
        """Hand durable records to the run's watchers. From any thread."""
        for tail in self._tails.get(run_id, ()):
            try:
                tail.publish(records)
            except RuntimeError:
                # Its loop was closed without a goodbye.
                self._forget(tail)

    def hint(self, run_id: UUID, last_seq: int) -> None:
        """Tell the run's watchers how far its journal is. From any thread."""
        for tail in self._tails.get(run_id, ()):
            try:
                tail.hint(last_seq)
            except RuntimeError:
                self._forget(tail)

    def chunk(self, run_id: UUID, after: int, event: Event) -> None:
        """Hand a chunk to the run's watchers. From any thread."""
        for tail in self._tails.get(run_id, ()):
            try:
                tail.chunk(after, event)
            except RuntimeError:
                self._forget(tail)

    def _tail(self, run_id: UUID, loop: asyncio.AbstractEventLoop) -> Tail:
        tails = self._tails.get(run_id, ())
        for tail in tails:
            if tail.loop is loop:
                return tail
        tail = Tail(self, run_id, loop)
        self._tails[run_id] = (*tails, tail)
        return tail

    def _forget(self, tail: Tail) -> None:
        with self.lock:
            others = self._tails.pop(tail.run_id, ())
            if left := tuple(other for other in others if other is not tail):
                self._tails[tail.run_id] = left


hub = Hub()
"""The process's own."""
