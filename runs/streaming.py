"""A run as server-sent events: what the journal holds, then what happens live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from wayflow.sse import KEEP_ALIVE, encode
from wayflow.status import RunStatus

from .live import Chunk, Item, hub
from .models import JournalEntry, Run
from .records import OUTCOMES, Record, records_of

ROWS_AT_ONCE = 200
READERS = 4

_readers = ThreadPoolExecutor(READERS, thread_name_prefix="journal-reader")


class _Page(NamedTuple):
    """Part of a run's journal; ``status`` and ``last_seq`` are a little older."""

    status: RunStatus | None
    last_seq: int
    records: list[Record]
    is_last: bool


class RunStream(AsyncIterator[bytes]):
    """The frames of a run after event number ``after``, as many at once as there are.

    Ends with the run, and at a pause too unless ``through_pauses``. Holds no thread
    and no database connection while it waits. Close it when it is not read to the end.
    """

    def __init__(
        self, run_id: UUID, *, after: int = 0, through_pauses: bool = False
    ) -> None:
        self._run_id = run_id
        self._sent = after
        self._through_pauses = through_pauses
        self._subscription = hub.subscribe(run_id)
        self._keep_alive: float = settings.WAYFLOW["KEEP_ALIVE_SECONDS"]
        self._held: list[Chunk] = []
        self._settled: dict[Any, int] = {}
        self._status: str | None = None
        self._must_read = True
        self._over = False

    def close(self) -> None:
        """Watch no longer. From any thread."""
        self._over = True
        self._subscription.close()

    async def __anext__(self) -> bytes:
        while not self._over:
            frames = await (self._read() if self._must_read else self._listen())
            if frames:
                return b"".join(frames)
        raise StopAsyncIteration

    async def _read(self) -> list[bytes]:
        loop = asyncio.get_running_loop()
        page = await loop.run_in_executor(_readers, _page, self._run_id, self._sent)
        frames: list[bytes] = []
        for record in page.records:
            self._send(record, frames)
        self._must_read = not page.is_last
        if page.is_last and self._ends_at(page):
            self.close()
        return frames

    async def _listen(self) -> list[bytes]:
        try:
            async with asyncio.timeout(self._keep_alive):
                await self._subscription.wait()
        except TimeoutError:
            # What another process wrote is in the journal alone.
            self._must_read = True
            return [KEEP_ALIVE]
        before = self._sent
        items, self._must_read = self._subscription.take()
        frames: list[bytes] = []
        for item in items:
            self._take(item, frames)
        if self._sent > before and not self._must_read and self._is_end(self._status):
            self.close()
        return frames

    def _take(self, item: Item, frames: list[bytes]) -> None:
        if isinstance(item, Chunk):
            self._held.append(item)
            self._release(frames)
        elif item.seq == self._sent + 1:
            self._send(item, frames)
        elif item.seq > self._sent:
            self._must_read = True

    def _send(self, record: Record, frames: list[bytes]) -> None:
        frames.append(record.frame)
        self._sent = record.seq
        self._status = record.status
        if record.settles is not None:
            self._settled[record.settles] = record.seq
        if self._held:
            self._release(frames)

    def _release(self, frames: list[bytes]) -> None:
        """Send the chunks whose event went out; drop those of nodes that settled."""
        held, self._held = self._held, []
        for chunk in held:
            if chunk.after > self._sent:
                self._held.append(chunk)
            elif chunk.after >= self._settled.get(chunk.node_id, 0):
                frames.append(encode(chunk.event))

    def _is_end(self, status: str | None) -> bool:
        if status == RunStatus.PAUSED:
            return not self._through_pauses
        return status in OUTCOMES

    def _ends_at(self, page: _Page) -> bool:
        """Whether nothing follows what was sent, as far as the page tells."""
        if page.status is None or page.status.is_terminal:
            return True
        if self._sent > page.last_seq:
            # The run went on between the two reads: its last record knows better.
            return self._is_end(self._status)
        return self._sent == page.last_seq and self._is_end(page.status)


async def wait_for_outcome(run_id: UUID, *, seconds: float) -> None:
    """Return when the run ends or pauses, or when the time is over."""
    stream = RunStream(run_id)
    try:
        async with asyncio.timeout(seconds):
            async for _ in stream:
                pass
    except TimeoutError:
        return
    finally:
        stream.close()


def _page(run_id: UUID, after: int) -> _Page:
    try:
        row = Run.objects.filter(pk=run_id).values_list("status", "last_seq").first()
        if row is None:
            return _Page(None, 0, [], True)
        entries = JournalEntry.objects.filter(run=run_id, last_seq__gt=after)
        pages = entries.order_by("first_seq").values_list("first_seq", "events")
        rows = list(pages[:ROWS_AT_ONCE])
    finally:
        connection.close()
    records = [
        record
        for first_seq, events in rows
        for record in records_of(first_seq, events)
        if record.seq > after
    ]
    status, last_seq = row
    return _Page(RunStatus(status), last_seq, records, len(rows) < ROWS_AT_ONCE)
