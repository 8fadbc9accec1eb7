"""What the stock editor asks: load, save, models, tools and node types."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory, graph_document
from workflows.models import Workflow
from workflows.services import delete_workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> User:
    return UserFactory.create()


@pytest.fixture
def caller(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def snapshot(field: str = "v", **more: Any) -> dict[str, Any]:
    return {"version": 1, "graph": graph_document(field=field), **more}


def put(client: Client, id: object, body: Any, **headers: str) -> Any:
    return client.put(
        f"/api/workflow/{id}", body, content_type="application/json", headers=headers
    )


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["code"]


def test_a_free_id_becomes_a_workflow_that_loads_as_it_was_saved(
    caller: Client, user: User
) -> None:
    id, saved = uuid4(), snapshot(viewport={"x": 1.5, "y": 2, "zoom": 1})
    response = put(caller, id, saved)
    assert (response.status_code, response.content) == (204, b"")
    loaded = caller.get(f"/api/workflow/{id}")
    assert json.dumps(loaded.json()) == json.dumps(saved)
    assert loaded["ETag"] == response["ETag"]
    assert Workflow.objects.get().owner == user


def test_a_snapshot_without_viewport_loads_without(caller: Client) -> None:
    id = uuid4()
    put(caller, id, snapshot())
    assert caller.get(f"/api/workflow/{id}").json() == snapshot()


def test_a_save_over_a_newer_one_is_refused(caller: Client) -> None:
    id = uuid4()
    etag = put(caller, id, snapshot())["ETag"]
    newer = put(caller, id, snapshot("w"), **{"If-Match": etag})
    assert newer["ETag"] != etag
    late = put(caller, id, snapshot("x"), **{"If-Match": etag})
    assert refused(late) == (412, "WF_WORKFLOW_CHANGED")
    assert late["ETag"] == newer["ETag"]
    assert late.json()["current"]["graph"] == graph_document(field="w")
    assert caller.get(f"/api/workflow/{id}").json() == snapshot("w")
    assert put(caller, id, snapshot("x")).status_code == 204


def test_a_graph_that_is_known_is_not_sent_again(caller: Client) -> None:
    path = f"/api/workflow/{uuid4()}"
    id = path.rpartition("/")[2]
    etag = put(caller, id, snapshot(viewport={"zoom": 1}))["ETag"]
    known = caller.get(path, headers={"If-None-Match": etag})
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", etag)
    moved = put(caller, id, snapshot(viewport={"zoom": 2}), **{"If-Match": etag})
    assert moved.status_code == 204
    loaded = caller.get(path, headers={"If-None-Match": etag})
    assert loaded.json()["viewport"] == {"zoom": 2}


def test_if_match_never_creates(caller: Client) -> None:
    response = put(caller, uuid4(), snapshot(), **{"If-Match": "*"})
    assert refused(response) == (412, "WF_WORKFLOW_CHANGED")
    assert "current" not in response.json()


def test_the_ids_of_others_and_of_the_deleted_are_not_there(
    caller: Client, user: User
) -> None:
    foreign, deleted = WorkflowFactory.create(), WorkflowFactory.create(owner=user)
    delete_workflow(workflow_id=deleted.pk, by=user)
    missing = (404, "WF_WORKFLOW_NOT_FOUND")
    for id in (foreign.pk, deleted.pk):
        assert refused(caller.get(f"/api/workflow/{id}")) == missing
        assert refused(put(caller, id, snapshot())) == missing
    assert refused(caller.get(f"/api/workflow/{uuid4()}")) == missing


def test_an_id_that_is_no_uuid_is_refused(caller: Client) -> None:
    assert caller.get("/api/workflow/one").status_code == 404
    assert refused(put(caller, "one", snapshot())) == (400, "WF_WORKFLOW_ID_INVALID")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "WF_GRAPH_INVALID"),
        ({"graph": graph_document(nodes=9_999)}, 413, "WF_GRAPH_TOO_LARGE"),
        ({"graph": graph_document(), "viewport": 1}, 400, "WF_VIEWPORT_INVALID"),
        ("{", 400, "WF_BODY_NOT_JSON"),
        (" " * 6_000_000, 413, "WF_BODY_TOO_LARGE"),
    ],
)
def test_bad_input_is_refused_with_a_code(
    caller: Client, body: Any, status: int, code: str
) -> None:
    assert refused(put(caller, uuid4(), body)) == (status, code)
    assert not Workflow.objects.exists()


def test_models_tools_and_node_types_are_listed(caller: Client, user: User) -> None:
    exposed = graph_document(metadata={"exposedAsTool": True, "description": "D"})
    WorkflowFactory.create(owner=user, name="My tool", graph=exposed)
    assert caller.get("/api/models").json() == {
        "llm": ["mock"],
        "imageGeneration": ["mock"],
    }
    tool = caller.get("/api/tools").json()["my_tool"]
    assert tool.keys() == {"description", "parameters"}
    by_type = {t["type"]: t for t in caller.get("/api/node-types").json()}
    assert by_type["input"]["unique"] is True
    assert by_type["llm"]["inputs"]["rule"] == "variables"


def test_nobody_gets_nothing(client: Client) -> None:
    for path in ("models", "tools", "node-types", f"workflow/{uuid4()}"):
        assert client.get(f"/api/{path}").status_code == 401
