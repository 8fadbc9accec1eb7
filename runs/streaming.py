"""A run as server-sent events: what the journal holds, then what happens live."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from wayflow.errors import ErrorData
from wayflow.events import run_error
from wayflow.sse import KEEP_ALIVE, encode
from wayflow.status import RunStatus

from .chunks import ChunkStyle
from .live import hub
from .models import JournalEntry, Run
from .records import OUTCOMES, Record, records_of

ROWS_AT_FIRST = 8
ROWS_AT_ONCE = 256
PAGE_BYTES = 128 * 1024
"""What is sent of a page; the number of rows in the next one follows from it."""

PART_BYTES = 64 * 1024
"""What a part of a stream holds at most, unless one event is larger."""

READERS = 4

_readers = ThreadPoolExecutor(READERS, thread_name_prefix="journal-reader")
_GONE = encode(
    run_error(
        ErrorData(
            code="WF_RUN_GONE",
            message="The run was deleted while it was read.",
            hint="Start it again; nothing of it is left.",
        )
    )
)


class Page(NamedTuple):
    """Part of a run's journal; ``status`` and ``last_seq`` are a little older.

    ``rows`` is how many rows are a good number to read next.
    """

    status: RunStatus | None
    last_seq: int
    records: list[Record]
    is_last: bool
    rows: int


class RunStream(AsyncIterator[bytes]):
    """The frames of a run after event number ``after``, some at once.

    Ends with the run, and at a pause too unless ``through_pauses``. With ``repaints``
    it is for clients that forget no question: what was answered is left out, and so is
    every ``running`` but the first. Holds no thread and no database connection while it
    waits. Close it when it is not read to the end.

    ``new_on`` is the loop that will read it, for a run that is yet to be queued: of
    such a run nothing is missed, and so the journal need not be asked.
    """

    def __init__(
        self,
        run_id: UUID,
        *,
        after: int = 0,
        through_pauses: bool = False,
        repaints: bool = False,
        chunks: ChunkStyle = ChunkStyle.CONTENT,
        new_on: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.run_id = run_id
        self._sent = after
        self._through_pauses = through_pauses
        self._chunks = chunks
        self._painter = _Painter() if repaints else None
        self._subscription = hub.subscribe(run_id, new_on)
        self._keep_alive: float = settings.WAYFLOW["KEEP_ALIVE_SECONDS"]
        self._frames: deque[bytes] = deque()
        self._status: str | None = None
        self._rows = ROWS_AT_FIRST
        self._must_read = new_on is None
        self._over = False

    def close(self) -> None:
        """Watch no longer. From any thread."""
        self._frames.clear()
        self._stop()

    async def __anext__(self) -> bytes:
        silent_until = asyncio.get_running_loop().time() + self._keep_alive
        while not self._frames:
            if self._over:
                raise StopAsyncIteration
            await (self._read() if self._must_read else self._listen(silent_until))
        return self._part()

    def _part(self) -> bytes:
        """Frames that are ready; a large one alone, so that it is not copied."""
        part = [self._frames.popleft()]
        size = len(part[0])
        while self._frames and size + len(self._frames[0]) <= PART_BYTES:
            part.append(self._frames.popleft())
            size += len(part[-1])
        return part[0] if len(part) == 1 else b"".join(part)

    async def _read(self) -> None:
        page = await read_page(self.run_id, after=self._sent, rows=self._rows)
        self._subscription.find_texts(self._sent)
        for record in page.records:
            self._send(record)
        self._rows = page.rows
        self._must_read = not page.is_last
        if page.status is None:
            self._frames.append(_GONE)
            self._stop()
        elif page.is_last and self._ends_at(page):
            self._end()
        elif page.is_last:
            self._hear()

    async def _listen(self, silent_until: float) -> None:
        try:
            async with asyncio.timeout_at(silent_until):
                await self._subscription.wait()
        except TimeoutError:
            # What another process wrote is in the journal alone.
            self._must_read = True
            self._frames.append(KEEP_ALIVE)
        else:
            self._hear()

    def _hear(self) -> None:
        """Send what is new, as far as nothing is missing in between."""
        before = self._sent
        records, self._must_read = self._subscription.take(self._sent)
        for record in records:
            if record.seq > self._sent + 1:
                self._must_read = True
            elif record.seq == self._sent + 1:
                self._send(record)
        if self._must_read:
            return
        self._frames += self._subscription.chunks(self._sent, self._chunks)
        if self._sent > before and self._is_end(self._status):
            self._end()

    def _send(self, record: Record) -> None:
        if record.settles is not None:
            chunk = self._subscription.last_chunk(
                record.settles, record.seq, self._chunks
            )
            if chunk is not None:
                self._frames.append(chunk)
        if self._painter is None or self._painter.shows(record):
            self._frames.append(record.frame)
        self._sent = record.seq
        self._status = record.status

    def _is_end(self, status: str | None) -> bool:
        if status == RunStatus.PAUSED:
            return not self._through_pauses
        return status in OUTCOMES

    def _ends_at(self, page: Page) -> bool:
        """Whether nothing follows what was sent, as far as the page tells."""
        if page.status is None or page.status.is_terminal:
            return True
        if self._sent > page.last_seq:
            # The run went on between the two reads: its last record knows better.
            return self._is_end(self._status)
        return self._sent == page.last_seq and self._is_end(page.status)

    def _end(self) -> None:
        if self._painter is not None and self._painter.question is not None:
            self._frames.append(self._painter.question)
        self._stop()

    def _stop(self) -> None:
        self._over = True
        self._subscription.close()


class _Painter:
    """Picks what repaints a run; ``question`` is what nobody answered yet."""

    def __init__(self) -> None:
        self.question: bytes | None = None
        self._runs = False

    def shows(self, record: Record) -> bool:
        # Whatever follows a question, a cancel as well, settles it.
        self.question = None
        if record.status == RunStatus.PAUSED:
            self.question = record.frame
            return False
        if record.status == RunStatus.RUNNING:
            known, self._runs = self._runs, True
            return not known
        return True


async def wait_for_outcome(run_id: UUID, *, seconds: float) -> None:
    """Return when the run ends or pauses, or when the time is over."""
    stream = RunStream(run_id, chunks=ChunkStyle.DELTA)
    try:
        async with asyncio.timeout(seconds):
            async for _ in stream:
                pass
    except TimeoutError:
        return
    finally:
        stream.close()


async def read_page(run_id: UUID, *, after: int, rows: int) -> Page:
    """What follows event number ``after`` of a run, from about that many rows."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_readers, _page, run_id, after, rows)


def _page(run_id: UUID, after: int, most_rows: int) -> Page:
    try:
        row = Run.objects.filter(pk=run_id).values_list("status", "last_seq").first()
        if row is None:
            return Page(None, 0, [], True, most_rows)
        entries = JournalEntry.objects.filter(run=run_id, last_seq__gt=after)
        pages = entries.order_by("first_seq").values_list("first_seq", "events")
        rows = list(pages[:most_rows])
    finally:
        connection.close()
    status, last_seq = row
    records: list[Record] = []
    size = 0
    for used, (first_seq, events) in enumerate(rows, 1):
        for record in records_of(first_seq, events):
            if record.seq > after and size < PAGE_BYTES:
                records.append(record)
                size += len(record.frame)
        if size >= PAGE_BYTES:
            return Page(RunStatus(status), last_seq, records, False, used)
    is_last, more_rows = len(rows) < most_rows, min(2 * most_rows, ROWS_AT_ONCE)
    return Page(RunStatus(status), last_seq, records, is_last, more_rows)
