"""How far one run has come: the mutable state that a checkpoint freezes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .checkpoint import Checkpoint, NodeFate, Suspension
from .errors import (
    ErrorData,
    MultipleNodesFailed,
    NodeFailed,
    RunError,
    UnschedulableGraph,
)
from .events import Private
from .graph import Graph, NodeId
from .status import NodeStatus
from .topology import Topology, fingerprint
from .values import ABSENT

_NOTHING: dict[str, Any] = {}
_COMPLETE = NodeStatus.COMPLETE


class Progress:
    """The fate of every node so far and the values on the ports. Nodes are indexes.

    ``values[i]`` are the values that node i emitted, by port; ``attempts[i]`` counts
    its failed attempts.
    """

    def __init__(
        self, topology: Topology, run_id: str, checkpoint: Checkpoint | None
    ) -> None:
        self.topology = topology
        self.run_id = run_id
        # One place more than there are nodes: that of NOBODY.
        self.values: list[Mapping[str, Any]] = [_NOTHING] * (len(topology.nodes) + 1)
        self.settled: dict[int, NodeStatus] = {}
        self.waiting: dict[int, Suspension] = {}
        self.attempts: dict[int, int] = {}
        self._results: dict[int, Mapping[str, Any]] = {}
        self._failures: dict[int, ErrorData] = {}
        self._continued: set[int] = set()
        if checkpoint is not None:
            self._restore(checkpoint)

    def complete(
        self, index: int, outputs: dict[str, Any], result: Mapping[str, Any]
    ) -> Private:
        """A node emitted ``outputs`` by port; what its record keeps is returned."""
        self.values[index] = outputs
        self.settled[index] = _COMPLETE
        private: Private = {}
        if ABSENT in outputs.values():
            private["absent"] = [p for p, v in outputs.items() if v is ABSENT]
            private["outputs"] = {p: v for p, v in outputs.items() if v is not ABSENT}
        elif outputs:
            private["outputs"] = outputs
        if result:
            self._results[index] = private["result"] = dict(result)
        return private

    def fail(self, index: int, error: ErrorData, *, continued: bool) -> Private:
        """A node failed; what its record keeps is returned.

        A failure that is ``continued`` does not fail the run: the node emits no value
        on each of its ports.
        """
        self._failures[index] = error
        self.settled[index] = NodeStatus.ERROR
        if not continued:
            return {}
        ports = [port.id for port in self.topology.nodes[index].outputs]
        self.values[index] = dict.fromkeys(ports, ABSENT)
        self._continued.add(index)
        return {"absent": list(ports), "continued": True}

    def skip(self, index: int) -> None:
        self.settled[index] = NodeStatus.SKIPPED

    def result(self) -> dict[str, Any]:
        """What was collected; on a clash the later node in document order wins."""
        merged: dict[str, Any] = {}
        for index in sorted(self._results):
            merged.update(self._results[index])
        return merged

    def verdict(self) -> RunError | None:
        """The error that a run with nothing left to do ends in, if any."""
        nodes = self.topology.nodes
        if len(self.settled) < len(nodes):
            return UnschedulableGraph(
                [node.id for i, node in enumerate(nodes) if i not in self.settled]
            )
        failures: dict[str, ErrorData] = {
            nodes[i].id: self._failures[i]
            for i in sorted(self._failures.keys() - self._continued)
        }
        match list(failures.items()):
            case []:
                return None
            case [(node_id, error)]:
                return NodeFailed(node_id, error)
        return MultipleNodesFailed(failures)

    def next_question(self) -> Suspension:
        """The suspension of the first waiting node in document order."""
        return self.waiting[min(self.waiting)]

    def freeze(self, graph: Graph, inputs: Mapping[str, Any]) -> Checkpoint:
        """The run as it stands, to go on from later."""
        nodes = self.topology.nodes
        return Checkpoint(
            run_id=self.run_id,
            fingerprint=fingerprint(graph),
            inputs=inputs,
            nodes={nodes[i].id: self._fate(i) for i in self.settled},
            waiting={nodes[i].id: s for i, s in self.waiting.items()},
            attempts={nodes[i].id: n for i, n in self.attempts.items()},
        )

    def _fate(self, index: int) -> NodeFate:
        return NodeFate(
            status=self.settled[index],
            outputs=self.values[index],
            result=self._results.get(index, {}),
            error=self._failures.get(index),
            continued=index in self._continued,
        )

    def _restore(self, checkpoint: Checkpoint) -> None:
        index = self.topology.index
        for node_id, fate in checkpoint.nodes.items():
            self._restore_fate(index[NodeId(node_id)], fate)
        self.waiting = {index[i]: s for i, s in checkpoint.waiting.items()}
        self.attempts = {index[i]: n for i, n in checkpoint.attempts.items()}

    def _restore_fate(self, index: int, fate: NodeFate) -> None:
        if fate.status is NodeStatus.COMPLETE:
            self.complete(index, dict(fate.outputs), fate.result)
        elif fate.error is not None:
            self.fail(index, fate.error, continued=fate.continued)
        else:
            self.skip(index)
