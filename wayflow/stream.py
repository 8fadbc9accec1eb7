"""A run's events as an asynchronous iterator: the journal of one reader."""

from __future__ import annotations

import asyncio
from collections import deque

from .events import Event, Private
from .outcome import Outcome

HIGH_WATER = 4_096
"""Unread events at which a run waits for its reader before the next node."""

CHUNKS_AHEAD = 64
"""Unread events at which a streaming node waits for its reader: chunks are large."""


class EventStream:
    """Iterate to get the events; afterwards ``outcome`` tells how the run ended.

    What the engine itself could not handle is raised to the reader.
    """

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._drive: asyncio.Future[Outcome] | None = None
        self._abandoned = False
        self._news: asyncio.Future[None] | None = None
        self._room = asyncio.Event()

    @property
    def outcome(self) -> Outcome:
        """How the run ended. Raises RuntimeError while it goes on."""
        if self._drive is None:
            raise RuntimeError("The run has not ended.")
        return self._drive.result()

    def append(self, event: Event, private: Private | None = None) -> None:
        self._events.append(event)
        if self._news is not None:
            self._wake_reader()

    def chunk(self, event: Event) -> None:
        self.append(event)

    async def ready(self) -> None:
        await asyncio.sleep(0)
        await self._behind(CHUNKS_AHEAD)

    async def commit(self) -> None:
        """Wait for the reader when it is far behind."""
        await self._behind(HIGH_WATER)

    async def _behind(self, most: int) -> None:
        while len(self._events) > most and not self._abandoned:
            self._room.clear()
            await self._room.wait()

    def close(self, drive: asyncio.Future[Outcome]) -> None:
        """The run is over: the iteration ends after what is left."""
        self._drive = drive
        self._wake_reader()

    def abandon(self) -> None:
        """Nobody reads any more: what was waiting for that goes on."""
        self._abandoned = True
        self._events.clear()
        self._room.set()

    def __aiter__(self) -> EventStream:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._drive is not None:
                self._drive.result()
                raise StopAsyncIteration
            self._room.set()
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        return self._events.popleft()

    def _wake_reader(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)
