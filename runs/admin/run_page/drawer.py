"""One node of a run in detail: what went in, what came out, what it said and took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from runs.admin.excerpt import Excerpt, clipped, excerpt, spelled
from runs.node_events import events_of_node
from runs.node_runs import NodeRun, node_runs
from wayflow.graph import Graph, NodeId
from wayflow.status import NodeStatus

from .colours import NODE_COLOURS
from .sight import Sight
from .story import Story

VALUE_LIMIT = 10_000
CALL_LIMIT = 1_000
"""Characters of one value that are shown."""

CALLS_SHOWN = 50
_URGENT = (
    NodeStatus.ERROR,
    NodeStatus.WAITING,
    NodeStatus.RUNNING,
    NodeStatus.CANCELLED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCall:
    """A call of a tool."""

    tool: str
    took: str
    args: Excerpt
    result: Excerpt | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """A node; values that it has not are None. ``model`` is the one it is to ask."""

    node: NodeRun
    name: str
    colour: str
    began: datetime | None
    duration: str
    model: str
    inputs: Excerpt | None
    output: Excerpt | None
    calls: list[ShownCall]
    may_start_here: bool


def chosen_node(story: Story, wanted: str) -> str | None:
    """The wanted node; else the one that most needs a look, if there is any."""
    if wanted in story.nodes:
        return wanted
    for status in _URGENT:
        for node in story.nodes.values():
            if node.status == status:
                return node.node_id
    done = [n for n in story.nodes.values() if n.status == NodeStatus.COMPLETE]
    return done[-1].node_id if done else None


def drawer_of(sight: Sight, story: Story, node_id: str) -> Drawer:
    """The node as its events tell."""
    summary = story.nodes[node_id]
    told = node_runs(story.graph, events_of_node(sight.run.pk, node_id))
    node = told[0] if told else summary
    # In a run that ended nothing is at work.
    node.status = summary.status
    shown, took = node.shown, node.duration_ms
    calls = list(node.tool_calls.values())[:CALLS_SHOWN]
    repeatable = sight.may_repeat or sight.may_run_newest
    return Drawer(
        node=node,
        name=clipped(node.label or node.node_id),
        colour=NODE_COLOURS.get(node.status, ""),
        began=_moment(shown.get("startedAt")),
        duration="" if took is None else spelled(timedelta(milliseconds=took)) or "",
        model=_model(story.graph, node_id),
        inputs=_shown(shown, "inputs"),
        output=_shown(shown, "outputData"),
        calls=[_call(call) for call in calls],
        may_start_here=sight.has_ended and repeatable,
    )


def _shown(shown: dict[str, Any], key: str) -> Excerpt | None:
    if key not in shown:
        return None
    match shown[key]:
        case {"__truncated": True, "size": int(size), "preview": str(preview)}:
            return Excerpt(text=preview, size=size)
        case value:
            return excerpt(value, VALUE_LIMIT)


def _model(graph: Graph, node_id: str) -> str:
    model = graph.nodes[NodeId(node_id)].data.get("model")
    return model if isinstance(model, str) else ""


def _call(call: dict[str, Any]) -> ShownCall:
    took, error = call.get("durationMs"), call.get("error")
    said = error.get("message", "") if isinstance(error, dict) else error
    return ShownCall(
        tool=str(call.get("tool", "")),
        took="" if took is None else spelled(timedelta(milliseconds=took)) or "",
        args=excerpt(call.get("args"), CALL_LIMIT),
        result=excerpt(call["result"], CALL_LIMIT) if "result" in call else None,
        error=str(said)[:CALL_LIMIT] if error else "",
    )


def _moment(ms: Any) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if isinstance(ms, int) else None
