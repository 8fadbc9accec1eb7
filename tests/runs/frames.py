"""Server-sent frames as the tests read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson

from .stage import PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One event as a client gets it."""

    event: str
    data: Any
    id: int | None = None


def frames_in(body: bytes) -> list[Frame]:
    """The events of a stream, without comments and retry times."""
    found = []
    for block in body.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line)
        if "event" in lines:
            found.append(
                Frame(
                    event=lines["event"],
                    data=orjson.loads(lines["data"]),
                    id=int(lines["id"]) if "id" in lines else None,
                )
            )
    return found


def ids(frames: list[Frame]) -> list[int]:
    """The numbers of those that have one."""
    return [frame.id for frame in frames if frame.id is not None]


async def read_all(stream: AsyncIterator[bytes]) -> list[Frame]:
    """A stream, read to its end."""
    async with asyncio.timeout(PATIENCE):
        return frames_in(b"".join([part async for part in stream]))


async def read_until(stream: AsyncIterator[bytes], event: str) -> list[Frame]:
    """A stream, read until an event with this name came."""
    frames: list[Frame] = []
    async with asyncio.timeout(PATIENCE):
        while all(frame.event != event for frame in frames):
            frames += frames_in(await anext(stream))
    return frames
