"""Our own rule where the engine is meant to be better than what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .case import Case, Mode, nodes_of, wires_of
from .compare import Mismatch, demand, difference, shown
from .event_order import Events, pooled_difference
from .kind_resume import play_stages
from .kind_run import play, run_difference
from .kinds import Check, check_recorded
from .pause import downstream
from .rewriting import keeping_inputs, keeping_live_values, remembering_failures
from .scene import Scene
from .stage import Record

Rewriting = Callable[[Case], Case]


def _as_rewritten(rewriting: Rewriting) -> Check:
    """The ordinary check against what the recording would be under our rule."""

    async def check(case: Case, mode: Mode) -> None:
        await check_recorded(rewriting(case), mode)

    return check


# --- a port that was emitted without a value -------------------------------------


async def check_absent_value(case: Case, mode: Mode) -> None:
    """What depends on a port without a value runs, also after JSON. Raises Mismatch."""
    scene = Scene(case, mode)
    actual = [stage.record for stage in await play_stages(scene)]
    in_memory = Scene(_without_json(case), mode)
    kept = [stage.record for stage in await play_stages(in_memory)]
    demand(pooled_difference(_all(kept), _all(actual), "stages"))
    demand(_endings(case.expect["stages"], actual))
    empty = _emitted_nothing(case, actual)
    dependent = downstream(case.body["graph"], {source for source, _ in empty})
    recorded = _beside(dependent, case, _all(case.expect["stages"]))
    demand(
        pooled_difference(recorded, _beside(dependent, case, _all(actual)), "stages")
    )
    demand(_all_ran(case, empty, _all(actual)))


def _without_json(case: Case) -> Case:
    decisions = [
        {key: part for key, part in decision.items() if key != "checkpoint_via_json"}
        for decision in case.body["decisions"]
    ]
    return replace(case, body={**case.body, "decisions": decisions})


def _endings(expected: list[Record], actual: list[Record]) -> str | None:
    wanted = [*["paused"] * (len(expected) - 1), "completed"]
    return difference(wanted, [stage["status"] for stage in actual], "statuses")


def _emitted_nothing(case: Case, stages: list[Record]) -> set[tuple[str, str]]:
    """The ports, as node and port ids, whose node completed without any value."""
    silent = {
        event["data"]["nodeId"]
        for event in _all(stages)
        if event["data"].get("status") == "complete"
        and "outputData" not in event["data"]
    }
    ports = {
        (node_id, port["id"])
        for node_id in silent
        for port in nodes_of(case.body["graph"])[node_id]["ports"]
        if port["side"] == "output"
    }
    if not ports:
        raise Mismatch("no port was emitted without a value")
    return ports


def _all_ran(case: Case, empty: set[tuple[str, str]], events: Events) -> str | None:
    """The first node behind an empty port that did not run with that input absent."""
    data = [e["data"] for e in events if e["event"] == "node_status"]
    for wire in wires_of(case.body["graph"]):
        if (wire["sourceNodeId"], wire["sourcePortId"]) not in empty:
            continue
        target, port = wire["targetNodeId"], wire["targetPortId"]
        mine = [d for d in data if d["nodeId"] == target]
        if "complete" not in [d["status"] for d in mine]:
            return f"{target}: expected it to run, got {shown(mine)}"
        for started in (d["inputs"] for d in mine if "inputs" in d):
            if port in started:
                return f"{target}.inputs.{port}: expected nothing, got {shown(started)}"
    return None


def _beside(nodes: set[str], case: Case, events: Events) -> Events:
    """The events of what does not depend on ``nodes``, run and result aside."""
    edges = {
        edge_id
        for edge_id, edge in case.body["graph"]["edges"].items()
        if edge["targetNodeId"] in nodes
    }
    return [
        event
        for event in events
        if event["event"] != "run_status"
        and event["data"].get("nodeId") not in nodes
        and event["data"].get("edgeId") not in edges
    ]


# --- the document's order --------------------------------------------------------


async def check_document_order(case: Case, mode: Mode) -> None:
    """Nodes that become ready together start as the document has them."""
    if case.kind != "run":
        await check_recorded(case, mode)
        return
    causal = replace(case, body={**case.body, "order": "causal"})
    scene = Scene(causal, mode)
    stage = await play(scene)
    demand(run_difference(scene, stage))
    if mode is Mode.SEQUENTIAL:
        demand(_out_of_order(scene.graph.document, stage.events))


def _out_of_order(graph: Mapping[str, Any], events: Events) -> str | None:
    """Nodes that were ready at the same time and started in another order."""
    starts = _places(events, {"running", "skipped"})
    settled = _places(events, {"complete", "error", "skipped"})
    upstream: dict[str, list[str]] = {node_id: [] for node_id in nodes_of(graph)}
    for wire in wires_of(graph):
        upstream[wire["targetNodeId"]].append(wire["sourceNodeId"])
    together: dict[int, list[str]] = {}
    for node_id, sources in upstream.items():
        if node_id in starts:
            ready = max((settled.get(source, -1) for source in sources), default=-1)
            together.setdefault(ready, []).append(node_id)
    for group in together.values():
        started = sorted(group, key=starts.__getitem__)
        if started != group:
            return (
                f"events: expected {shown(group)} in this order, got {shown(started)}"
            )
    return None


def _places(events: Events, statuses: set[str]) -> dict[str, int]:
    """Where each node first has one of the statuses."""
    places: dict[str, int] = {}
    for index, event in enumerate(events):
        data = event["data"]
        if event["event"] == "node_status" and data["status"] in statuses:
            places.setdefault(data["nodeId"], index)
    return places


def _all(stages: list[Record]) -> Events:
    return [event for stage in stages for event in stage["events"]]


RULES: Mapping[str, Check] = {
    "review-inputs-lost": _as_rewritten(keeping_inputs),
    "review-inputs-given-again": _as_rewritten(keeping_inputs),
    "review-failed-before-pause": _as_rewritten(remembering_failures),
    "review-undefined-output-json": check_absent_value,
    # What independent branches do before a pause is compared over all stages anyway.
    "review-parallel-gates": check_recorded,
    "flow-integer-like-ids": check_document_order,
    "output-overwritten-by-dead-branch": _as_rewritten(keeping_live_values),
}
