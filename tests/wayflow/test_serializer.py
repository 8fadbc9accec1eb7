"""Documents become graphs and graphs documents, whatever else is thrown at them."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wayflow.json_values import JSON
from wayflow import Graph, GraphFormatError, deserialize, graph_of, serialize
from wayflow.testing import graph_document, node_document

BARE: dict[str, Any] = {
    **graph_document(
        node_document("10", "input", {"fields": []}, outputs=["v"]),
        node_document("2", "output", inputs=["v"]),
        wires=["10.v -> 2.v"],
    ),
    "metadata": {"name": "Two", "exposedAsTool": True},
}
SNAPSHOT = {"version": 1, "graph": BARE, "viewport": {"x": 1, "zoom": 0.5}}


@pytest.mark.parametrize(
    "source",
    [
        BARE,
        SNAPSHOT,
        json.dumps(BARE),
        json.dumps(SNAPSHOT),
        json.dumps(SNAPSHOT).encode(),
        {"graph": json.dumps(BARE)},
        {"graph": json.dumps(SNAPSHOT)},
        {"version": 99, "graph": BARE},
        MappingProxyType(SNAPSHOT),
    ],
    ids=repr,
)
def test_a_graph_is_read_from_every_form_it_comes_in(source: Any) -> None:
    graph = deserialize(source)
    assert list(graph.nodes) == ["10", "2"]
    (edge,) = graph.edges.values()
    assert (edge.source, edge.source_port) == ("10", "v")
    assert (edge.target, edge.target_port) == ("2", "v")
    assert graph.metadata == {"name": "Two", "exposedAsTool": True}
    assert graph.dropped == ()


def test_what_is_left_out_gets_its_default() -> None:
    graph = deserialize(
        {"nodes": {"a": {"id": "a", "size": {"depth": 3}}}, "edges": {}}
    )
    assert graph.document["nodes"]["a"] == {
        "id": "a",
        "type": "default",
        "size": {"depth": 3, "width": 220, "height": 120},
        "data": {},
        "zIndex": 0,
    }
    node = graph.nodes[next(iter(graph.nodes))]
    assert (node.type, node.label, node.name, node.data) == ("default", "", "", {})
    assert (node.inputs, node.outputs) == ((), ())


def test_a_graph_read_as_it_is_gets_nothing_and_loses_nothing() -> None:
    document = {"nodes": {}, "edges": {"e": edge("gone", "v", "lost", "v")}}
    graph = graph_of(document)
    assert graph.document is document
    assert list(graph.edges) == ["e"]


def edge(
    source: str, source_port: str, target: str, target_port: str
) -> dict[str, str]:
    return {
        "sourceNodeId": source,
        "sourcePortId": source_port,
        "targetNodeId": target,
        "targetPortId": target_port,
    }


@pytest.mark.parametrize(
    ("dangling", "reason"),
    [
        (edge("gone", "v", "2", "v"), "source node 'gone'"),
        (edge("10", "v", "gone", "v"), "target node 'gone'"),
        (edge("10", "w", "2", "v"), "no output port 'w'"),
        (edge("10", "v", "2", "w"), "no input port 'w'"),
        (edge("2", "v", "10", "v"), "no output port 'v'"),
    ],
)
def test_an_edge_that_dangles_is_dropped_and_reported(
    dangling: dict[str, str], reason: str
) -> None:
    edges = {"bad": dangling, **BARE["edges"]}
    graph = deserialize({**BARE, "edges": edges})
    assert list(graph.edges) == list(graph.document["edges"]) == ["w1"]
    (dropped,) = graph.dropped
    assert dropped.id == "bad"
    assert reason in dropped.reason
    assert deserialize(serialize(graph)).dropped == ()


def broken(**members: Any) -> dict[str, Any]:
    return {"nodes": {"a": {"id": "a", **members}}, "edges": {}}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "not a JSON document"),
        ("{", "line 1"),
        (b"\xff", "not a JSON document"),
        ("[]", 'an object with a "graph"'),
        ("null", 'an object with a "graph"'),
        ({}, 'an object with a "graph"'),
        ({"graph": 5}, 'an object with a "graph"'),
        ({"graph": "nope"}, "not a JSON document"),
        ({"graph": {"edges": {}}}, "graph.nodes must be an object"),
        ({"nodes": {}}, "graph.edges must be an object"),
        ({"nodes": [], "edges": {}}, "graph.nodes must be an object"),
        ({"nodes": {"a": 1}, "edges": {}}, "graph.nodes.a must be an object"),
        ({"nodes": {}, "edges": {"e": {}}}, "graph.edges.e.sourceNodeId must be"),
        ({"nodes": {}, "edges": {}, "metadata": [1]}, "graph.metadata must be"),
        (broken(id="b"), "graph.nodes.a.id must be 'a'"),
        (broken(type=5), "graph.nodes.a.type must be a text"),
        (broken(data=[]), "graph.nodes.a.data must be an object"),
        (broken(ports={}), "graph.nodes.a.ports must be a list"),
        (broken(ports=[1]), "graph.nodes.a.ports[0] must be an object"),
        (broken(ports=[{"id": "p"}]), "graph.nodes.a.ports[0].side must be"),
        (broken(ports=[{"side": "input"}]), "graph.nodes.a.ports[0].id must be"),
        ({"nodes": {"a": {"data": {1, 2}}}, "edges": {}}, "$.nodes.a.data"),
        ("[" * 5_000 + "]" * 5_000, "nested more than"),
        (None, "expected an object"),
        (5, "expected an object"),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_what_is_no_graph_is_refused_with_its_place(source: Any, said: str) -> None:
    with pytest.raises(GraphFormatError) as caught:
        deserialize(source)
    assert said in caught.value.message
    assert isinstance(caught.value, ValueError)
    assert caught.value.code == "WF_GRAPH_INVALID"


def test_a_graph_survives_the_round_trip_with_all_that_is_unknown() -> None:
    document = {
        "nodes": {
            "b": {
                **node_document("b", "llm", {"x": [1, None]}, outputs=["o"]),
                "icon": "star",
                "dataPreview": {"o": "text"},
                "ours": {"é": "\u2028"},
            },
            "a": node_document("a", "output", inputs=["i"]),
        },
        "edges": {"e": {"id": "e", **edge("b", "o", "a", "i"), "colour": "red"}},
        "metadata": {"name": "N", "plugin": [True]},
        "extra": 5,
    }
    text = serialize(deserialize(document))
    assert json.loads(text) == {"version": 1, "graph": document}
    assert list(json.loads(text)["graph"]["nodes"]) == ["b", "a"]
    assert serialize(deserialize(text)) == text


KEYS = st.sampled_from(
    [
        *("nodes", "edges", "metadata", "graph", "version", "id", "type", "data"),
        *("ports", "side", "size", "width", "zIndex", "label", "name", "dataType"),
        *("sourceNodeId", "sourcePortId", "targetNodeId", "targetPortId", "a", "p"),
    ]
)
HOSTILE = st.recursive(
    JSON | st.sampled_from(["input", "output", "a", "p", b"x"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6)
    ),
    max_leaves=10,
)
MEMBERS = st.dictionaries(KEYS, HOSTILE, max_size=4)
DOCUMENTS = st.fixed_dictionaries(
    {
        "nodes": st.dictionaries(KEYS, MEMBERS, max_size=3),
        "edges": st.dictionaries(KEYS, MEMBERS, max_size=3),
    }
)


def read(source: Any) -> Graph | None:
    """The graph, or None when it is refused as it should be."""
    try:
        return deserialize(source)
    except GraphFormatError:
        return None


@given(HOSTILE | DOCUMENTS | st.text() | st.binary())
def test_nothing_but_a_format_error_comes_of_hostile_input(source: Any) -> None:
    graph = read(source)
    if graph is not None:
        text = serialize(graph)
        assert serialize(deserialize(text)) == text


@given(DOCUMENTS)
def test_a_hostile_text_is_read_like_its_document(document: dict[str, Any]) -> None:
    graph = read(document)
    if graph is not None:
        again = deserialize(serialize(graph))
        assert list(again.nodes.values()) == list(graph.nodes.values())
        assert list(again.edges.values()) == list(graph.edges.values())
