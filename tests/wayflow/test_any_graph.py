"""Whatever is posted is read or refused, and whatever was read ends when it runs."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wayflow.json_values import JSON
from wayflow import (
    Completed,
    Context,
    Graph,
    GraphFormatError,
    Node,
    NodeType,
    Paused,
    Runtime,
    WayflowError,
    deserialize,
    serialize,
    validate_graph,
)
from wayflow.nodes import BUILTIN
from wayflow.registry import Registry
from wayflow.scheduler import Scheduler
from wayflow.testing import InMemoryJournal
from wayflow.topology import find_cycle, fingerprint, topology_of

REGISTRY = Registry(nodes={kind.type: kind for kind in BUILTIN})
SETTLED = ("complete", "error", "skipped", "cancelled", "waiting")

IDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "", "\0", "ä"])
PORTS = st.sampled_from(["p", "q", "value", "true", "false", "list", "input"])


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Seldom something else, or nothing at all."""
    return st.one_of(usual, usual, usual, usual, JSON)


def ports() -> st.SearchStrategy[Any]:
    side = mostly(st.sampled_from(["input", "output"]))
    return st.lists(st.fixed_dictionaries({"id": mostly(PORTS), "side": side}))


def documents() -> st.SearchStrategy[Any]:
    """What looks like a graph, more or less."""
    types = st.sampled_from([kind.type for kind in BUILTIN] + ["unknown", ""])
    keys = [*{key for kind in BUILTIN for key in kind.config}, "runPerItem"]
    config = st.dictionaries(st.sampled_from(keys), JSON | st.just(True), max_size=4)
    node = st.fixed_dictionaries(
        {"type": mostly(types), "ports": mostly(ports())},
        optional={"data": mostly(config), "size": JSON, "label": mostly(st.text())},
    )
    ends = {
        "sourceNodeId": mostly(IDS),
        "sourcePortId": mostly(PORTS),
        "targetNodeId": mostly(IDS),
        "targetPortId": mostly(PORTS),
    }
    edges = st.dictionaries(st.text(), mostly(st.fixed_dictionaries(ends)))
    return st.fixed_dictionaries(
        {"nodes": mostly(st.dictionaries(IDS, node)), "edges": mostly(edges)},
        optional={"metadata": JSON, "version": JSON},
    )


SOURCES = st.one_of(
    JSON,
    documents(),
    st.text(),
    st.binary(),
    JSON.map(json.dumps),
    documents().map(json.dumps),
    st.fixed_dictionaries({"graph": documents() | documents().map(json.dumps)}),
)


def read(source: Any) -> Graph | None:
    """The graph, None for what is refused; anything else is a crash."""
    try:
        return deserialize(source)
    except GraphFormatError:
        return None


@given(SOURCES)
@settings(max_examples=200, deadline=None)
def test_anything_is_read_or_refused(source: Any) -> None:
    graph = read(source)
    if graph is not None:
        again = deserialize(serialize(graph))
        assert serialize(again) == serialize(graph)
        assert (again.nodes, again.edges) == (graph.nodes, graph.edges)
        assert fingerprint(again) == fingerprint(graph)
        assert {edge.source for edge in graph.edges.values()} <= graph.nodes.keys()
        assert {edge.target for edge in graph.edges.values()} <= graph.nodes.keys()


@given(documents())
@settings(max_examples=200, deadline=None)
def test_whatever_was_read_can_be_looked_into(document: Any) -> None:
    graph = read(document)
    if graph is not None:
        for issue in validate_graph(graph, registry=REGISTRY):
            assert set(issue.node_ids) <= graph.nodes.keys()
        cycle = find_cycle(graph)
        assert cycle is None or cycle[0] == cycle[-1]


@given(documents(), st.dictionaries(st.text(), JSON, max_size=3))
@settings(max_examples=200, deadline=None)
def test_whatever_was_read_ends_when_it_runs(document: Any, inputs: Any) -> None:
    graph = read(document)
    if graph is not None:
        runtime = Runtime(run_timeout=20, max_output_bytes=10_000, max_nesting=50)
        outcome = asyncio.run(outcome_of(runtime, graph, inputs))
        assert isinstance(outcome, Completed | Paused | WayflowError)


async def outcome_of(runtime: Runtime, graph: Graph, inputs: Any = None) -> object:
    try:
        return await runtime.run(graph, inputs)
    except WayflowError as error:
        return error


# --- the order of things ---


@st.composite
def tangles(draw: st.DrawFn) -> tuple[Graph, dict[str, str]]:
    """A graph of any shape, cycles and all, and what each of its nodes does.

    Some of its edges are doubled, some come from ports or nodes that do not exist.
    """
    count = draw(st.integers(1, 8))
    names = [f"n{n}" for n in range(count)]
    sides = {"i": "input", "j": "input", "o": "output", "x": "output"}
    node = {
        "type": "any",
        "ports": [{"id": port, "side": side} for port, side in sides.items()],
    }
    ends = st.sampled_from([*names, "gone"])
    edge = st.fixed_dictionaries(
        {
            "sourceNodeId": ends,
            "sourcePortId": st.sampled_from("oxoxo?"),
            "targetNodeId": ends,
            "targetPortId": st.sampled_from("ijiji?"),
        }
    )
    forward = st.booleans()
    drawn = draw(st.lists(st.tuples(edge, forward, st.integers(1, 2)), max_size=20))
    edges = []
    for wire, is_forward, times in drawn:
        a, b = wire["sourceNodeId"], wire["targetNodeId"]
        if is_forward and b < a:
            wire = {**wire, "sourceNodeId": b, "targetNodeId": a}
        edges += [wire] * times
    acts = st.sampled_from(["both", "one", "neither", "fail", "pause", "slow"])
    behaviour = {name: draw(acts) for name in names}
    document = {
        "nodes": dict.fromkeys(draw(st.permutations(names)), node),
        "edges": {f"e{n}": wire for n, wire in enumerate(edges)},
    }
    return deserialize(document), behaviour


EITHER: st.SearchStrategy[Any] = st.booleans()
GIVEN: dict[str, Any] = {
    "both": {"o": 1, "x": 2},
    "slow": {"o": 1, "x": 2},
    "one": {"x": 2},
    "neither": {},
}


def sources(graph: Graph, node_id: str) -> set[str]:
    return {edge.source for edge in graph.edges.values() if edge.target == node_id}


@given(tangles(), st.integers(1, 4), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_run_settles_each_node_once_and_after_its_sources(
    tangle: tuple[Graph, dict[str, str]], at_once: int, inline: bool
) -> None:
    graph, behaviour = tangle

    def act(node: Node) -> Any:
        if behaviour[node.id] == "fail":
            raise ValueError(node.id)
        return GIVEN.get(behaviour[node.id], GIVEN["both"])

    def at_once_(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        return act(node)

    async def later(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        if behaviour[node.id] == "slow":
            await asyncio.sleep(0)
        return act(node)

    handler = at_once_ if inline else later
    kind = NodeType(type="any", handler=handler, inline=inline, effects=not inline)
    runtime = Runtime(handlers={"any": kind}, max_concurrency=at_once, run_timeout=20)
    journal = InMemoryJournal()
    outcome = asyncio.run(journaled(runtime, graph, journal))
    if find_cycle(graph) is not None:
        assert code_of(outcome) == "WF_RUNTIME_CYCLE_DETECTED"
        return
    failed = [name for name in graph.nodes if behaviour[name] == "fail"]
    assert isinstance(outcome, Completed) or failed
    settled: Counter[str] = Counter()
    for event, _ in journal.told:
        data = event["data"]
        if event["event"] == "node_status" and data["status"] in SETTLED:
            settled[data["nodeId"]] += 1
        elif event["event"] == "node_status":
            assert sources(graph, data["nodeId"]) <= settled.keys()
    assert settled == dict.fromkeys(graph.nodes, 1)


async def journaled(runtime: Runtime, graph: Graph, journal: InMemoryJournal) -> object:
    try:
        return await runtime.run(graph, journal=journal)
    except WayflowError as error:
        return error


def code_of(outcome: object) -> str | None:
    return outcome.code if isinstance(outcome, WayflowError) else None


@given(tangles(), st.data())
@settings(deadline=None)
def test_the_scheduler_never_hangs_and_never_starts_what_waits_for_itself(
    tangle: tuple[Graph, dict[str, str]], data: st.DataObject
) -> None:
    graph, behaviour = tangle
    topology = topology_of(graph)
    emitted: list[set[str]] = [set() for _ in topology.nodes]
    scheduler = Scheduler(topology, emitted)
    settled: list[int] = []
    working: list[int] = []
    while scheduler.ready or scheduler.condemned or working:
        for index in scheduler.skipped():
            settled.append(index)
            scheduler.settle(index)
        if scheduler.ready and data.draw(EITHER):
            working.append(scheduler.take())
        elif working:
            index = working.pop(data.draw(st.integers(0, len(working) - 1)))
            ports = GIVEN.get(behaviour[topology.nodes[index].id], {})
            emitted[index] |= ports.keys()
            settled.append(index)
            scheduler.settle(index)
        elif scheduler.ready:
            working.append(scheduler.take())
    assert len(settled) == len({*settled})
    place = {index: n for n, index in enumerate(settled)}
    for index in settled:
        assert all(
            place.get(source, len(settled)) < place[index]
            for _, source, _, _ in topology.incoming[index]
        )
    assert (len(settled) == len(topology.nodes)) == (find_cycle(graph) is None)
