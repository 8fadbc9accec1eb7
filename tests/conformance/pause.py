"""What could still run when a recorded run paused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .case import nodes_of, wires_of
from .event_order import settled_in


def unfinished(
    graph: Mapping[str, Any],
    stages: Sequence[Mapping[str, Any]],
    settled: Iterable[str] = (),
) -> list[str]:
    """The nodes that did not wait for the review at which the last stage paused.

    Empty where it did not pause. ``settled`` are nodes that had settled before.
    """
    last = stages[-1]
    if last["status"] != "paused" or "events" not in last:
        return []
    done = {*settled, *(i for s in stages for i in settled_in(s.get("events", [])))}
    waiting = waiting_in(stages) - done
    blocked = downstream(graph, waiting)
    return [i for i in nodes_of(graph) if i not in done | waiting | blocked]


def waiting_in(stages: Iterable[Mapping[str, Any]]) -> set[str]:
    """The nodes that came to wait for a person."""
    return {
        event["data"]["nodeId"]
        for stage in stages
        for event in stage.get("events", ())
        if event["event"] == "node_status" and event["data"]["status"] == "waiting"
    }


def downstream(graph: Mapping[str, Any], roots: Iterable[str]) -> set[str]:
    """The nodes that can only start after one of ``roots``, the roots left out."""
    targets: dict[str, set[str]] = {}
    for wire in wires_of(graph):
        targets.setdefault(wire["sourceNodeId"], set()).add(wire["targetNodeId"])
    found: set[str] = set()
    front = list(roots)
    while front:
        fresh = targets.get(front.pop(), set()) - found
        found |= fresh
        front += fresh
    return found
