"""A node type that says far more than anybody reads at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from wayflow.contracts import Context, Output
from wayflow.events import Event
from wayflow.graph import Node
from wayflow.registry import node_type

EVENTS = 2_000
EVENT_BYTES = 6_000
WORD = "word "


@node_type("pours", inputs={"v": "any"}, outputs={"v": "any"})
async def pours(
    node: Node, inputs: dict[str, Any], ctx: Context
) -> AsyncIterator[str | Output]:
    """Emits many large events, and a text meanwhile."""
    for number in range(EVENTS):
        data = {"nodeId": node.id, "number": number, "text": "x" * EVENT_BYTES}
        ctx.emit(Event(event="progress", data=data))
        yield WORD
        if not number % 20:
            await asyncio.sleep(0.005)
