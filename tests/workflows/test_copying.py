"""Workflows duplicated, exported and imported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory, graph_document
from wayflow.serializer import deserialize, serialize
from workflows import services
from workflows.models import Share, Workflow

from .calling import LIST, of, refused, send

pytestmark = pytest.mark.django_db

IMPORT = f"{LIST}/import"


@pytest.fixture
def workflow(user: User) -> Workflow:
    """With two versions, of which the first is published, and shared."""
    workflow: Workflow = WorkflowFactory.create(
        owner=user, name="One", description="D", viewport={"zoom": 2}
    )
    services.publish(workflow_id=workflow.pk, number=1, by=user)
    group = Group.objects.create(name="team")
    Share.objects.create(workflow=workflow, group=group)
    return services.save_graph(
        workflow_id=workflow.pk,
        graph=deserialize(graph_document(field="w")),
        viewport=None,
        by=user,
    )


def export(client: Client, workflow: Workflow, query: str = "") -> Any:
    return client.get(of(workflow, f"export{query}"))


# --- duplicates ---


def test_a_duplicate_is_ones_own_and_nobody_elses(
    client: Client, workflow: Workflow
) -> None:
    viewer = UserFactory.create(username="bob")
    viewer.groups.add(Group.objects.get())
    client.force_login(viewer)
    made = send(client, "POST", of(workflow, "duplicate"), {})
    assert made.status_code == 201
    answer = made.json()
    assert answer["id"] != str(workflow.pk)
    assert (answer["name"], answer["description"]) == ("Copy of One", "D")
    assert (answer["owner"], answer["viewport"]) == ("bob", {"zoom": 2})
    assert (answer["latestVersion"], answer["publishedVersion"]) == (1, None)
    assert answer["graph"] == graph_document(field="w")
    copy = Workflow.objects.get(pk=answer["id"])
    assert not copy.shares.exists()
    assert client.get(made["Location"])["ETag"] == made["ETag"]


def test_any_version_is_duplicated_by_any_name(
    caller: Client, workflow: Workflow
) -> None:
    body: dict[str, Any] = {"name": "Other", "version": 1}
    answer = send(caller, "POST", of(workflow, "duplicate"), body).json()
    assert (answer["name"], answer["graph"]) == ("Other", graph_document())
    Workflow.objects.filter(pk=workflow.pk).update(name="x" * 200)
    answer = send(caller, "POST", of(workflow, "duplicate"), {}).json()
    assert answer["name"] == "Copy of " + "x" * 192
    for body, refusal in (
        ({"version": 3}, (404, "WF_VERSION_NOT_FOUND", None)),
        ({"version": 0}, (400, "min_value", "version")),
        ({"name": "a\0"}, (400, "null_characters_not_allowed", "name")),
        ({"owner": "bob"}, (400, "unknown", "owner")),
    ):
        answer = send(caller, "POST", of(workflow, "duplicate"), body)
        assert refused(answer) == refusal


# --- files ---


def test_a_workflow_goes_into_a_file_and_comes_back(
    caller: Client, workflow: Workflow
) -> None:
    response = export(caller, workflow)
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="One.v2.json"'
    file = response.json()
    assert file.keys() == {
        "format",
        "version",
        "name",
        "description",
        "graph",
        "exportedFrom",
    }
    assert (file["format"], file["version"]) == ("wayflow-workflow", 1)
    assert file["exportedFrom"].keys() == {"workflowId", "version", "exportedAt"}
    made = send(caller, "POST", IMPORT, file)
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["description"]) == ("One", "D")
    versions = [w.newest_version().document_id for w in Workflow.objects.all()]
    assert len(versions) == 2
    assert len({*versions}) == 1
    assert caller.get(made["Location"]).json() == made.json()


def test_a_file_tells_nothing_of_people(caller: Client, workflow: Workflow) -> None:
    sent = export(caller, workflow).content.decode()
    assert workflow.owner.username not in sent
    assert "owner" not in sent
    assert "team" not in sent


def test_any_version_is_exported(caller: Client, workflow: Workflow) -> None:
    file = export(caller, workflow, "?version=1").json()
    assert (file["graph"], file["exportedFrom"]["version"]) == (graph_document(), 1)
    assert refused(export(caller, workflow, "?version=3"))[0] == 404
    for query in ("?version=x", "?version=0", "?version=", "?color=red"):
        assert refused(export(caller, workflow, query))[0] == 400


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ('a "b"/../c\r\nX: y', 'attachment; filename="a-b-..-c-X-y.v2.json"'),
        ("/..", 'attachment; filename="workflow.v2.json"'),
        ("Größe", "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.v2.json"),
        ("x" * 200, f'attachment; filename="{"x" * 80}.v2.json"'),
    ],
)
def test_a_file_has_a_harmless_name(
    caller: Client, workflow: Workflow, name: str, header: str
) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(name=name)
    response = export(caller, workflow)
    assert response["Content-Disposition"] == header
    made = send(caller, "POST", IMPORT, response.json())
    assert made.status_code == 201


def test_a_description_of_any_length_comes_back(
    caller: Client, workflow: Workflow
) -> None:
    long = " x" * 20_000
    Workflow.objects.filter(pk=workflow.pk).update(description=long)
    made = send(caller, "POST", IMPORT, export(caller, workflow).json())
    assert made.json()["description"] == long


@pytest.mark.parametrize(
    "wrap",
    [
        lambda graph: graph,
        lambda graph: {"version": 1, "graph": graph, "viewport": {"zoom": 3}},
        lambda graph: serialize(deserialize(graph)),
        lambda graph: {"version": 1, "graph": serialize(deserialize(graph))},
    ],
)
def test_what_editors_save_is_imported(caller: Client, wrap: Any) -> None:
    graph = graph_document(metadata={"name": "Inner"})
    made = send(caller, "POST", IMPORT, wrap(graph))
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["graph"]) == ("Inner", graph)


GRAPH = graph_document()
FILE = {"format": "wayflow-workflow", "version": 1, "name": "N", "graph": GRAPH}


@pytest.mark.parametrize(
    ("body", "status", "code", "attr"),
    [
        ({**FILE, "format": "other"}, 400, "WF_FILE_NOT_KNOWN", "format"),
        ({**FILE, "format": ["x"]}, 400, "WF_FILE_NOT_KNOWN", "format"),
        ({**FILE, "version": 2}, 400, "WF_FILE_NOT_KNOWN", "version"),
        ({**FILE, "version": True}, 400, "WF_FILE_NOT_KNOWN", "version"),
        ({**FILE, "owner": "bob"}, 400, "unknown", "owner"),
        ({**FILE, "name": "x" * 201}, 400, "max_length", "name"),
        ({**FILE, "name": "a\0"}, 400, "null_characters_not_allowed", "name"),
        ({**FILE, "name": {}}, 400, "invalid", "name"),
        ({**FILE, "description": "\0"}, 400, "null_characters_not_allowed", None),
        ({**FILE, "graph": 5}, 400, "WF_GRAPH_INVALID", "graph"),
        ({**FILE, "graph": {"nodes": []}}, 400, "WF_GRAPH_INVALID", "graph"),
        ({**FILE, "exportedFrom": 5}, 400, "not_a_dict", "exportedFrom"),
        ({"format": "wayflow-workflow"}, 400, "WF_FILE_NOT_KNOWN", "version"),
        (
            {"format": "wayflow-workflow", "version": 1},
            400,
            "required",
            "graph",
        ),
        ({}, 400, "WF_GRAPH_INVALID", "graph"),
        ([], 400, "WF_GRAPH_INVALID", "graph"),
        (5, 400, "WF_GRAPH_INVALID", "graph"),
        (None, 400, "null", "graph"),
        ("nonsense", 400, "WF_GRAPH_INVALID", "graph"),
        (graph_document(nodes=10_001), 413, "WF_GRAPH_TOO_LARGE", "graph"),
        ({"graph": GRAPH, "viewport": [1]}, 400, "WF_VIEWPORT_INVALID", "graph"),
    ],
)
def test_what_is_no_workflow_is_not_imported(
    caller: Client, body: Any, status: int, code: str, attr: str | None
) -> None:
    response = send(caller, "POST", IMPORT, body)
    found = refused(response)
    assert (found[0], found[1]) == (status, code)
    assert attr in (None, found[2])
    assert not Workflow.objects.exists()


def test_lone_surrogates_do_no_harm(caller: Client) -> None:
    body = json.dumps({**FILE, "name": "\ud800"})
    assert "\\ud800" in body
    made = caller.generic("POST", IMPORT, body, content_type="application/json")
    assert (made.status_code, made.json()["name"]) == (201, "\ufffd")


def test_no_description_is_too_long_for_a_list(client: Client, user: User) -> None:
    client.force_login(user)
    longest = services.DESCRIPTION_LENGTH
    file = {"format": "wayflow-workflow", "version": 1, "graph": graph_document()}
    given = file | {"description": "d" * (longest + 1)}
    assert refused(send(client, "POST", IMPORT, given))[::2] == (400, "description")
    named = graph_document(metadata={"description": "d" * (longest + 1)})
    made = send(client, "POST", LIST, {"graph": named})
    assert len(made.json()["description"]) == longest
