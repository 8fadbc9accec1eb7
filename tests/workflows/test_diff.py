"""What is different between two graphs: found whole, found fast, and never a crash."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import graph_document
from wayflow.graph import Graph
from wayflow.jsontext import json_text
from wayflow.numbers import EXACT
from wayflow.serializer import deserialize, graph_of
from workflows.diff import LONGEST, ROOM, Change, GraphDiff, diff_graphs


def diff(before: dict[str, Any], after: dict[str, Any]) -> GraphDiff:
    return diff_graphs(deserialize(before), deserialize(after))


def changed(**nodes: Any) -> dict[str, Any]:
    """The usual graph with members of its nodes replaced; None takes a node out."""
    graph = graph_document()
    for id, members in nodes.items():
        if members is None:
            del graph["nodes"][id]
        else:
            graph["nodes"][id] = {**graph["nodes"].get(id, {"id": id}), **members}
    return graph


def config(data: dict[str, Any]) -> dict[str, Any]:
    return changed(out={"data": data})


def changes(before: Any, after: Any) -> list[dict[str, Any]]:
    """The changes of a config value, told without the way to it."""
    found = diff(config({"v": before}), config({"v": after})).nodes.changed
    return [{**c.data(), "path": list(c.path[2:])} for _, cs in found for c in cs]


def test_equal_graphs_do_not_differ() -> None:
    assert diff(graph_document(), graph_document()).is_empty


def test_nodes_and_edges_come_and_go() -> None:
    without = changed(out=None)
    without["edges"] = {}
    new = diff(without, graph_document())
    node = {"id": "out", "type": "output", "label": "output"}
    edge = {
        "id": "e1",
        "sourceNodeId": "in",
        "sourcePortId": "v",
        "targetNodeId": "out",
        "targetPortId": "v",
    }
    assert (new.nodes.added, new.nodes.removed) == ((node,), ())
    assert (new.edges.added, new.edges.removed) == ((edge,), ())
    gone = diff(graph_document(), without)
    assert (gone.nodes.removed, gone.edges.removed) == ((node,), (edge,))


def test_changes_of_a_config_are_told_by_key() -> None:
    before = config({"prompt": "a", "same": 1, "gone": None, "deep": {"x": {"y": 1}}})
    after = config({"prompt": "b", "same": 1, "new": [1], "deep": {"x": {"y": 2}}})
    found = diff(before, after)
    ((node, listed),) = found.nodes.changed
    assert node["id"] == "out"
    assert [change.data() for change in listed] == [
        {
            "path": ["data", "prompt"],
            "kind": "changed",
            "before": "a",
            "after": "b",
            "cut": False,
        },
        {"path": ["data", "gone"], "kind": "removed", "before": None, "cut": False},
        {
            "path": ["data", "deep", "x", "y"],
            "kind": "changed",
            "before": 1,
            "after": 2,
            "cut": False,
        },
        {"path": ["data", "new"], "kind": "added", "after": [1], "cut": False},
    ]


def test_lists_of_one_length_are_compared_item_by_item() -> None:
    (change,) = changes([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 3}])
    assert (change["path"], change["before"], change["after"]) == ([1, "a"], 2, 3)
    (change,) = changes([1, 2], [1, 2, 3])
    assert (change["path"], change["after"]) == ([], [1, 2, 3])


def test_values_of_different_types_are_different() -> None:
    for before, after in ((1, True), (0, False), (None, False), ("1", 1), ([], {})):
        assert len(changes(before, after)) == 1


def test_what_is_not_a_number_is_still_the_same() -> None:
    assert changes(float("nan"), float("nan")) == []


def test_a_node_that_only_moved_is_told_apart() -> None:
    elsewhere = {"position": {"x": 1, "y": 2}, "size": {"width": 9, "height": 9}}
    found = diff(graph_document(), changed(out=elsewhere))
    assert (found.nodes.moved, found.nodes.changed) == (("out",), ())
    found = diff(graph_document(), changed(out={**elsewhere, "label": "New"}))
    ((node, listed),) = found.nodes.changed
    assert (found.nodes.moved, node["label"]) == ((), "New")
    assert ("position", "x") in [change.path for change in listed]


def test_an_edge_that_leads_elsewhere_has_changed() -> None:
    after = changed(more={"type": "output", "ports": [{"id": "v", "side": "input"}]})
    after["edges"]["e1"]["targetNodeId"] = "more"
    ((edge, listed),) = diff(graph_document(), after).edges.changed
    assert (edge["id"], edge["targetNodeId"]) == ("e1", "more")
    assert [change.path for change in listed] == [("targetNodeId",)]


def test_metadata_and_whatever_else_a_graph_holds_is_compared() -> None:
    before = {**graph_document(metadata={"name": "One"}), "theirs": 1}
    after = {**graph_document(metadata={"name": "Two"}), "theirs": 2}
    paths = [change.path for change in diff(before, after).metadata]
    assert sorted(paths) == [("metadata", "name"), ("theirs",)]


def test_another_order_is_a_difference() -> None:
    graph = graph_document()
    backwards = {**graph, "nodes": dict(reversed(graph["nodes"].items()))}
    found = diff(graph, backwards)
    assert found.reordered
    assert not found.is_empty
    assert not diff(graph, changed(more={"type": "merge"})).reordered


def test_long_values_are_cut() -> None:
    (change,) = changes("a" * (LONGEST + 1), {"b": "b" * LONGEST})
    assert change["cut"] is True
    assert (len(change["before"]), len(change["after"])) == (LONGEST, LONGEST)
    (change,) = changes("a" * LONGEST, "b")
    assert (change["cut"], change["before"]) == (False, "a" * LONGEST)


def test_many_changes_are_not_all_listed() -> None:
    keys = [f"{n}" * 100 for n in range(20_000)]
    found = diff(config(dict.fromkeys(keys, 1)), config(dict.fromkeys(keys, 2)))
    assert found.truncated
    assert 0 < len(json_text(found.data())) < 1.1 * ROOM


def test_a_key_of_great_length_is_not_repeated_for_each_change_below_it() -> None:
    def below(value: int) -> dict[str, Any]:
        return config({"k" * 200_000: {str(n): value for n in range(1_000)}})

    found = diff(below(1), below(2))
    assert found.truncated
    assert len(json_text(found.data())) < 1.1 * ROOM


def test_ten_thousand_nodes_are_compared_at_once() -> None:
    before = deserialize(graph_document(nodes=9_000))
    document = graph_document(nodes=9_000)
    for id, node in document["nodes"].items():
        node["data"] = {"x": id}
    after = deserialize(document)
    began = time.process_time()
    found = diff_graphs(before, after)
    assert time.process_time() - began < 5
    assert len(found.nodes.changed) == 9_002


# --- any graphs ---

numbers = st.integers(-EXACT, EXACT) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)
ids = st.sampled_from(["a", "b", "c", "", "ü.[0]", "\ud800"])
objects = st.dictionaries(st.text(max_size=3), json_values, max_size=3)
members = st.fixed_dictionaries(
    {},
    optional={
        "type": st.text(max_size=3) | st.none(),
        "label": st.text(max_size=3) | st.none(),
        "data": objects,
        "position": json_values,
        "size": json_values,
        "zIndex": json_values,
        "extra": json_values,
    },
)
edges = st.fixed_dictionaries(
    {
        "sourceNodeId": ids,
        "sourcePortId": ids,
        "targetNodeId": ids,
        "targetPortId": ids,
    },
    optional={"style": json_values},
)
documents = st.fixed_dictionaries(
    {
        "nodes": st.dictionaries(ids, members, max_size=4),
        "edges": st.dictionaries(ids, edges, max_size=3),
    },
    optional={"metadata": objects, "theirs": json_values},
)
graphs = documents.map(deserialize) | documents.map(graph_of)


@given(before=graphs, after=graphs)
def test_any_two_graphs_can_be_compared(before: Graph, after: Graph) -> None:
    found = diff_graphs(before, after)
    json_text(found.data())
    added = {node["id"] for node in found.nodes.added}
    removed = {node["id"] for node in found.nodes.removed}
    assert added == after.nodes.keys() - before.nodes.keys()
    assert removed == before.nodes.keys() - after.nodes.keys()
    backwards = diff_graphs(after, before)
    assert {node["id"] for node in backwards.nodes.added} == removed
    assert {e["id"] for e in backwards.edges.added} == {
        e["id"] for e in found.edges.removed
    }


@given(graph=documents)
def test_no_graph_differs_from_itself(graph: dict[str, Any]) -> None:
    assert diff_graphs(graph_of(graph), graph_of(graph)).is_empty
    read = deserialize(graph)
    assert diff_graphs(read, deserialize(read.document)).is_empty


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@given(before=graphs, after=graphs)
def test_graphs_of_which_no_difference_is_told_are_equal_but_for_the_order_of_keys(
    before: Graph, after: Graph
) -> None:
    equal = json_text(_sorted(before.document)) == json_text(_sorted(after.document))
    if diff_graphs(before, after).is_empty:
        assert equal
    elif equal:
        assert diff_graphs(before, after).reordered


@given(value=json_values)
def test_a_change_is_told_as_json(value: Any) -> None:
    change = Change(path=("a", 0), kind="changed", before=value, after=None)
    json_text(change.data())
