"""A stream of a live server, read as far as a test likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from .site import PATIENCE


class Stream:
    """A stream's response that is read line by line and stays open meanwhile."""

    def __init__(self, response: httpx.Response) -> None:
        self.run_id: str = response.headers.get("x-run-id", "")
        self.lines = response.aiter_lines()

    async def until(self, line: str) -> None:
        """Read up to a line."""
        async with asyncio.timeout(PATIENCE):
            while await anext(self.lines) != line:
                pass

    async def rest(self) -> list[str]:
        """The lines up to the end."""
        return [line async for line in self.lines]


@asynccontextmanager
async def streamed(
    http: httpx.AsyncClient, url: str, body: dict[str, Any] | None = None
) -> AsyncIterator[Stream]:
    """A stream; leaving the block closes its connection."""
    method = "GET" if body is None else "POST"
    async with http.stream(method, url, json=body) as response:
        assert response.status_code == 200, await response.aread()
        yield Stream(response)
