"""Bodies that are too large or too slow, refused before anybody stores them."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from wayflow_project.bodies import HEARD_OUT, BodyLimits
from wayflow_project.graceful import Message, Receive, Send

MOST = 100


class Sender:
    """A client that sends pieces, then nothing more; an open end keeps it waiting."""

    def __init__(self, pieces: Iterable[bytes], *, ends: bool = True) -> None:
        self._pieces = iter(pieces)
        self._ends = ends
        self.answer: list[Message] = []
        self.size = 0

    async def receive(self) -> Message:
        piece = next(self._pieces, None)
        if piece is None and not self._ends:
            await asyncio.Event().wait()
        self.size += len(piece or b"")
        return {
            "type": "http.request",
            "body": piece or b"",
            "more_body": piece is not None,
        }

    async def send(self, message: Message) -> None:
        self.answer.append(message)

    def told(self) -> tuple[int, str]:
        """Status and code of the answer."""
        start, body = self.answer
        assert (b"connection", b"close") in start["headers"]
        assert (b"content-length", str(len(body["body"])).encode()) in start["headers"]
        said = json.loads(body["body"])
        assert said["error"] == said["errors"][0]["detail"]
        return start["status"], said["errors"][0]["code"]


class Reader:
    """An application that reads a whole body; or sees its client leave."""

    def __init__(self) -> None:
        self.read = b""
        self.saw_leave = False

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.saw_leave = True
                return
            self.read += message["body"]
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def served(
    sender: Sender, *, seconds: float = 60, length: bytes | None = None
) -> Reader:
    reader = Reader()
    headers = [] if length is None else [(b"content-length", length)]
    limits = BodyLimits(reader, most=MOST, seconds=seconds)
    await limits({"type": "http", "headers": headers}, sender.receive, sender.send)
    return reader


async def test_a_body_within_the_limit_arrives() -> None:
    sender = Sender([b"x" * 60, b"y" * 40])
    reader = await served(sender, length=b"100")
    assert reader.read == b"x" * 60 + b"y" * 40
    assert sender.answer[0]["status"] == 200


@pytest.mark.parametrize("length", [None, b"101", b"9" * 5_000])
async def test_a_body_over_the_limit_is_refused_when_it_was_sent(
    length: bytes | None,
) -> None:
    sender = Sender([b"x" * 60, b"y" * 41, b"z" * 200])
    reader = await served(sender, length=length)
    assert sender.told() == (413, "WF_BODY_TOO_LARGE")
    assert len(reader.read) <= MOST
    assert sender.size == 301


async def test_a_body_without_end_is_cut_off() -> None:
    sender = Sender(iter(lambda: b"x" * 10, None))
    reader = await served(sender)
    assert sender.told() == (413, "WF_BODY_TOO_LARGE")
    assert (len(reader.read), reader.saw_leave) == (MOST, True)
    assert sender.size <= HEARD_OUT * MOST + 10


async def test_a_body_that_stops_arriving_is_given_up() -> None:
    sender = Sender([b"x"], ends=False)
    reader = await served(sender, seconds=0.01)
    assert sender.told() == (408, "WF_BODY_TOO_SLOW")
    assert reader.saw_leave


async def test_after_the_body_a_client_may_be_silent() -> None:
    async def listen(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await receive()

    sender = Once()
    limits = BodyLimits(listen, most=MOST, seconds=0.01)
    await limits({"type": "http", "headers": []}, sender.receive, sender.send)
    assert sender.answer == []


class Once(Sender):
    """A client that sends an empty body and is silent afterwards."""

    def __init__(self) -> None:
        super().__init__([])

    async def receive(self) -> Message:
        message = await super().receive()
        self._ends = False
        return message
