"""Two lists of events: in the same order, or in another that means the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from .case import wires_of
from .compare import event_difference, length_difference, shown

EventData: TypeAlias = "dict[str, Any]"
Events: TypeAlias = "list[EventData]"
Graph: TypeAlias = "Mapping[str, Any]"

SETTLED = {"complete", "error", "skipped"}
STARTED = {"running", "skipped"}


def exact_difference(expected: Events, actual: Events, at: str) -> str | None:
    """The first event that is not the recorded one at its place."""
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        found = event_difference(one, other, f"{at}[{index}]")
        if found is not None:
            return found
    return length_difference(expected, actual, at)


def causal_difference(
    expected: Events,
    actual: Events,
    at: str,
    *,
    graph: Graph,
    settled: Iterable[str] = (),
) -> str | None:
    """What keeps ``actual`` from being the same run, its branches interleaved anew.

    ``settled`` are the nodes that had settled before.
    """
    if len(expected) != len(actual):
        return pooled_difference(expected, actual, at) or (
            f"{at}: expected {len(expected)} events, got {len(actual)}"
        )
    return (
        ends_difference(expected, actual, at)
        or pooled_difference(expected, actual, at)
        or untimely(actual, at, graph=graph, settled=settled)
    )


def ends_difference(expected: Events, actual: Events, at: str) -> str | None:
    """What differs between the first or the last events."""
    if not expected or not actual:
        return length_difference(expected, actual, at)
    return event_difference(expected[0], actual[0], f"{at}[first]") or event_difference(
        expected[-1], actual[-1], f"{at}[last]"
    )


def pooled_difference(expected: Events, actual: Events, at: str) -> str | None:
    """What differs for one node, edge or tool call, each looked at by itself.

    What belongs to none of them, such as ``run_status``, is one more group.
    """
    mine, theirs = _grouped(expected), _grouped(actual)
    for key in [*mine, *theirs]:
        where = f"{at}[{key}]"
        found = exact_difference(mine.get(key, []), theirs.get(key, []), where)
        if found is not None:
            return found
    return _calls_difference(expected, actual, at)


def prefix_difference(expected: Events, actual: Events, at: str) -> str | None:
    """What of ``expected`` is not in ``actual``, which may say more.

    A node or call that is recorded must be told of to the same end, an edge may go on.
    """
    theirs = _grouped(actual)
    for key, events in _grouped(expected).items():
        others = theirs.get(key, [])
        if key.startswith("edge "):
            others = others[: len(events)]
        found = exact_difference(events, others, f"{at}[{key}]")
        if found is not None:
            return found
    return None


def untimely(
    actual: Events, at: str, *, graph: Graph, settled: Iterable[str] = ()
) -> str | None:
    """The first node that was started or skipped before all before it had settled."""
    done = set(settled)
    upstream: dict[str, set[str]] = {}
    for wire in wires_of(graph):
        upstream.setdefault(wire["targetNodeId"], set()).add(wire["sourceNodeId"])
    for index, event in enumerate(actual):
        if event["event"] != "node_status":
            continue
        node_id, status = event["data"]["nodeId"], event["data"]["status"]
        early = sorted(upstream.get(node_id, set()) - done)
        if status in STARTED and early:
            return f"{at}[{index}]: {node_id} is {status} before {early[0]} settled"
        if status in SETTLED:
            done.add(node_id)
    return None


def settled_in(events: Events) -> set[str]:
    """The nodes that settled."""
    return {
        event["data"]["nodeId"]
        for event in events
        if event["event"] == "node_status" and event["data"]["status"] in SETTLED
    }


def counts(events: Events) -> dict[str, int]:
    """How often each event came, by name and status."""
    numbers: dict[str, int] = {}
    for event in events:
        status = event["data"].get("status")
        name = event["event"] if status is None else f"{event['event']}:{status}"
        numbers[name] = numbers.get(name, 0) + 1
    return numbers


def _grouped(events: Events) -> dict[str, Events]:
    groups: dict[str, Events] = {}
    for event in events:
        groups.setdefault(_subject(event), []).append(event)
    return groups


def _subject(event: EventData) -> str:
    data = event["data"]
    if event["event"] in ("tool_call_start", "tool_call_end"):
        return f"call {data['callId']}"
    if "edgeId" in data:
        return f"edge {data['edgeId']}"
    return f"node {data['nodeId']}" if "nodeId" in data else "run"


def _calls_difference(expected: Events, actual: Events, at: str) -> str | None:
    """Tool calls of one node that did not start in the order of their numbers."""
    mine, theirs = _started_calls(expected), _started_calls(actual)
    for node_id, calls in mine.items():
        if theirs.get(node_id) != calls:
            return f"{at}: {node_id} calls {shown(calls)}, got {shown(theirs[node_id])}"
    return None


def _started_calls(events: Events) -> dict[str, list[str]]:
    calls: dict[str, list[str]] = {}
    for event in events:
        if event["event"] == "tool_call_start":
            data = event["data"]
            calls.setdefault(data["nodeId"], []).append(data["callId"])
    return calls
