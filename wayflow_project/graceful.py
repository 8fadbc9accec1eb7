"""How the project starts and leaves, under any ASGI server."""

import asyncio
import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from types import FrameType
from typing import Any

from twisted.internet.defer import Deferred

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
Hook = Callable[[], object]
SignalHandler = Callable[[int, FrameType | None], Any] | int

SERVER_IS_CLOSING = "wayflow.server_is_closing"
LEAVE_SIGNALS = (signal.SIGTERM, signal.SIGINT)
GRACE_SECONDS = 2.0

logger = logging.getLogger(__name__)


def server_is_closing(scope: Mapping[str, Any]) -> bool:
    """Tell whether a request of this scope ends because its server does."""
    return bool(scope.get(SERVER_IS_CLOSING))


class Graceful:
    """An ASGI application that ends its open streams when the server is told to stop.

    `on_startup` and `on_shutdown` are called once each, in order, in a thread; the
    latter when no stream is open any more. A request that the server cancels sees
    `http.disconnect` instead, so that it can end in its own time.
    """

    def __init__(
        self,
        application: Application,
        *,
        on_startup: Iterable[Hook] = (),
        on_shutdown: Iterable[Hook] = (),
    ) -> None:
        self._application = application
        self._on_startup = tuple(on_startup)
        self._on_shutdown = tuple(on_shutdown)
        self._open: dict[asyncio.Task[None], _Exchange] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._closing = False
        self._attach_to_reactor()

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    # --- One request ---

    async def _answer(
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        exchange = _Exchange(scope, receive, send)
        task = asyncio.create_task(self._run(exchange))
        self._open[task] = exchange
        task.add_done_callback(self._open.__delitem__)
        if self._closing:
            exchange.announce_closing()
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            exchange.close()
            async with asyncio.timeout(GRACE_SECONDS):
                await task
            raise

    async def _run(self, exchange: "_Exchange") -> None:
        await self._application(exchange.scope, exchange.receive, exchange.send)
        await exchange.finish()

    # --- Starting and leaving ---

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._start()
        except Exception as error:
            logger.exception("The application cannot start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        with self._signals_chained():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        try:
            await self._stop()
        except Exception as error:
            logger.exception("The application did not stop cleanly")
            await send({"type": "lifespan.shutdown.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        for hook in self._on_startup:
            await asyncio.to_thread(hook)

    async def _stop(self) -> None:
        await self._end_streams()
        if self._open:
            await asyncio.wait(self._open, timeout=GRACE_SECONDS)
        errors: list[Exception] = []
        for hook in self._on_shutdown:
            try:
                await asyncio.to_thread(hook)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup("Shutdown hooks failed", errors)

    async def _end_streams(self) -> None:
        self._closing = True
        for exchange in self._open.values():
            exchange.announce_closing()
        streams = [task for task, exchange in self._open.items() if exchange.streams]
        if streams:
            await asyncio.wait(streams, timeout=GRACE_SECONDS)

    # --- Servers with signals: uvicorn, granian, hypercorn ---

    @contextlib.contextmanager
    def _signals_chained(self) -> Iterator[None]:
        # Only the main thread may set handlers; without, the server's time limit rules.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        found = {number: signal.getsignal(number) for number in LEAVE_SIGNALS}
        previous = {
            number: handler for number, handler in found.items() if handler is not None
        }
        for number, handler in previous.items():
            signal.signal(number, self._leave_then(handler, loop))
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _leave_then(
        self, previous: SignalHandler, loop: asyncio.AbstractEventLoop
    ) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(
                lambda: self._keep(self._leave(previous, number, frame))
            )

        return handle

    async def _leave(
        self, previous: SignalHandler, number: int, frame: FrameType | None
    ) -> None:
        await self._end_streams()
        if callable(previous):
            previous(number, frame)
        else:
            signal.signal(number, previous)
            signal.raise_signal(number)

    # --- Servers on Twisted's reactor: daphne, runserver ---

    def _attach_to_reactor(self) -> None:
        # A reactor that is loaded but never runs calls neither of the two.
        reactor: Any = sys.modules.get("twisted.internet.reactor")
        if reactor is not None:
            reactor.callLater(0, lambda: self._keep(self._start_on(reactor)))
            reactor.addSystemEventTrigger(
                "before", "shutdown", lambda: Deferred.fromFuture(self._stop_on())
            )

    async def _start_on(self, reactor: Any) -> None:
        try:
            await self._start()
        except Exception:
            logger.exception("The application cannot start")
            reactor.stop()

    def _stop_on(self) -> "asyncio.Future[None]":
        task = asyncio.get_running_loop().create_task(self._stop())
        task.add_done_callback(_log_failure)
        return task

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("The application did not stop cleanly", exc_info=error)


class _Exchange:
    """One request and its response, which the server may end early."""

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self.streams = False
        self._receive = receive
        self._send = send
        self._waiting: asyncio.Timeout | None = None
        self._client_left = False
        self._closed = False
        self._half_sent = False

    async def receive(self) -> Message:
        if self._closed:
            return {"type": "http.disconnect"}
        try:
            async with asyncio.timeout(None) as self._waiting:
                message = await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        finally:
            self._waiting = None
        self._client_left = message["type"] == "http.disconnect"
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.streams = _is_event_stream(message)
            if self.streams and server_is_closing(self.scope):
                self.close()
        self._half_sent = message["type"] == "http.response.start" or message.get(
            "more_body", False
        )
        await self._send(message)

    async def finish(self) -> None:
        """End a response that was left half sent because the server closes."""
        if self._half_sent and self._closed and not self._client_left:
            await self.send({"type": "http.response.body", "body": b""})

    def announce_closing(self) -> None:
        """Mark the request as ended by the server; a stream sees its client leave."""
        if not self._client_left:
            self.scope[SERVER_IS_CLOSING] = True
        if self.streams:
            self.close()

    def close(self) -> None:
        """Let the application see a disconnect, marked as the server's own."""
        if self._closed:
            return
        self._closed = True
        if not self._client_left:
            self.scope[SERVER_IS_CLOSING] = True
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())


def _is_event_stream(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in start["headers"]
    )
