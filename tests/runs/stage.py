"""Node types for tests: they wait, fail, hang and flood as a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from wayflow import Context, Node, NodeType, Output

PATIENCE = 60.0
"""Seconds after which a test that waits has failed."""


@dataclass(slots=True)
class Gate:
    """Where a node of type ``gate`` stands until the test lets it through."""

    arrived: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    _opened: threading.Event = field(default_factory=threading.Event)
    _waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(
        default_factory=list
    )

    def wait_for_arrival(self) -> None:
        """Return once a node stands here."""
        assert self.arrived.wait(PATIENCE), "nobody came to the gate"

    def open(self) -> None:
        """Let through who stands here, and everybody after."""
        self._opened.set()
        for loop, event in list(self._waiting):
            loop.call_soon_threadsafe(event.set)

    async def pass_through(self) -> None:
        """Stand here until the gate is open."""
        event = asyncio.Event()
        place = (asyncio.get_running_loop(), event)
        self._waiting.append(place)
        self.arrived.set()
        try:
            if not self._opened.is_set():
                await event.wait()
        except asyncio.CancelledError:
            self.stopped.set()
            raise
        finally:
            self._waiting.remove(place)


@dataclass(slots=True)
class Stage:
    """What the nodes of one test do, and did."""

    gates: dict[str, Gate] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)

    def gate(self, node_id: str) -> Gate:
        """The gate of one node."""
        return self.gates.setdefault(node_id, Gate())

    def node_types(self) -> dict[str, NodeType]:
        """The node types by name, all with one input ``v`` and one output ``v``."""
        handlers = {
            "gate": self._gate,
            "raises": _raises,
            "unserialisable": _unserialisable,
            "hangs": _hangs,
            "floods": _floods,
            "talks": self._talks,
        }
        return {
            name: NodeType(type=name, handler=handler)
            for name, handler in handlers.items()
        }

    async def _gate(self, node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        await self.gate(node.id).pass_through()
        self.executed.append(node.id)
        return inputs.get("v", node.id)

    async def _talks(
        self, node: Node, inputs: dict[str, Any], ctx: Context
    ) -> AsyncIterator[str | Output]:
        for word in ("one ", "two ", "three"):
            yield word
            await self.gate(f"{node.id} {word.strip()}").pass_through()


async def _raises(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    raise ValueError("boom")


async def _unserialisable(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    return {1, 2}


async def _hangs(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    await asyncio.Event().wait()


async def _floods(
    node: Node, inputs: dict[str, Any], ctx: Context
) -> AsyncIterator[str]:
    while True:
        yield "x" * 100_000
