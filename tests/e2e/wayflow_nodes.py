"""Node types that behave badly, for live servers to survive."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any, NoReturn

from django.conf import settings

from wayflow.contracts import Context, Output
from wayflow.graph import Node
from wayflow.registry import node_type

# Node types are known once they are imported.
from . import leaks, settable  # noqa: F401

PORTS = {"inputs": {"v": "any"}, "outputs": {"v": "any"}}


@node_type("raises", **PORTS)
async def raises(node: Node, inputs: dict[str, Any], ctx: Context) -> NoReturn:
    """Fails with an error of its own."""
    raise ValueError("boom")


@node_type("exits", **PORTS)
def exits(node: Node, inputs: dict[str, Any], ctx: Context) -> NoReturn:
    """Would end a process."""
    raise SystemExit(3)


@node_type("unserialisable", **PORTS)
async def unserialisable(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Answers what JSON cannot hold."""
    return {"found": {1, 2}}


@node_type("circular", **PORTS)
def circular(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Answers with a list that holds itself."""
    answer: list[Any] = []
    answer.append(answer)
    return answer


@node_type("hangs", **PORTS)
async def hangs(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
    """Waits for what never comes."""
    await asyncio.Event().wait()


@node_type("clings", **PORTS)
async def clings(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
    """Waits likewise, and goes on waiting when it is told to stop."""
    for _ in range(3):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


@node_type("blocks", **PORTS)
def blocks(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
    """Holds its thread for ever."""
    threading.Event().wait()


@node_type("floods", **PORTS)
async def floods(
    node: Node, inputs: dict[str, Any], ctx: Context
) -> AsyncIterator[str | Output]:
    """Streams text without end."""
    while True:
        yield "x" * 100_000


@node_type("chatters", **PORTS)
async def chatters(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
    """Emits events of its own without end."""
    while True:
        ctx.emit({"event": "progress", "data": {"nodeId": node.id}})
        await asyncio.sleep(0)


@node_type("deepens", **PORTS)
async def deepens(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Answers with as many lists within each other as are allowed."""
    answer: list[Any] = []
    for _ in range(settings.WAYFLOW["MAX_NESTING"] - 1):
        answer = [answer]
    return answer


@node_type("impersonates", **PORTS)
async def impersonates(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
    """Emits an event under the name of one of the engine's."""
    ctx.emit({"event": "run_status", "data": {"status": "completed"}})


@node_type("recites", **PORTS)
async def recites(
    node: Node, inputs: dict[str, Any], ctx: Context
) -> AsyncIterator[str | Output]:
    """Streams one word after the other without end."""
    number = 0
    while True:
        number += 1
        yield f"word {number} "
        await asyncio.sleep(0.05)
