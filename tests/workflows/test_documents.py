"""Graphs as they come in and are kept: in their order, once by content."""

import json
import threading
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from tests.factories import graph_document
from wayflow.errors import GraphFormatError
from wayflow.serializer import deserialize, serialize
from workflows.models import GraphDocument
from workflows.services import (
    GraphTooLarge,
    InvalidViewport,
    digest_of,
    read_graph,
    read_snapshot,
    store_document,
)


def backwards(document: dict[str, Any]) -> dict[str, Any]:
    nodes = dict(reversed(document["nodes"].items()))
    return {**document, "nodes": nodes}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda graph: graph,
        lambda graph: {"version": 1, "graph": graph},
        lambda graph: serialize(deserialize(graph)),
        lambda graph: {"graph": serialize(deserialize(graph))},
    ],
)
def test_every_form_of_a_graph_is_read_alike(wrap: Any) -> None:
    graph = graph_document()
    assert digest_of(read_graph(wrap(graph))) == digest_of(deserialize(graph))


@pytest.mark.parametrize("value", [None, 5, [], "nonsense", {}, {"nodes": []}])
def test_what_is_no_graph_is_refused(value: Any) -> None:
    with pytest.raises(GraphFormatError):
        read_graph(value)


def test_a_graph_over_the_limits_is_refused(settings: LazySettings) -> None:
    graph = graph_document(nodes=3)
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_NODES": 5, "MAX_EDGES": 1}
    assert len(read_graph(graph).nodes) == 5
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_NODES": 4}
    with pytest.raises(GraphTooLarge, match="5 nodes"):
        read_graph(graph)
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_NODES": 5, "MAX_EDGES": 0}
    with pytest.raises(GraphTooLarge, match="1 edges"):
        read_graph(graph)


def test_a_snapshot_brings_its_viewport() -> None:
    snapshot = {"version": 1, "graph": graph_document(), "viewport": {"zoom": 2}}
    assert read_snapshot(snapshot)[1] == {"zoom": 2}
    assert read_snapshot(graph_document())[1] is None
    with pytest.raises(InvalidViewport):
        read_snapshot({**snapshot, "viewport": [1]})


def test_the_order_of_nodes_is_content_and_the_viewport_is_not() -> None:
    graph = graph_document()
    with_view = {"graph": graph, "viewport": {"zoom": 3}}
    assert digest_of(read_graph(with_view)) == digest_of(read_graph(graph))
    assert digest_of(read_graph(backwards(graph))) != digest_of(read_graph(graph))


@pytest.mark.django_db
def test_a_document_keeps_keys_in_their_order_and_foreign_ones_too() -> None:
    graph = backwards(graph_document(metadata={"zeta": 1, "alpha": {"b": 1, "a": 2}}))
    stored = store_document(read_graph(graph))
    content = GraphDocument.objects.get(pk=stored.pk).content
    assert json.dumps(content) == json.dumps(graph)
    assert list(stored.graph().nodes) == ["out", "in"]


@pytest.mark.django_db
def test_equal_graphs_are_stored_once() -> None:
    first = store_document(read_graph(graph_document()))
    assert store_document(read_graph(graph_document())) == first
    assert store_document(read_graph(graph_document(field="w"))) != first
    assert (first.node_count, first.is_tool) == (2, False)


@pytest.mark.django_db(transaction=True)
def test_two_threads_that_store_one_graph_get_one_document() -> None:
    graph = read_graph(graph_document())
    start = threading.Barrier(4)
    stored: list[int] = []

    def store() -> None:
        start.wait(60)
        try:
            stored.append(store_document(graph).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=store) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(stored) == 4
    assert set(stored) == {GraphDocument.objects.get().pk}
