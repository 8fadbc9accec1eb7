"""The editor's canvas in the admin: what it is told, and when a picture has to do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from pages import assets
from tests.factories import WorkflowFactory, graph_document
from tests.runs.admin_scenes import text_of
from wayflow.testing import graph_document as drawn
from wayflow.testing import node_document
from workflows.admin import nodes
from workflows.models import Workflow

pytestmark = pytest.mark.django_db

DATA = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)
EVIL = "</script><script>alert(1)</script><!--"


@pytest.fixture(autouse=True)
def _the_editor_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is here or not."""
    monkeypatch.setattr(assets, "is_built", lambda: True)


def url_of(workflow: Workflow, rest: str = "change/") -> str:
    return f"/admin/workflows/workflow/{workflow.pk}/{rest}"


def told(html: str) -> dict[str, Any]:
    """What the page hands to the canvas."""
    (text,) = DATA.findall(html)
    found: dict[str, Any] = json.loads(text)
    return found


def placed(graph: dict[str, Any]) -> dict[str, Any]:
    """``graph``, its nodes in a row."""
    for number, node in enumerate(graph["nodes"].values()):
        node["position"] = {"x": 300 * number, "y": 0}
    return graph


@pytest.mark.parametrize("rest", ["change/", "versions/1/"])
def test_the_canvas_is_given_the_graph_and_the_types_of_its_nodes(
    admin_client: Client, rest: str
) -> None:
    nodes = (node_document("a", "merge", {}), node_document("b", "unheardOf", {}))
    graph = placed(drawn(*nodes, wires=[]))
    html = text_of(admin_client, url_of(WorkflowFactory.create(graph=graph), rest))
    given = told(html)
    assert given["graph"] == graph
    assert given["links"] == {"a": "#node-1", "b": "#node-2"}
    assert [type["type"] for type in given["nodeTypes"]] == ["merge"]
    assert 'data-editor="/static/wayflow/editor.js"' in html
    assert "<svg" in html


def test_what_a_graph_says_stays_within_its_element(admin_client: Client) -> None:
    node = {**node_document(EVIL, "llm", {"prompt": EVIL}), "name": EVIL}
    workflow = WorkflowFactory.create(graph=drawn(node, wires=[]), name=EVIL)
    html = text_of(admin_client, url_of(workflow))
    assert told(html)["graph"]["nodes"][EVIL]["name"] == EVIL
    assert "<script>alert" not in html


def test_without_the_built_editor_there_is_the_picture(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "is_built", lambda: False)
    html = text_of(admin_client, url_of(WorkflowFactory.create()))
    assert "<svg" in html
    assert "data-editor" not in html
    assert "canvas.js" not in html
    assert not DATA.search(html)


@pytest.mark.parametrize("count", [0, nodes.NODES_ON_CANVAS + 1])
def test_an_empty_or_a_large_graph_is_a_picture_alone(
    admin_client: Client, count: int
) -> None:
    graph = placed(graph_document(nodes=count)) if count else drawn(wires=[])
    html = text_of(admin_client, url_of(WorkflowFactory.create(graph=graph)))
    assert "<svg" in html
    assert "data-editor" not in html
    assert not DATA.search(html)


def test_nodes_that_lie_on_top_of_each_other_are_laid_out_in_a_picture(
    admin_client: Client,
) -> None:
    graph = graph_document(nodes=3)
    for node in graph["nodes"].values():
        node["position"] = {"x": 5, "y": 5}
    html = text_of(admin_client, url_of(WorkflowFactory.create(graph=graph)))
    assert "<svg" in html
    assert "data-editor" not in html


def test_the_canvas_asks_the_database_for_nothing(
    admin_client: Client,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workflow = WorkflowFactory.create(graph=placed(graph_document(nodes=20)))
    admin_client.get(url_of(workflow))
    with django_assert_max_num_queries(20) as shown:
        assert "data-editor" in text_of(admin_client, url_of(workflow))
    monkeypatch.setattr(assets, "is_built", lambda: False)
    with django_assert_num_queries(len(shown)):
        assert "data-editor" not in text_of(admin_client, url_of(workflow))
