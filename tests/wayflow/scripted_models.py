"""Scripted models and tools, and a context for handlers that are called directly."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wayflow.contracts import (
    BoundTool,
    ChatRequest,
    ContentDelta,
    ImageRequest,
    Models,
    Output,
    ProviderEvent,
    ToolCall,
)
from wayflow.events import Event
from wayflow.graph import Graph, Node, NodeId
from wayflow.nodes.image_generation import IMAGE_GENERATION
from wayflow.nodes.llm import LLM

Turn = Sequence[str | ToolCall | Exception]


class ScriptedProvider:
    """Answers the n-th request with the n-th turn; an exception in a turn is raised."""

    def __init__(
        self,
        *turns: Turn,
        structured_output_with_tools: bool = False,
        accepts_image_urls: bool = True,
    ) -> None:
        self._turns = list(turns)
        self.structured_output_with_tools = structured_output_with_tools
        self.accepts_image_urls = accepts_image_urls
        self.requests: list[ChatRequest] = []
        self.closed = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        self.requests.append(request)
        try:
            for event in self._turns.pop(0):
                if isinstance(event, Exception):
                    raise event
                yield ContentDelta(event) if isinstance(event, str) else event
        finally:
            self.closed += 1


class ScriptedImages:
    """Answers the n-th request with the n-th result."""

    def __init__(self, *results: Sequence[str] | Exception) -> None:
        self._results = list(results)
        self.requests: list[ImageRequest] = []

    async def generate(self, request: ImageRequest) -> Sequence[str]:
        self.requests.append(request)
        result = self._results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


@dataclass(frozen=True, slots=True)
class ScriptedTool:
    """A tool that gives ``run(args)``, which may be awaitable."""

    name: str
    run: Callable[[Mapping[str, Any]], Any]
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    async def __call__(self, args: Mapping[str, Any]) -> Any:
        result = self.run(args)
        return await result if asyncio.iscoroutine(result) else result


@dataclass(slots=True)
class ScriptedContext:
    """What a handler sees of its run, and what it said to it."""

    models: Models
    tools: Mapping[str, BoundTool] = field(default_factory=dict)
    run_id: str = "run"
    node_id: str = "node"
    run_inputs: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = "run:node"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    item: int | None = None
    reported: list[Mapping[str, Any]] = field(default_factory=list)

    def report_inputs(self, inputs: Mapping[str, Any]) -> None:
        self.reported.append(inputs)

    def emit(self, event: Event) -> None:
        raise NotImplementedError

    def collect(self, fields: Mapping[str, Any]) -> None:
        raise NotImplementedError

    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(slots=True)
class Asked:
    """What came of one run of a model node: its chunks, output and reported inputs."""

    output: Any = None
    chunks: list[str] = field(default_factory=list)
    reported: list[Mapping[str, Any]] = field(default_factory=list)


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
