"""A context for handlers that are called directly, without a run around them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wayflow.bounds import UNBOUNDED, Bounds
from wayflow.contracts import BoundTool, Models, Usage
from wayflow.errors import PauseInTool
from wayflow.events import Event
from wayflow.graph import Graph
from wayflow.outcome import Completed
from wayflow.runtime import Runtime


@dataclass(slots=True, kw_only=True)
class ScriptedContext:
    """What a handler sees of its run, and what it said to it.

    ``reported``, ``emitted``, ``used`` and ``collected`` are what it gave to
    ``report_inputs``, ``emit``, ``report_usage`` and ``collect``.
    """

    models: Models = field(default_factory=Models)
    tools: Mapping[str, BoundTool] = field(default_factory=dict)
    run_id: str = "run"
    node_id: str = "node"
    run_inputs: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = "run:node"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    item: int | None = None
    bounds: Bounds = UNBOUNDED
    shared: dict[str, Any] = field(default_factory=dict)
    reported: list[Mapping[str, Any]] = field(default_factory=list)
    emitted: list[Event] = field(default_factory=list)
    used: list[tuple[str, Usage]] = field(default_factory=list)
    collected: dict[str, Any] = field(default_factory=dict)

    def report_inputs(self, inputs: Mapping[str, Any]) -> None:
        self.reported.append(inputs)

    def emit(self, event: Event) -> None:
        self.emitted.append(event)

    def report_usage(self, usage: Usage, model: str) -> None:
        self.used.append((model, usage))

    def collect(self, fields: Mapping[str, Any]) -> None:
        self.collected.update(fields)

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.to_thread(function, *args)

    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The result of ``graph`` run with the built-in node types."""
        outcome = await Runtime(models=self.models).run(graph, inputs)
        if isinstance(outcome, Completed):
            return outcome.result
        raise PauseInTool
