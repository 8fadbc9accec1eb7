"""Worker threads for plain functions; one that hangs is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

logger = logging.getLogger(__name__)

IDLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    function: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop

    def run(self) -> None:
        try:
            value = self.function()
        except BaseException as error:
            raised = error if _is_bearable(error) else RuntimeError(repr(error))
            self._settle(lambda: self.future.set_exception(raised))
        else:
            self._settle(lambda: self.future.set_result(value))

    def _settle(self, settle: Callable[[], None]) -> None:
        def unless_done() -> None:
            if not self.future.done():
                settle()

        # A closed loop has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(unless_done)


def _is_bearable(error: BaseException) -> bool:
    """Whether a future takes the error and a loop survives it: not so SystemExit."""
    if isinstance(error, StopIteration):
        return False
    return isinstance(error, Exception | asyncio.CancelledError)


class Threads:
    """Daemon threads, as many as are needed at once: for each loop up to ``limit``.

    A call whose caller stopped waiting gives its place to the next one at once: the
    thread works on for nobody and ends afterwards. ``after`` is called in the thread
    after each call, to tidy up what belongs to the thread.
    """

    def __init__(
        self, limit: int = 64, *, after: Callable[[], object] | None = None
    ) -> None:
        self._limit = limit
        self._after = after
        self._places: WeakKeyDictionary[
            asyncio.AbstractEventLoop, asyncio.Semaphore
        ] = WeakKeyDictionary()
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    async def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """``function(*args)``, called in a thread with the caller's context variables.

        Raises what it raises.
        """
        loop = asyncio.get_running_loop()
        async with self._places_of(loop):
            context = contextvars.copy_context()
            call = _Call(
                function=lambda: context.run(function, *args),
                future=loop.create_future(),
                loop=loop,
            )
            self._calls.put(call)
            if not self._idle.acquire(blocking=False):
                name = "wayflow-handler"
                threading.Thread(target=self._work, name=name, daemon=True).start()
            return await call.future

    def _places_of(self, loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
        places = self._places.get(loop)
        if places is None:
            places = self._places[loop] = asyncio.Semaphore(self._limit)
        return places

    def _tidy_up(self) -> None:
        if self._after is not None:
            try:
                self._after()
            except Exception:
                logger.exception("A thread could not be tidied up")

    def _work(self) -> None:
        while True:
            try:
                call = self._calls.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                # Whoever has taken this thread's idle mark is about to send a call.
                if self._idle.acquire(blocking=False):
                    return
                call = self._calls.get()
            if not call.future.cancelled():
                call.run()
                self._tidy_up()
            del call
            self._idle.release()
