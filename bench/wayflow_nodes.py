"""A node that talks as a model does, without a model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from wayflow import Context, Node, node_type

CHUNKS = 200


@node_type("talk", label="Talk", outputs={"text": "string"})
async def talk(node: Node, inputs: dict[str, Any], ctx: Context) -> AsyncIterator[str]:
    for number in range(CHUNKS):
        await asyncio.sleep(0)
        yield f"word {number} "
