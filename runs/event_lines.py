"""A run's stored events as lines of JSON, read as fast as the client takes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from uuid import UUID

from wayflow.jsontext import json_bytes

from .records import Record
from .streaming import ROWS_AT_FIRST, read_page


class EventLines(AsyncIterator[bytes]):
    """The lines ``{"seq", "event", "data"}`` of a run's events, many at once.

    Those after number ``after``, up to ``last_seq``. Holds no thread and no database
    connection between two parts. Ends early if the run is deleted meanwhile.
    """

    def __init__(self, run_id: UUID, *, after: int, last_seq: int) -> None:
        self._run_id = run_id
        self._sent = after
        self._last_seq = last_seq
        self._rows = ROWS_AT_FIRST

    async def __anext__(self) -> bytes:
        if self._sent >= self._last_seq:
            raise StopAsyncIteration
        page = await read_page(self._run_id, after=self._sent, rows=self._rows)
        if not page.records:
            raise StopAsyncIteration
        self._rows = page.rows
        self._sent = page.records[-1].seq
        return _lines(r for r in page.records if r.seq <= self._last_seq)


def _lines(records: Iterable[Record]) -> bytes:
    return b"".join(
        b'{"seq":%d,"event":%b,"data":%b}\n' % (r.seq, json_bytes(r.name), r.data)
        for r in records
    )
