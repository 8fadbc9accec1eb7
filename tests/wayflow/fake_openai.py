"""An OpenAI-compatible endpoint on a real loopback socket, answering from a script."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to one request.

    ``chunks`` are streamed as server-sent events; ``body`` is sent as JSON instead.
    A ``held`` reply never ends by itself, a ``silent`` one does not even begin; one
    with a ``cue`` begins when that is given.
    """

    chunks: Sequence[Mapping[str, Any]] = ()
    body: Any = None
    status: int = 200
    held: bool = False
    silent: bool = False
    cue: asyncio.Event | None = None


class FakeOpenAI:
    """Gives the n-th request the n-th reply, and the last one to all that follow.

    ``requests`` are the bodies received, ``paths`` and ``keys`` what they came with.
    ``hang_ups`` gets the time at which a client left a held or silent reply. Listens on
    any free port unless one is given.
    """

    def __init__(self, *replies: Reply, port: int = 0) -> None:
        self._replies = list(replies)
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str] = []
        self.hang_ups: asyncio.Queue[float] = asyncio.Queue()
        self.arrived = asyncio.Event()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            if await self._receive(reader):
                replies = self._replies
                reply = replies.pop(0) if replies[1:] else replies[0]
                if reply.cue is not None:
                    await reply.cue.wait()
                await _answer(reply, writer)
                if reply.held or reply.silent:
                    await self._abandoned(reader)
        finally:
            writer.close()

    async def _receive(self, reader: asyncio.StreamReader) -> bool:
        """Reads one request; False when the client has left instead."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        first, *lines = head.splitlines()
        pairs = (line.partition(": ") for line in lines if line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.paths.append(first.split()[1])
        self.keys.append(headers.get("authorization", ""))
        self.requests.append(json.loads(body))
        self.arrived.set()
        return True

    async def _abandoned(self, reader: asyncio.StreamReader) -> None:
        """Waits for the client to leave."""
        with suppress(ConnectionError):
            await reader.read()
        self.hang_ups.put_nowait(time.perf_counter())


def says(text: str, **more: Any) -> dict[str, Any]:
    """A streamed chunk with a piece of the reply."""
    choice = {"index": 0, "delta": {"content": text}, **more}
    return {"id": "x", "object": "chat.completion.chunk", "choices": [choice]}


async def _answer(reply: Reply, writer: asyncio.StreamWriter) -> None:
    if reply.silent:
        return
    kind = "text/event-stream" if reply.body is None else "application/json"
    writer.write(
        f"HTTP/1.1 {reply.status} Scripted\r\nContent-Type: {kind}\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
    )
    if reply.body is not None:
        _write(writer, json.dumps(reply.body))
    for chunk in reply.chunks:
        _write(writer, f"data: {json.dumps(chunk)}\n\n")
    if not reply.held:
        if reply.body is None:
            _write(writer, "data: [DONE]\n\n")
        _write(writer, "")
    await writer.drain()


def _write(writer: asyncio.StreamWriter, text: str) -> None:
    data = text.encode()
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
