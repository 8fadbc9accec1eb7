"""Model nodes called directly: what they said, gave and reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wayflow.contracts import Models, Output, ToolCall, Usage
from wayflow.graph import Node, NodeId
from wayflow.nodes.image_generation import IMAGE_GENERATION
from wayflow.nodes.llm import LLM
from wayflow.testing import ScriptedContext, ScriptedTool


@dataclass(slots=True)
class Asked:
    """What came of one run of a model node: chunks, output, and what it reported."""

    output: Any = None
    chunks: list[str] = field(default_factory=list)
    reported: list[Mapping[str, Any]] = field(default_factory=list)
    used: list[tuple[str, Usage]] = field(default_factory=list)


async def ask(
    provider: Any,
    config: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
    *,
    tools: Sequence[ScriptedTool] = (),
    **options: Any,
) -> Asked:
    """Run an llm node whose model ``m`` is served by ``provider``."""
    asked = Asked()
    ctx = ScriptedContext(
        models=Models(llm={"m": provider}, **options),
        tools={tool.name: tool for tool in tools},
        reported=asked.reported,
        used=asked.used,
    )
    node = _node("llm", config)
    async for piece in LLM.handler(node, dict(inputs or {}), ctx):
        if isinstance(piece, Output):
            asked.output = piece.value
            return asked
        asked.chunks.append(piece)
    asked.output = "".join(asked.chunks)
    return asked


async def paint(
    provider: Any,
    config: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> Asked:
    """Run an imageGeneration node whose model ``m`` is served by ``provider``."""
    asked = Asked()
    ctx = ScriptedContext(models=Models(image={"m": provider}), reported=asked.reported)
    node = _node("imageGeneration", config)
    asked.output = await IMAGE_GENERATION.handler(node, dict(inputs or {}), ctx)
    return asked


def call(name: str, args: Any = None, *, id: str = "c1", **more: Any) -> ToolCall:
    return ToolCall(id=id, name=name, args=args or {}, **more)


def _node(type: str, config: Mapping[str, Any]) -> Node:
    return Node(id=NodeId("node"), type=type, data={"model": "m", **config})
