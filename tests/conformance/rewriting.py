"""Recordings as they would be if the recorded engine had not lost something."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from wayflow.values import ABSENT

from .case import Case, nodes_of, wires_of
from .compare import Mismatch, difference
from .event_order import Events

# --- the caller's inputs outlive a pause -----------------------------------------


def keeping_inputs(case: Case) -> Case:
    """As if input nodes that run after a pause saw what the caller gave at first."""
    stages = deepcopy(case.expect["stages"])
    inputs = case.body.get("inputs", {})
    for index, stage in enumerate(stages[1:], 1):
        for event in _completions(case, "input", stage["events"]):
            for old, new in _forgotten(case, event, inputs):
                stages[index:] = _replaced(stages[index:], old, new)
    return case.expecting({**case.expect, "stages": stages})


def _forgotten(
    case: Case, event: Mapping[str, Any], inputs: Mapping[str, Any]
) -> list[tuple[Any, Any]]:
    """Values that the input node emitted, with what it was given for each."""
    data = event["data"]
    fields = nodes_of(case.body["graph"])[data["nodeId"]]["data"]["fields"]
    names = [field["name"] for field in fields]
    emitted = data["outputData"]
    values = {names[0]: emitted} if len(names) == 1 else emitted
    return [
        (values[name], inputs[name])
        for name in names
        if name in inputs and difference(values[name], inputs[name]) is not None
    ]


def _replaced(part: Any, old: Any, new: Any) -> Any:
    if type(part) is type(old) and difference(old, part) is None:
        return new
    if isinstance(part, dict):
        return {key: _replaced(member, old, new) for key, member in part.items()}
    if isinstance(part, list):
        return [_replaced(item, old, new) for item in part]
    return part


# --- a failure outlives a pause --------------------------------------------------


def remembering_failures(case: Case) -> Case:
    """As if a run that fails before a pause ended in that error after it."""
    stages = deepcopy(case.expect["stages"])
    failed = {
        event["data"]["nodeId"]: event["data"]["error"]
        for stage in stages
        for event in stage["events"]
        if event["event"] == "node_status" and event["data"]["status"] == "error"
    }
    error = _run_error(failed)
    last = stages[-1]
    last.pop("result", None)
    last |= {"status": "error", "error": error}
    last["events"][-1]["data"] = {"status": "error", "error": error}
    return case.expecting({**case.expect, "stages": stages})


def _run_error(failed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    if not failed:
        raise Mismatch("nothing failed before the pause")
    mentions = [
        part
        for node_id, cause in failed.items()
        for part in (node_id, *cause.get("mentions", ()), cause.get("message", ""))
    ]
    if len(failed) > 1:
        code = "WF_RUNTIME_MULTIPLE_NODES_FAILED"
    else:
        (code,) = (cause["code"] for cause in failed.values())
    return {"code": code, "mentions": mentions}


# --- what a live branch gave -----------------------------------------------------


def keeping_live_values(case: Case) -> Case:
    """As if no dead branch took a value out of an Output node or the result."""
    expect = deepcopy(case.expect)
    kept: dict[str, Any] = {}
    for node_id in nodes_of(case.body["graph"]):
        live = _live_inputs(case, node_id, expect["events"])
        for data in (e["data"] for e in expect["events"]):
            if data.get("nodeId") == node_id and _is_output(case, node_id):
                kept |= _completed(data, live)
    expect["result"] = {**kept, **expect["result"]}
    expect["events"][-1]["data"]["result"] = expect["result"]
    return case.expecting(expect)


def _completed(data: dict[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """Put the live values into an Output node's event; what it adds to the result."""
    for key in ("inputs", "outputData"):
        if key in data:
            data[key] = {**live, **data[key]}
    emitted: dict[str, Any] = data.get("outputData", {})
    return emitted


def _live_inputs(case: Case, node_id: str, events: Events) -> dict[str, Any]:
    """What the wires into a node carried, those of dead branches left out."""
    emitted = {e["data"]["nodeId"]: e["data"] for e in _completions(case, None, events)}
    live = {}
    for wire in wires_of(case.body["graph"]):
        if wire["targetNodeId"] != node_id:
            continue
        source = wire["sourceNodeId"]
        value = _routed(case, source, wire["sourcePortId"], emitted.get(source, {}))
        if value is not ABSENT:
            live[wire["targetPortId"]] = value
    return live


def _routed(case: Case, source: str, port: str, data: Mapping[str, Any]) -> Any:
    """The value that a completed node put on one of its output ports."""
    value = data.get("outputData", ABSENT)
    ports = nodes_of(case.body["graph"])[source]["ports"]
    if sum(p["side"] == "output" for p in ports) < 2 or not isinstance(value, dict):
        return value
    return value.get(port, ABSENT)


def _is_output(case: Case, node_id: str) -> bool:
    return bool(nodes_of(case.body["graph"])[node_id]["type"] == "output")


def _completions(case: Case, node_type: str | None, events: Events) -> Events:
    """The events that complete a node, of one type or of any."""
    nodes = nodes_of(case.body["graph"])
    return [
        event
        for event in events
        if event["event"] == "node_status"
        and event["data"]["status"] == "complete"
        and node_type in (None, nodes[event["data"]["nodeId"]]["type"])
    ]
