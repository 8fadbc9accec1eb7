"""What a run needs to go on: its nodes' fates and values, and its open questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import CheckpointStale, ErrorData
from .events import NODE_ATTEMPT, NODE_STATUS, Event, Private
from .graph import Graph, NodeId
from .status import NodeStatus
from .topology import fingerprint
from .values import ABSENT


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer: which branch, and data to take the reviewed one's place.

    ``data`` left out keeps what was reviewed; ``None`` is data.
    """

    branch: str
    data: Any = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """The question at which a run paused."""

    run_id: str
    node_id: NodeId
    instructions: str
    data: Any

    def wire(self) -> dict[str, Any]:
        """The suspension as a paused ``run_status`` carries it."""
        wire = {
            "runId": self.run_id,
            "nodeId": self.node_id,
            "instructions": self.instructions,
        }
        return wire if self.data is ABSENT else {**wire, "data": self.data}

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> Suspension:
        return cls(
            run_id=wire["runId"],
            node_id=wire["nodeId"],
            instructions=wire["instructions"],
            data=wire.get("data", ABSENT),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFate:
    """How a node settled: complete with its outputs by port, skipped, or with an error.

    ``result`` is what it added to the run's result. An output may be ABSENT.
    """

    status: NodeStatus
    outputs: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorData | None = None
    continued: bool = False

    def private(self) -> Private:
        """What a record keeps of it; empty parts are left out."""
        private: Private = {}
        present = {p: v for p, v in self.outputs.items() if v is not ABSENT}
        if present:
            private["outputs"] = present
        if len(present) < len(self.outputs):
            private["absent"] = [p for p in self.outputs if p not in present]
        if self.result:
            private["result"] = dict(self.result)
        if self.continued:
            private["continued"] = True
        return private

    def to_json(self) -> dict[str, Any]:
        fate: dict[str, Any] = {"status": self.status.value, **self.private()}
        return fate if self.error is None else {**fate, "error": self.error}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> NodeFate:
        absent = dict.fromkeys(stored.get("absent", ()), ABSENT)
        return cls(
            status=NodeStatus(stored["status"]),
            outputs={**stored.get("outputs", {}), **absent},
            result=stored.get("result", {}),
            error=stored.get("error"),
            continued=stored.get("continued", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A run that can go on. Opaque to clients: it holds values in full.

    ``nodes`` are the settled nodes in the order in which they settled, ``waiting`` the
    suspended ones with their questions, ``attempts`` the failed attempts of nodes.
    """

    run_id: str
    fingerprint: str
    inputs: Mapping[str, Any]
    nodes: Mapping[NodeId, NodeFate]
    waiting: Mapping[NodeId, Suspension]
    attempts: Mapping[NodeId, int] = field(default_factory=dict)

    def check(self, graph: Graph) -> None:
        """Raises CheckpointStale when ``graph`` has another structure."""
        if fingerprint(graph) != self.fingerprint:
            raise CheckpointStale

    def suspension(self, graph: Graph) -> Suspension | None:
        """The question to answer next: the first waiting node in document order."""
        order = (self.waiting.get(node_id) for node_id in graph.nodes)
        return next((s for s in order if s is not None), None)

    def snapshot(self, graph: Graph) -> dict[str, Any]:
        """``{nodes: [{nodeId, outputData}]}``: what completed so far.

        A node with several output ports shows an object by port.
        """
        return {
            "nodes": [
                {"nodeId": node_id, **_output_data(graph, node_id, fate)}
                for node_id, fate in self.nodes.items()
                if fate.status is NodeStatus.COMPLETE
            ]
        }

    def to_json(self) -> dict[str, Any]:
        """The checkpoint as plain JSON."""
        return {
            "runId": self.run_id,
            "fingerprint": self.fingerprint,
            "inputs": dict(self.inputs),
            "nodes": {i: fate.to_json() for i, fate in self.nodes.items()},
            "waiting": [suspension.wire() for suspension in self.waiting.values()],
            "attempts": dict(self.attempts),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Checkpoint:
        waiting = [Suspension.of(wire) for wire in stored["waiting"]]
        return cls(
            run_id=stored["runId"],
            fingerprint=stored["fingerprint"],
            inputs=stored["inputs"],
            nodes={NodeId(i): NodeFate.of(f) for i, f in stored["nodes"].items()},
            waiting={suspension.node_id: suspension for suspension in waiting},
            attempts={NodeId(i): n for i, n in stored["attempts"].items()},
        )


_SETTLED = {NodeStatus.COMPLETE, NodeStatus.SKIPPED, NodeStatus.ERROR}


def replay(
    graph: Graph,
    run_id: str,
    inputs: Mapping[str, Any],
    records: Iterable[tuple[Event, Private | None]],
) -> Checkpoint:
    """The checkpoint that the records of a run add up to.

    A node that had started but not settled is in no part of it, and so runs again.
    """
    nodes: dict[NodeId, NodeFate] = {}
    waiting: dict[NodeId, Suspension] = {}
    attempts: dict[NodeId, int] = {}
    for event, private in records:
        if event["event"] == NODE_ATTEMPT:
            attempts[NodeId(event["data"]["nodeId"])] = event["data"]["attempt"]
        if event["event"] != NODE_STATUS:
            continue
        data = event["data"]
        node_id, status = NodeId(data["nodeId"]), NodeStatus(data["status"])
        if status in _SETTLED:
            waiting.pop(node_id, None)
            nodes[node_id] = NodeFate.of({**data, **(private or {})})
        elif status is NodeStatus.WAITING and private:
            waiting[node_id] = Suspension.of(private["suspension"])
    return Checkpoint(
        run_id=run_id,
        fingerprint=fingerprint(graph),
        inputs=inputs,
        nodes=nodes,
        waiting=waiting,
        attempts=attempts,
    )


def _output_data(graph: Graph, node_id: NodeId, fate: NodeFate) -> dict[str, Any]:
    ports = graph.nodes[node_id].outputs if node_id in graph.nodes else ()
    present = {p: v for p, v in fate.outputs.items() if v is not ABSENT}
    if len(ports) > 1:
        return {"outputData": present}
    return {"outputData": next(iter(present.values()))} if present else {}
