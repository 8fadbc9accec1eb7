"""What each node of a run did, folded from the run's journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wayflow.events import (
    MODEL_USAGE,
    NODE_ATTEMPT,
    NODE_STATUS,
    TOOL_CALL_END,
    TOOL_CALL_START,
)
from wayflow.graph import Graph, NodeId
from wayflow.status import NodeStatus

from .records import Told

MOST_CALLS = 200
MOST_FAILURES = 50
"""What a node run keeps of its first tool calls and its last failures."""

_TELLING = (NODE_STATUS, NODE_ATTEMPT, TOOL_CALL_START, TOOL_CALL_END, MODEL_USAGE)
_SHOWN = ("inputs", "outputData", "error", "startedAt", "finishedAt")


@dataclass(slots=True, kw_only=True)
class NodeRun:
    """One node's part in a run; times are in ms since the epoch.

    ``shown`` are the inputs, outputData, error, startedAt and finishedAt as they were
    told, ``tool_calls`` the first calls in their order, of ``call_count``: those of the
    newest attempt. ``failures`` are the attempts that failed and were followed by
    another, ``usage`` the tokens by model that all attempts took.
    """

    node_id: str
    type: str
    label: str
    status: str = NodeStatus.IDLE
    attempts: int = 0
    shown: dict[str, Any] = field(default_factory=dict)
    tool_calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    call_count: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, dict[str, Any]] = field(default_factory=dict)

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
            data["toolCallCount"] = self.call_count
        if self.failures:
            data["failedAttempts"] = self.failures
        if self.usage:
            data["usage"] = list(self.usage.values())
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
            self._take_status(data)
        elif name == NODE_ATTEMPT:
            self.failures.append({k: v for k, v in data.items() if k != "nodeId"})
            del self.failures[:-MOST_FAILURES]
        elif name == MODEL_USAGE:
            self._take_usage(data)
        else:
            self._take_call(name, data)

    def _take_status(self, data: dict[str, Any]) -> None:
        self.status = data["status"]
        if self.status == NodeStatus.RUNNING and "startedAt" in data:
            self.attempts += 1
            self.shown.clear()
            self.tool_calls.clear()
            self.call_count = 0
        self.shown |= {key: data[key] for key in _SHOWN if key in data}

    def _take_usage(self, data: dict[str, Any]) -> None:
        model = data["model"]
        none = {"model": model, "inputTokens": 0, "outputTokens": 0}
        usage = self.usage.setdefault(model, none)
        for counted in ("inputTokens", "outputTokens"):
            usage[counted] += data[counted]

    def _take_call(self, name: str, data: dict[str, Any]) -> None:
        call_id = data["callId"]
        if name == TOOL_CALL_START:
            self.call_count += 1
            if len(self.tool_calls) < MOST_CALLS:
                self.tool_calls[call_id] = {}
        if call_id in self.tool_calls:
            told = {key: value for key, value in data.items() if key != "nodeId"}
            self.tool_calls[call_id] |= told


def node_runs(graph: Graph, records: Iterable[Told]) -> list[NodeRun]:
    """The nodes that the run has come to, in the order in which it did."""
    runs: dict[str, NodeRun] = {}
    for event, _ in records:
        name, data = event["event"], event["data"]
        if name not in _TELLING:
            continue
        node_id = data["nodeId"]
        if node_id not in runs:
            runs[node_id] = idle(graph, node_id)
        runs[node_id].take(name, data)
    return list(runs.values())


def idle(graph: Graph, node_id: str) -> NodeRun:
    """A node that the run has not come to."""
    node = graph.nodes[NodeId(node_id)]
    return NodeRun(node_id=node_id, type=node.type, label=node.name or node.label)
