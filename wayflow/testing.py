"""For tests on the engine: graphs in a few words, runs that wait, written frames."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from .checkpoint import Checkpoint, Decision, Suspension
from .events import Event
from .graph import Graph
from .outcome import Completed, Outcome, Paused
from .runtime import Runtime
from .serializer import graph_of
from .sse import HEADERS, encode
from .stream import EventStream

# --- graphs ----------------------------------------------------------------------


def node_document(
    id: str,
    type: str,
    data: Mapping[str, Any] | None = None,
    *,
    inputs: Iterable[str] = (),
    outputs: Iterable[str] = (),
) -> dict[str, Any]:
    """A node as a graph document has it, its ports given by their ids."""
    sides = (("input", inputs), ("output", outputs))
    return {
        "id": id,
        "type": type,
        "label": type,
        "position": {"x": 0, "y": 0},
        "size": {"width": 220, "height": 120},
        "data": dict(data or {}),
        "ports": [{"id": port, "side": side} for side, ids in sides for port in ids],
        "zIndex": 0,
    }


def graph_document(
    *nodes: Mapping[str, Any], wires: Iterable[str] = ()
) -> dict[str, Any]:
    """A graph document of ``nodes`` and of wires like ``"in.v -> end.r"``.

    The edges are called w1, w2 and so on. Raises ValueError for a malformed wire.
    """
    edges = [_edge_document(f"w{n}", wire) for n, wire in enumerate(wires, 1)]
    return {
        "nodes": {node["id"]: dict(node) for node in nodes},
        "edges": {edge["id"]: edge for edge in edges},
    }


def make_graph(*nodes: Mapping[str, Any], wires: Iterable[str] = ()) -> Graph:
    """The graph of such a document."""
    return graph_of(graph_document(*nodes, wires=wires))


def _edge_document(id: str, wire: str) -> dict[str, str]:
    (source, source_port), (target, target_port) = (
        end.strip().split(".") for end in wire.split("->")
    )
    return {
        "id": id,
        "sourceNodeId": source,
        "sourcePortId": source_port,
        "targetNodeId": target,
        "targetPortId": target_port,
    }


# --- runs that wait --------------------------------------------------------------


class Sessions:
    """Runs of one runtime; those that wait for a person are kept in memory.

    A waiting run is taken out before it goes on, so that one answer resumes it once.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: dict[str, tuple[Graph, Checkpoint]] = {}

    async def run(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> Completed | Suspension:
        """Run ``graph`` to its end or its first question. Raises the run's error."""
        return self._answer(graph, await self._runtime.run(graph, inputs))

    def stream(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> AbstractAsyncContextManager[EventStream]:
        """The events of such a run."""
        return self._followed(graph, self._runtime.stream(graph, inputs))

    async def resume(
        self, run_id: str, decision: Decision
    ) -> Completed | Suspension | None:
        """Answer a waiting run; None if it does not wait. Raises the run's error."""
        taken = self._waiting.pop(run_id, None)
        if taken is None:
            return None
        graph, checkpoint = taken
        outcome = await self._runtime.resume(
            graph, checkpoint=checkpoint, decision=decision
        )
        return self._answer(graph, outcome)

    def resume_stream(
        self, run_id: str, decision: Decision
    ) -> AbstractAsyncContextManager[EventStream] | None:
        """The events of the rest of a waiting run; None if it does not wait."""
        taken = self._waiting.pop(run_id, None)
        if taken is None:
            return None
        graph, checkpoint = taken
        stream = self._runtime.resume_stream(
            graph, checkpoint=checkpoint, decision=decision
        )
        return self._followed(graph, stream)

    def pending(self) -> list[dict[str, Any]]:
        """The open questions with what their runs have done so far, oldest first."""
        return [_shown(graph, kept) for graph, kept in self._waiting.values()]

    def get(self, run_id: str) -> dict[str, Any] | None:
        """The open question of one run."""
        waiting = self._waiting.get(run_id)
        return None if waiting is None else _shown(*waiting)

    def cancel(self, run_id: str) -> None:
        """Let a waiting run go, if it waits."""
        self._waiting.pop(run_id, None)

    @asynccontextmanager
    async def _followed(
        self, graph: Graph, opening: AbstractAsyncContextManager[EventStream]
    ) -> AsyncIterator[EventStream]:
        async with opening as stream:
            yield stream
            self._keep(graph, stream.outcome)

    def _answer(
        self, graph: Graph, outcome: Completed | Paused
    ) -> Completed | Suspension:
        self._keep(graph, outcome)
        return outcome.suspension if isinstance(outcome, Paused) else outcome

    def _keep(self, graph: Graph, outcome: Outcome) -> None:
        if isinstance(outcome, Paused):
            self._waiting[outcome.checkpoint.run_id] = (graph, outcome.checkpoint)


def _shown(graph: Graph, checkpoint: Checkpoint) -> dict[str, Any]:
    question = checkpoint.suspension(graph)
    wire = {} if question is None else question.wire()
    return {**wire, "snapshot": checkpoint.snapshot(graph)}


# --- frames ----------------------------------------------------------------------


class WritableResponse(Protocol):
    """A response that is written piece by piece."""

    def set_header(self, name: str, value: str) -> None: ...
    def write(self, data: bytes) -> None: ...
    def end(self) -> None: ...


async def write_events(
    events: AsyncIterable[Event], response: WritableResponse
) -> None:
    """Write a server-sent event stream: the headers, each event in turn, the end."""
    for name, value in HEADERS.items():
        response.set_header(name, value)
    try:
        async for event in events:
            response.write(encode(event))
    finally:
        response.end()
