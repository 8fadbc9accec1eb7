"""A client of the application itself, which can leave whenever it likes."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from access.models import Token
from wayflow_project.lean import LeanHandler

from .frames import Frame, frames_in
from .stage import PATIENCE


class Exchange:
    """One request and what came of it so far."""

    def __init__(self, scope: dict[str, Any], body: bytes) -> None:
        self.scope = scope
        self.status = 0
        self.headers: dict[str, str] = {}
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "http.request", "body": body})
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._started = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    @classmethod
    async def begun(cls, scope: dict[str, Any], body: bytes) -> Exchange:
        """The exchange, once a stream has begun or any other response is whole."""
        exchange = cls(scope, body)
        async with asyncio.timeout(PATIENCE):
            await exchange._started.wait()
            if not exchange._streams:
                # A test that ends sooner would tear the application out of its work.
                await exchange._task
        return exchange

    @property
    def _streams(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    async def body(self) -> bytes:
        """The whole body."""
        parts: list[bytes] = []
        async with asyncio.timeout(PATIENCE):
            while (part := await self._parts.get()) is not None:
                parts.append(part)
        return b"".join(parts)

    async def json(self) -> Any:
        return orjson.loads(await self.body())

    async def frames(self) -> list[Frame]:
        """All the events of a stream, to its end."""
        return frames_in(await self.body())

    async def frames_until(self, event: str) -> list[Frame]:
        """The events of a stream up to the first with this name."""
        frames: list[Frame] = []
        async with asyncio.timeout(PATIENCE):
            while all(frame.event != event for frame in frames):
                part = await self._parts.get()
                assert part is not None, "the stream ended too early"
                frames += frames_in(part)
        return frames

    async def part(self) -> bytes:
        """The next part of a stream."""
        async with asyncio.timeout(PATIENCE):
            part = await self._parts.get()
        assert part is not None, "the stream ended too early"
        return part

    async def leave(self) -> None:
        """Go away, and wait until the application noticed."""
        self._incoming.put_nowait({"type": "http.disconnect"})
        async with asyncio.timeout(PATIENCE):
            await self._task

    async def _run(self) -> None:
        await LeanHandler()(self.scope, self._incoming.get, self._send)
        self._started.set()
        self._parts.put_nowait(None)

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode().lower(): value.decode()
                for name, value in message["headers"]
            }
            self._started.set()
        elif message.get("body"):
            self._parts.put_nowait(message["body"])


class Caller:
    """Calls the application, as the owner of a token or as nobody."""

    def __init__(self, token: Token | None = None) -> None:
        self._headers: dict[str, str] = {}
        if token is not None:
            clear = token.clear  # type: ignore[attr-defined]
            self._headers["authorization"] = f"Token {clear}"

    async def get(self, path: str, **headers: str) -> Exchange:
        return await self.call("GET", path, b"", **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Exchange:
        """Post ``body`` as JSON; bytes are sent as they are."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body or {})
        return await self.call("POST", path, raw, **headers)

    async def call(
        self, method: str, path: str, body: bytes, **headers: str
    ) -> Exchange:
        path, _, query = path.partition("?")
        sent = {"host": "testserver", "content-type": "application/json"}
        sent |= self._headers | {k.replace("_", "-"): v for k, v in headers.items()}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in sent.items()],
            "server": ("testserver", 80),
        }
        return await Exchange.begun(scope, body)


async def code_of(exchange: Exchange) -> tuple[int, str]:
    """Status and code of an answer that says what is wrong."""
    said = await exchange.json()
    assert said["error"] == said["errors"][0]["detail"]
    return exchange.status, said["errors"][0]["code"]
