"""What each node of a run did, folded from the run's journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wayflow.events import (
    NODE_ATTEMPT,
    NODE_STATUS,
    TOOL_CALL_END,
    TOOL_CALL_START,
)
from wayflow.graph import Graph, NodeId
from wayflow.status import NodeStatus

from .records import Told

_TELLING = (NODE_STATUS, NODE_ATTEMPT, TOOL_CALL_START, TOOL_CALL_END)
_SHOWN = ("inputs", "outputData", "error", "startedAt", "finishedAt")


@dataclass(slots=True, kw_only=True)
class NodeRun:
    """One node's part in a run; times are in ms since the epoch.

    ``shown`` are the inputs, outputData, error, startedAt and finishedAt as they were
    told, ``tool_calls`` the calls in their order: those of the newest attempt.
    ``failures`` are the attempts that failed and were followed by another.
    """

    node_id: str
    type: str
    label: str
    status: str = NodeStatus.IDLE
    attempts: int = 0
    shown: dict[str, Any] = field(default_factory=dict)
    tool_calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """The node run as the API shows it; what is unknown is left out."""
        data: dict[str, Any] = {
            "nodeId": self.node_id,
            "type": self.type,
            "label": self.label,
            "status": self.status,
            "attempts": self.attempts,
            **self.shown,
        }
        if self.duration_ms is not None:
            data["durationMs"] = self.duration_ms
        if self.tool_calls:
            data["toolCalls"] = list(self.tool_calls.values())
        if self.failures:
            data["failedAttempts"] = self.failures
        return data

    @property
    def duration_ms(self) -> int | None:
        """How long the newest attempt took, a review's wait included."""
        started, finished = self.shown.get("startedAt"), self.shown.get("finishedAt")
        if isinstance(started, int) and isinstance(finished, int):
            return finished - started
        return None

    def take(self, name: str, data: dict[str, Any]) -> None:
        """Learn from one of the engine's events about this node."""
        if name == NODE_STATUS:
            self.status = data["status"]
            if self.status == NodeStatus.RUNNING and "startedAt" in data:
                self.attempts += 1
                self.shown.clear()
                self.tool_calls.clear()
            self.shown |= {key: data[key] for key in _SHOWN if key in data}
        elif name == NODE_ATTEMPT:
            self.failures.append({k: v for k, v in data.items() if k != "nodeId"})
        else:
            call = self.tool_calls.setdefault(data["callId"], {})
            call |= {key: value for key, value in data.items() if key != "nodeId"}


def node_runs(graph: Graph, records: Iterable[Told]) -> list[NodeRun]:
    """The nodes that the run has come to, in the order in which it did."""
    runs: dict[str, NodeRun] = {}
    for event, _ in records:
        name, data = event["event"], event["data"]
        if name not in _TELLING:
            continue
        node_id = data["nodeId"]
        if node_id not in runs:
            runs[node_id] = _begun(graph, node_id)
        runs[node_id].take(name, data)
    return list(runs.values())


def _begun(graph: Graph, node_id: str) -> NodeRun:
    node = graph.nodes[NodeId(node_id)]
    return NodeRun(node_id=node_id, type=node.type, label=node.name or node.label)
