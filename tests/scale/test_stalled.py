"""Readers of a live server that stop reading cost little, slow nothing and catch up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from runs.chunks import ChunkStyle
from tests.e2e.site import Crowd, Site, gather_crowd, site
from tests.e2e.stream import streamed
from tests.runs.frames import Frame, frames_in, ids
from tests.runs.scenes import chain

from .process import resident_kb
from .wayflow_nodes import EVENTS, WORD

STALLED = 80
WARM_UP = 10
COST_KB = 1_000
PATIENCE = 60.0


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    return gather_crowd(tmp_path_factory.mktemp("crowd"))


@pytest.fixture(scope="module")
def live(crowd: Crowd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the node that pours."""
    folder = tmp_path_factory.mktemp("stalled")
    settings = "tests.scale.settings"
    with site(crowd, folder, "uvicorn", DJANGO_SETTINGS_MODULE=settings) as live:
        yield live


@pytest.fixture
async def http(live: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with live.person() as http:
        yield http


def watching(http: httpx.AsyncClient, path: str) -> socket.socket:
    """A connection on which a stream was asked for, of which nobody reads."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE)
    address = urlsplit(str(http.base_url))
    connection.connect((address.hostname, address.port))
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: {http.headers['authorization']}\r\n\r\n".encode()
    )
    return connection


def read_on(connection: socket.socket) -> list[Frame]:
    """All that comes, to the end of the stream."""
    with connection, connection.makefile("rb") as stream:
        assert b" 200 " in stream.readline()
        while stream.readline() != b"\r\n":
            pass
        parts = []
        while size := int(stream.readline(), 16):
            parts.append(stream.read(size))
            stream.readline()
    return frames_in(b"".join(parts))


async def poured_beside(
    http: httpx.AsyncClient, stalled: int
) -> tuple[list[Frame], list[socket.socket]]:
    """What the client of a run read, and those who watched it without reading."""
    async with streamed(http, "/api/run", {"graph": chain("pours")}) as stream:
        paths = [f"/api/runs/{stream.run_id}/events?chunks={s}" for s in ChunkStyle]
        readers = [watching(http, paths[n % 2]) for n in range(stalled)]
        lines = await stream.rest()
    return frames_in("\n".join([*lines, ""]).encode()), readers


async def test_readers_that_stop_reading_cost_little_and_catch_up(
    live: Site, http: httpx.AsyncClient
) -> None:
    server = live.server.process.pid
    with contextlib.ExitStack() as stack:
        # What all readers need together, such as the database's cache, is there then.
        for reader in (await poured_beside(http, WARM_UP))[1]:
            stack.enter_context(reader)
        before = resident_kb(server)
        told, readers = await poured_beside(http, STALLED)
        for reader in readers:
            stack.enter_context(reader)
        assert (resident_kb(server) - before) / STALLED < COST_KB

        # Who reads is not disturbed by those who do not.
        check(told)
        for reader in readers[:4]:
            check(await asyncio.to_thread(read_on, reader))


def check(frames: list[Frame]) -> None:
    """A whole stream, with nothing missing or doubled."""
    assert ids(frames) == list(range(1, ids(frames)[-1] + 1))
    poured = [frame.data["number"] for frame in frames if frame.event == "progress"]
    assert poured == list(range(EVENTS))
    assert frames[-1].data == {"status": "completed", "result": {"v": WORD * EVENTS}}
