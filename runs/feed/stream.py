"""The feed of one listener as server-sent events: what is stored, then what is new."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.conf import settings
from django_eventstream.event import Event
from django_eventstream.eventrequest import EventRequest
from django_eventstream.eventresponse import EventResponse
from django_eventstream.eventstream import get_events
from django_eventstream.views import Listener, get_listener_manager

from access.hearing import Hearing
from runs.feed_events import newest_id, news
from wayflow.sse import KEEP_ALIVE

from .channels import channel_of
from .seats import seats
from .teller import teller

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RESET = "stream-reset"
"""The event that says: something was missed, load your lists anew."""

LONGEST_SECONDS = 3_600.0
"""After which a listener has to come back, and show again who it is."""

REMEMBERED = 256

READERS = 2

_readers = ThreadPoolExecutor(READERS, thread_name_prefix="feed-reader")


def sit_down(user: User, *, after: int | None) -> int:
    """Take a seat for a stream; returns the event after which it begins.

    ``after`` None is now. Raises FeedFull and TooManyListeners.
    """
    seats.take(user.pk)
    try:
        teller.attend()
        return newest_id() if after is None else after
    except BaseException:
        seats.leave(user.pk)
        raise


class FeedStream(AsyncIterator[bytes]):
    """The frames of one user's feed after event number ``after``, without an end.

    It ends with the ``hearing`` alone, or after ``LONGEST_SECONDS``. Needs a seat,
    which it leaves when it is closed. While it waits it holds no thread and no database
    connection. An event that is read as well as heard is sent once.
    """

    def __init__(self, user: User, *, after: int, hearing: Hearing) -> None:
        self._hearing = hearing
        self._channel = channel_of(user.pk)
        self._request = EventRequest()
        self._request.channels = {self._channel}
        self._request.user = user
        self._request.is_next = False
        self._after = after
        self._sent: deque[int] = deque(maxlen=REMEMBERED)
        self._must_read = True
        self._keep_alive: float = settings.WAYFLOW["KEEP_ALIVE_SECONDS"]
        self._until = asyncio.get_running_loop().time() + LONGEST_SECONDS
        # A browser that hears of nothing must still know where to go on.
        self._preamble = b"id: %d\nretry: 2000\n\n" % after
        self._listener = _listening(user.pk, self._channel)
        # A response that nobody starts to read is never closed, but always collected.
        self._leave = weakref.finalize(self, _leave, self._listener, user.pk)
        self._leave.atexit = False

    def close(self) -> None:
        """Listen no longer. From any thread."""
        self._leave()

    async def __anext__(self) -> bytes:
        if self._preamble:
            preamble, self._preamble = self._preamble, b""
            return preamble
        while self._leave.alive:
            frames = await (self._read() if self._must_read else self._listen())
            if await self._hearing.is_over():
                self.close()
            elif frames:
                return "".join(frames).encode()
        raise StopAsyncIteration

    async def _read(self) -> list[str]:
        self._request.channel_last_ids = {self._channel: str(self._after)}
        loop = asyncio.get_running_loop()
        page: EventResponse = await loop.run_in_executor(
            _readers, get_events, self._request
        )
        self._must_read = bool(page.channel_more)
        if page.channel_reset:
            self._after = int(page.channel_last_ids[self._channel])
            return [_frame(self._after, RESET, "{}")]
        return self._frames(page.channel_items[self._channel])

    async def _listen(self) -> list[str]:
        try:
            async with asyncio.timeout(self._keep_alive):
                await self._listener.aevent.wait()
        except TimeoutError:
            if asyncio.get_running_loop().time() > self._until:
                self.close()
            return [KEEP_ALIVE.decode()]
        with get_listener_manager().lock:
            heard, self._listener.channel_items = self._listener.channel_items, {}
            self._must_read, self._listener.overflow = self._listener.overflow, False
            self._listener.aevent.clear()
        return self._frames(heard.get(self._channel, []))

    def _frames(self, events: list[Event]) -> list[str]:
        frames: list[str] = []
        for event in events:
            if event.id is not None and event.id not in self._sent:
                self._sent.append(event.id)
                self._after = max(self._after, event.id)
                frames.append(_frame(event.id, event.type, event.data))
        return frames


def _frame(id: int, name: str, data: object) -> str:
    """One event; ``data`` are a line of JSON."""
    return f"id: {id}\nevent: {name}\ndata: {data}\n\n"


def _listening(user_id: int, channel: str) -> Listener:
    listener = Listener()
    listener.user_id = str(user_id)
    listener.channels = {channel}
    listener.assign_loop()
    get_listener_manager().add_listener(listener)
    return listener


def _leave(listener: Listener, user_id: int) -> None:
    get_listener_manager().remove_listener(listener)
    seats.leave(user_id)
    # The teller looks up, and goes home if this was the last one.
    news.set()
