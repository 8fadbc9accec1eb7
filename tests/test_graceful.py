"""How the project leaves: real servers, real signals, open streams."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import LiveServer, ServerKind, live_server
from wayflow_project.graceful import Graceful, Message, Receive, Send, server_is_closing

PATIENCE = 60.0
"""Seconds after which a test that waits has failed."""

LONGEST = 4.5
"""Seconds within which a server leaves; it is cut off after five."""

ENDED_BY_SERVER = json.dumps({"ended": True, "by_server": True})
ENDED_BY_CLIENT = json.dumps({"ended": True, "by_server": False})


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes.txt"


@pytest.fixture(params=["uvicorn", "daphne"])
def server(request: pytest.FixtureRequest, notes: Path) -> Iterator[LiveServer]:
    kind: ServerKind = request.param
    env = {"ENDLESS_NOTES": str(notes)}
    with live_server("tests.endless:application", kind=kind, env=env) as server:
        yield server


def read(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def wait_for(notes: Path, fact: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while fact not in read(notes):
        assert time.monotonic() < deadline, f"{fact} never came: {read(notes)}"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_told_to_stop_ends_its_streams_and_leaves(
    server: LiveServer, notes: Path, number: signal.Signals
) -> None:
    with httpx.stream("GET", f"{server.url}/events", timeout=PATIENCE) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: first"
        wait_for(notes, "started")
        asked = time.monotonic()
        server.process.send_signal(number)
        rest = list(lines)
    server.process.wait(PATIENCE)
    assert time.monotonic() - asked < LONGEST
    assert "event: closing" in rest
    assert read(notes) == ["started", ENDED_BY_SERVER, "stopped"]
    assert "Traceback" not in server.log


def test_a_client_that_leaves_is_not_taken_for_the_server(
    server: LiveServer, notes: Path
) -> None:
    with httpx.stream("GET", f"{server.url}/events", timeout=PATIENCE) as response:
        next(response.iter_lines())
    wait_for(notes, ENDED_BY_CLIENT)


class Lifespan:
    """A server's side of the lifespan protocol."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self._asks = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive(self) -> Message:
        return {"type": next(self._asks)}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


async def never_called(scope: dict[str, object], receive: Receive, send: Send) -> None:
    raise AssertionError("No request was made.")


def fail() -> None:
    raise LookupError("no engine")


async def test_a_start_that_fails_is_told_to_the_server() -> None:
    server = Lifespan()
    application = Graceful(never_called, on_startup=[fail])
    await application({"type": "lifespan"}, server.receive, server.send)
    assert server.sent == [
        {"type": "lifespan.startup.failed", "message": "no engine"},
    ]


async def test_every_stop_hook_is_called_though_an_earlier_one_fails() -> None:
    server, called = Lifespan(), []
    hooks = [fail, lambda: called.append("second")]
    application = Graceful(never_called, on_shutdown=hooks)
    await application({"type": "lifespan"}, server.receive, server.send)
    assert called == ["second"]
    assert [message["type"] for message in server.sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.failed",
    ]


class Client:
    """A client's side of one request: what it is sent, and when it leaves."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.leaves = asyncio.Event()

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


class Watching:
    """An application that streams until it sees its client leave."""

    def __init__(self) -> None:
        self.saw: list[tuple[str, bool]] = []
        self.streaming = asyncio.Event()
        self.left = asyncio.Event()
        self.may_end = asyncio.Event()

    async def __call__(
        self, scope: dict[str, object], receive: Receive, send: Send
    ) -> None:
        headers = [(b"Content-Type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"1", "more_body": True})
        self.streaming.set()
        message = await receive()
        self.left.set()
        await self.may_end.wait()
        self.saw.append((message["type"], server_is_closing(scope)))


async def test_a_stream_cancelled_by_the_server_ends_as_a_whole_response() -> None:
    client, application = Client(), Watching()
    application.may_end.set()
    served = Graceful(application)({"type": "http"}, client.receive, client.send)
    request = asyncio.create_task(served)
    await application.streaming.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert application.saw == [("http.disconnect", True)]
    assert client.sent[-1] == {"type": "http.response.body", "body": b""}


async def test_a_client_that_left_before_the_server_closed_is_the_one_who_left() -> (
    None
):
    client, application = Client(), Watching()
    served = Graceful(application)({"type": "http"}, client.receive, client.send)
    request = asyncio.create_task(served)
    client.leaves.set()
    await application.left.wait()
    request.cancel()
    application.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert application.saw == [("http.disconnect", False)]


async def test_signal_handlers_are_given_back_after_the_server_stopped() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    server = Lifespan()
    await Graceful(never_called)({"type": "lifespan"}, server.receive, server.send)
    after = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    assert after == before
