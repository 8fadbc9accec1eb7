"""A compiled graph keeps the document's order and knows its cycles and structure."""

from __future__ import annotations

import gc
import itertools
import random
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayflow import Graph, graph_of
from wayflow.testing import graph_document, make_graph, node_document
from wayflow.topology import find_cycle, fingerprint, topology_of


def drawn(ids: str, *arrows: str) -> Graph:
    """Nodes with ports ``i`` and ``o``, joined by arrows like ``"ab"``."""
    nodes = [node_document(i, "t", inputs=["i"], outputs=["o"]) for i in ids]
    return make_graph(*nodes, wires=[f"{a[0]}.o -> {a[1]}.i" for a in arrows])


def test_nodes_and_edges_keep_the_order_of_the_document() -> None:
    topology = topology_of(drawn("cab", "ca", "cb", "ab", "cb"))
    assert [node.id for node in topology.nodes] == ["c", "a", "b"]
    assert topology.index == {"c": 0, "a": 1, "b": 2}
    assert [[wire[0] for wire in wires] for wires in topology.incoming] == [
        [],
        ["w1"],
        ["w2", "w3", "w4"],
    ]
    assert [list(edges) for edges in topology.outgoing] == [
        ["w1", "w2", "w4"],
        ["w3"],
        [],
    ]
    assert [list(after) for after in topology.successors] == [[1, 2, 2], [2], []]
    assert list(topology.degrees) == [0, 1, 3]


def test_a_wire_names_where_it_comes_from_and_where_it_leads() -> None:
    topology = topology_of(drawn("ab", "ab"))
    assert list(topology.incoming[1]) == [("w1", 0, "o", "i")]


def test_a_source_that_does_not_exist_is_never_settled() -> None:
    topology = topology_of(drawn("b", "xb"))
    assert list(topology.degrees) == [1]
    assert [list(after) for after in topology.successors] == [[]]


def test_a_graph_is_compiled_once() -> None:
    graph = drawn("ab", "ab")
    assert topology_of(graph) is topology_of(graph)


def test_a_compiled_graph_is_let_go() -> None:
    graph = drawn("ab", "ab")
    topology_of(graph)
    kept = weakref.ref(graph)
    del graph
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize(
    ("ids", "arrows", "cycle"),
    [
        ("abc", ["ab", "bc"], None),
        ("abc", ["ab", "ac", "bc"], None),
        ("a", ["aa"], "aa"),
        ("ab", ["ab", "ba"], "aba"),
        ("ba", ["ab", "ba"], "bab"),
        ("abcd", ["ab", "bc", "cd", "db"], "bcdb"),
        ("abcd", ["ab", "cd", "dc"], "cdc"),
        ("abc", ["ac", "ab", "bc", "ca"], "aca"),
        ("dcba", ["ab", "bc", "ca", "cd"], "cabc"),
    ],
)
def test_a_cycle_is_named_from_where_the_walk_enters_it(
    ids: str, arrows: list[str], cycle: str | None
) -> None:
    assert find_cycle(drawn(ids, *arrows)) == (None if cycle is None else list(cycle))


def test_a_long_chain_and_a_long_cycle_need_no_recursion() -> None:
    many = 5_000
    ids = [f"n{i}" for i in range(many)]
    nodes = [node_document(i, "t", inputs=["i"], outputs=["o"]) for i in ids]
    wires = [f"{a}.o -> {b}.i" for a, b in itertools.pairwise(ids)]
    assert find_cycle(make_graph(*nodes, wires=wires)) is None
    closed = make_graph(*nodes, wires=[*wires, f"{ids[-1]}.o -> n0.i"])
    assert find_cycle(closed) == [*ids, "n0"]


ARROWS = st.lists(st.tuples(*[st.sampled_from("abcdef")] * 2).map("".join), max_size=12)


@given(ARROWS)
def test_a_named_cycle_can_be_walked(arrows: list[str]) -> None:
    cycle = find_cycle(drawn("abcdef", *arrows))
    if cycle is not None:
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1
        steps = itertools.pairwise(cycle)
        assert all(a + b in arrows for a, b in steps)


@given(ARROWS)
def test_without_a_named_cycle_the_nodes_have_an_order(arrows: list[str]) -> None:
    if find_cycle(drawn("abcdef", *arrows)) is None:
        left = set("abcdef")
        while left:
            free = {
                n for n in left if not any(a[0] in left and a[1] == n for a in arrows)
            }
            assert free
            left -= free


DOCUMENT: dict[str, Any] = graph_document(
    node_document("a", "input", {"fields": []}, outputs=["x", "y"]),
    node_document("b", "merge", inputs=["p", "q"], outputs=["o"]),
    node_document("c", "output", inputs=["i"]),
    wires=["a.x -> b.p", "a.y -> b.q", "b.o -> c.i"],
)


def changed(node: str, **members: Any) -> dict[str, Any]:
    nodes = DOCUMENT["nodes"]
    return {**DOCUMENT, "nodes": {**nodes, node: {**nodes[node], **members}}}


def shuffled(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same drawing, everything in another order and edges under other names."""
    mix = random.Random(seed)
    nodes = list(document["nodes"].items())
    edges = list(document["edges"].values())
    mix.shuffle(nodes)
    mix.shuffle(edges)
    return {
        "nodes": {
            key: {**node, "ports": mix.sample(node["ports"], len(node["ports"]))}
            for key, node in nodes
        },
        "edges": {f"e{n}": {**edge, "id": f"e{n}"} for n, edge in enumerate(edges)},
    }


@pytest.mark.parametrize(
    "same",
    [
        changed("b", data={"mode": "zip"}, label="B", name="x", zIndex=7),
        changed("a", position={"x": 9, "y": 9}, size={"width": 1, "height": 1}),
        *(shuffled(DOCUMENT, seed) for seed in range(4)),
    ],
)
def test_looks_config_and_order_leave_the_fingerprint_alone(
    same: dict[str, Any],
) -> None:
    assert fingerprint(graph_of(same)) == fingerprint(graph_of(DOCUMENT))


PORTS: list[dict[str, str]] = DOCUMENT["nodes"]["b"]["ports"]


@pytest.mark.parametrize(
    "other",
    [
        changed("b", type="llm"),
        changed("b", ports=[*PORTS, {"id": "r", "side": "input"}]),
        changed("b", ports=[*PORTS, {"id": "r", "side": "output"}]),
        changed("b", ports=PORTS[:2]),
        {**DOCUMENT, "edges": {}},
        {**DOCUMENT, "nodes": {**DOCUMENT["nodes"], "d": node_document("d", "t")}},
        {
            **DOCUMENT,
            "edges": {
                **DOCUMENT["edges"],
                "w1": {**DOCUMENT["edges"]["w1"], "targetPortId": "q"},
            },
        },
    ],
)
def test_another_structure_has_another_fingerprint(other: dict[str, Any]) -> None:
    assert fingerprint(graph_of(other)) != fingerprint(graph_of(DOCUMENT))


def test_a_fingerprint_stays_the_same_over_releases() -> None:
    assert fingerprint(graph_of(DOCUMENT)) == (
        "cc114cc68adbd3431afcff5119aba828881c9de17e355784afba8cc238b78861"
    )
