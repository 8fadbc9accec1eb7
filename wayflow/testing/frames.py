"""Events written to a response, frame by frame."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Protocol

from wayflow.events import Event
from wayflow.sse import HEADERS, encode


class WritableResponse(Protocol):
    """A response that is written piece by piece."""

    def set_header(self, name: str, value: str) -> None: ...
    def write(self, data: bytes) -> None: ...
    def end(self) -> None: ...


async def write_events(
    events: AsyncIterable[Event], response: WritableResponse
) -> None:
    """Write a server-sent event stream: the headers, each event in turn, the end."""
    for name, value in HEADERS.items():
        response.set_header(name, value)
    try:
        async for event in events:
            response.write(encode(event))
    finally:
        response.end()
