"""A journal in memory, which waits or fails when it is told to."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import NamedTuple

from wayflow.events import Event, Private


class Record(NamedTuple):
    """One event of a run with its number and its private part."""

    seq: int
    event: Event
    private: Private | None = None


class InMemoryJournal:
    """A ``wayflow.contracts.Journal``: the events of one run, numbered from 1.

    ``appended`` are all events so far, ``chunks`` the chunks that were passed on, and
    ``awaited`` is set once somebody waits for a commit.
    """

    def __init__(self) -> None:
        self.appended: list[Record] = []
        self.chunks: list[Event] = []
        self.awaited = asyncio.Event()
        self._durable = 0
        self._fault: Exception | None = None
        self._open = asyncio.Event()
        self._open.set()

    @property
    def durable(self) -> list[Record]:
        """The records that a commit has made durable."""
        return self.appended[: self._durable]

    @property
    def told(self) -> list[tuple[Event, Private | None]]:
        """All events with their private parts, as ``replay`` takes them."""
        return [(record.event, record.private) for record in self.appended]

    def append(self, event: Event, private: Private | None = None) -> None:
        seq = len(self.appended) + 1
        self.appended.append(Record(seq, deepcopy(event), deepcopy(private)))

    def chunk(self, event: Event) -> None:
        self.chunks.append(event)

    async def ready(self) -> None:
        await asyncio.sleep(0)

    async def commit(self) -> None:
        """Raises the error given to ``fail``."""
        last = len(self.appended)
        self.awaited.set()
        await self._open.wait()
        if self._fault is not None:
            raise self._fault
        self._durable = max(self._durable, last)

    def hold(self) -> None:
        """Let commits wait from now on."""
        self._open.clear()

    def release(self) -> None:
        """Let commits go on."""
        self._open.set()

    def fail(self, error: Exception) -> None:
        """Let nothing more become durable: commits raise ``error``."""
        self._fault = error
