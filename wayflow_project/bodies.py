"""How much a client may send with one request, and how long it may take."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from access.answers import payload_of
from access.errors import ApiError, BodyTooLarge
from wayflow.jsontext import json_bytes

from .graceful import Application, Message, Receive, Send

BODY_SECONDS = 60.0

HEARD_OUT = 10
"""How many times the limit is thrown away before a client that sends on is cut off."""

_GONE: Message = {"type": "http.disconnect"}


class BodyTooSlow(ApiError):
    def __init__(self, seconds: float) -> None:
        super().__init__(
            408,
            "WF_BODY_TOO_SLOW",
            f"The body did not arrive within {seconds:g} s.",
            hint="Send less at once, or over a faster connection.",
        )


class BodyLimits:
    """An ASGI application that refuses bodies which are too large or too slow.

    Without it all of a body would be on the disk before anybody looks at it.
    """

    def __init__(
        self, application: Application, *, most: int, seconds: float = BODY_SECONDS
    ) -> None:
        self._application = application
        self._most = most
        self._seconds = seconds

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        body = _Body(receive, self._most, self._seconds)
        if _announced(scope) > self._most:
            body.refusal = BodyTooLarge(self._most)
        else:
            await self._application(scope, body.receive, send)
        if body.refusal is not None:
            # A client that is still sending would not hear the answer.
            await body.throw_away()
            await _refuse(body.refusal, send)


class _Body:
    """A request's body as it comes in; ``refusal`` says why it was not read on."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self.refusal: ApiError | None = None
        self._receive = receive
        self._most = most
        self._seconds = seconds
        self._until = asyncio.get_running_loop().time() + seconds
        self._size = 0
        self._is_over = False

    async def receive(self) -> Message:
        """The next message; for whom the body is refused, its client counts as gone."""
        if self._is_over:
            return await self._receive()
        try:
            message = await self._next()
        except TimeoutError:
            self.refusal = BodyTooSlow(self._seconds)
            return _GONE
        if self._size > self._most:
            self.refusal = BodyTooLarge(self._most)
            return _GONE
        return message

    async def throw_away(self) -> None:
        """Read on for as long as can be asked of us."""
        with contextlib.suppress(TimeoutError):
            while not self._is_over and self._size <= HEARD_OUT * self._most:
                await self._next()

    async def _next(self) -> Message:
        async with asyncio.timeout_at(self._until):
            message = await self._receive()
        self._size += len(message.get("body", b""))
        self._is_over = not message.get("more_body", False)
        return message


def _announced(scope: Mapping[str, Any]) -> int:
    """The length in the request's head, 0 when there is none."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0][:18]) if lengths and lengths[0].isdigit() else 0


async def _refuse(error: ApiError, send: Send) -> None:
    body = json_bytes({"error": error.message, **payload_of(error)})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # What is still under way must not be read as the next request.
        (b"connection", b"close"),
    ]
    status = error.status_code
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
