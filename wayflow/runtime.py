"""Runtime: run, stream and resume graphs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import uuid4

from .bounds import Bounds
from .checkpoint import Checkpoint, Decision
from .contracts import Handler, Journal, Models, Tool
from .drive import Drive, Plan
from .errors import Cancelled, CheckpointStale, UnknownBranch
from .graph import Graph, Node
from .nodes import BUILTIN
from .outcome import Cancellation, Completed, Failed, Outcome, Paused, Stopped
from .registry import NodeType, Registry
from .stream import EventStream
from .threads import Threads
from .values import plain


class Runtime:
    """Runs graphs with one registry. Holds no state of any run; share it freely."""

    def __init__(
        self,
        registry: Registry | None = None,
        *,
        handlers: Mapping[str, Handler | NodeType] | None = None,
        tools: Mapping[str, Tool] | None = None,
        models: Models | None = None,
        max_concurrency: int = 16,
        node_timeout: float | None = None,
        run_timeout: float | None = None,
        max_output_bytes: int | None = None,
        max_nesting: int | None = None,
        scrub: Callable[[Any], Any] | None = None,
        threads: Threads | None = None,
    ) -> None:
        """Without a registry the built-in node types are known; the others are added.

        ``max_concurrency`` bounds the nodes of one run that are at work at once, and
        the list elements of one node. Timeouts are in seconds. What a node gives, and
        a run's result, has up to ``max_output_bytes`` of JSON and up to ``max_nesting``
        levels; None is no bound, yet nothing nests over 200 levels. Whatever a node or
        a tool gives goes through ``scrub`` first, which returns it or another plain
        value. Plain handlers are called in ``threads``. Raises ValueError when nothing
        could ever run.
        """
        if max_concurrency < 1:
            raise ValueError("max_concurrency must be 1 or more")
        installed = registry or Registry(nodes={n.type: n for n in BUILTIN})
        self.registry = installed.extended(
            handlers=handlers, tools=tools, models=models
        )
        self.max_concurrency = max_concurrency
        self.node_timeout = node_timeout
        self.run_timeout = run_timeout
        self.bounds = Bounds(
            max_bytes=max_output_bytes, max_nesting=max_nesting, scrub=scrub
        )
        self.threads = threads or Threads()

    async def run(
        self,
        graph: Graph,
        inputs: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        journal: Journal | None = None,
        cancellation: Cancellation | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Completed | Paused:
        """Run ``graph`` to its end or its next human review.

        Raises the run's WayflowError, and Cancelled; NotSerializable for inputs that
        JSON cannot hold. When the awaiting task is
        cancelled instead, the handlers are stopped and no verdict is written.
        """
        plan = Plan(
            run_id=run_id or str(uuid4()),
            graph=graph,
            inputs=plain(dict(inputs or {})),
            metadata=metadata or {},
        )
        return _answer(await Drive(self, plan, journal, cancellation).outcome())

    async def resume(
        self,
        graph: Graph,
        *,
        checkpoint: Checkpoint,
        decision: Decision | None,
        inputs: Mapping[str, Any] | None = None,
        journal: Journal | None = None,
        cancellation: Cancellation | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Completed | Paused:
        """Go on from ``checkpoint`` with the answer to its question.

        ``decision`` None goes on without one, as after a crash. ``inputs`` are added
        over the ones the run was started with. Raises CheckpointStale when the graph
        has another structure and UnknownBranch, both before any event, else what
        ``run`` raises.
        """
        plan = self._continuation(graph, checkpoint, decision, inputs, metadata)
        return _answer(await Drive(self, plan, journal, cancellation).outcome())

    def stream(
        self,
        graph: Graph,
        inputs: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        cancellation: Cancellation | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> AbstractAsyncContextManager[EventStream]:
        """The events of a run as they happen. Leaving early cancels the run."""
        plan = Plan(
            run_id=run_id or str(uuid4()),
            graph=graph,
            inputs=plain(dict(inputs or {})),
            metadata=metadata or {},
        )
        return self._streamed(plan, cancellation)

    def resume_stream(
        self,
        graph: Graph,
        *,
        checkpoint: Checkpoint,
        decision: Decision | None,
        inputs: Mapping[str, Any] | None = None,
        cancellation: Cancellation | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> AbstractAsyncContextManager[EventStream]:
        """The events of the rest of a run; see ``resume`` and ``stream``."""
        plan = self._continuation(graph, checkpoint, decision, inputs, metadata)
        return self._streamed(plan, cancellation)

    def _continuation(
        self,
        graph: Graph,
        checkpoint: Checkpoint,
        decision: Decision | None,
        inputs: Mapping[str, Any] | None,
        metadata: Mapping[str, Any] | None,
    ) -> Plan:
        checkpoint.check(graph)
        if decision is not None:
            asked = checkpoint.suspension(graph)
            if asked is None:
                raise CheckpointStale
            decision = _checked(decision, graph.nodes[asked.node_id])
        return Plan(
            run_id=checkpoint.run_id,
            graph=graph,
            inputs={**checkpoint.inputs, **plain(dict(inputs or {}))},
            metadata=metadata or {},
            checkpoint=checkpoint,
            decision=decision,
        )

    @asynccontextmanager
    async def _streamed(
        self, plan: Plan, cancellation: Cancellation | None
    ) -> AsyncIterator[EventStream]:
        stream = EventStream()
        cancellation = cancellation or Cancellation()
        drive = Drive(self, plan, stream, cancellation)
        task = asyncio.create_task(drive.outcome())
        task.add_done_callback(stream.close)
        try:
            yield stream
        finally:
            stream.abandon()
            if not task.done():
                cancellation.cancel()
                await asyncio.wait([task])


def _checked(decision: Decision, node: Node) -> Decision:
    branches = [port.id for port in node.outputs]
    if decision.branch not in branches:
        raise UnknownBranch(decision.branch, branches)
    return Decision(decision.branch, data=plain(decision.data))


def _answer(outcome: Outcome) -> Completed | Paused:
    match outcome:
        case Failed(error):
            raise error
        case Stopped():
            raise Cancelled
        case Completed() | Paused():
            return outcome
