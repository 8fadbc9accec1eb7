"""Versions over REST: named, compared, restored, published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory, graph_document
from wayflow.registry import Registry
from wayflow.serializer import deserialize
from workflows import catalog, services
from workflows.models import Level, Share, Workflow

from .calling import of, refused, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow(user: User) -> Workflow:
    """With two versions."""
    workflow: Workflow = WorkflowFactory.create(owner=user)
    return save(workflow, graph_document(field="w"))


def save(workflow: Workflow, graph: dict[str, Any]) -> Workflow:
    return services.save_graph(
        workflow_id=workflow.pk,
        graph=deserialize(graph),
        viewport=None,
        by=workflow.owner,
    )


def viewer_of(workflow: Workflow) -> User:
    user, group = UserFactory.create(), Group.objects.create(name="viewers")
    user.groups.add(group)
    Share.objects.create(workflow=workflow, group=group, level=Level.VIEW)
    return user


# --- names ---


def test_a_version_is_named_and_keeps_its_content(
    caller: Client, workflow: Workflow
) -> None:
    before = caller.get(of(workflow, "versions", "1")).json()
    named = send(caller, "PATCH", of(workflow, "versions", "1"), {"label": "Gold"})
    assert (named.status_code, named.json()["label"]) == (200, "Gold")
    assert "graph" not in named.json()
    after = caller.get(of(workflow, "versions", "1")).json()
    assert after == {**before, "label": "Gold"}
    send(caller, "PATCH", of(workflow, "versions", "1"), {"label": ""})
    assert caller.get(of(workflow, "versions", "1")).json() == before


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", "label"),
        ({"label": None}, "null", "label"),
        ({"label": "x" * 201}, "max_length", "label"),
        ({"label": "a\0b"}, "null_characters_not_allowed", "label"),
        ({"label": "x", "number": 3}, "unknown", "number"),
        ({"label": "x", "graph": {}}, "unknown", "graph"),
    ],
)
def test_nothing_but_the_label_can_be_changed(
    caller: Client, workflow: Workflow, body: Any, code: str, attr: str
) -> None:
    response = send(caller, "PATCH", of(workflow, "versions", "1"), body)
    assert refused(response) == (400, code, attr)


# --- differences ---


def test_two_versions_are_compared(caller: Client, workflow: Workflow) -> None:
    found = caller.get(of(workflow, "versions", "1", "diff")).json()
    assert found == caller.get(of(workflow, "versions", "1", "diff?to=2")).json()
    assert (found["from"], found["to"]) == (1, 2)
    assert [node["id"] for node in found["nodes"]["changed"]] == ["in", "out"]
    paths = [c["path"] for c in found["nodes"]["changed"][0]["changes"]]
    assert ["data", "fields", 0, "name"] in paths
    assert found["edges"]["changed"][0]["sourcePortId"] == "w"
    back = caller.get(of(workflow, "versions", "2", "diff?to=1")).json()
    assert back["edges"]["changed"][0]["sourcePortId"] == "v"
    same = caller.get(of(workflow, "versions", "2", "diff")).json()
    assert same["nodes"] == {"added": [], "removed": [], "changed": [], "moved": []}


@pytest.mark.parametrize(
    ("query", "status", "attr"),
    [
        ("to=3", 404, None),
        ("to=99999999999999999999", 404, None),
        ("to=0", 400, "to"),
        ("to=x", 400, "to"),
        (f"to={'9' * 5_000}", 400, "to"),
        ("to=", 400, "to"),
        ("with=1", 400, "with"),
    ],
)
def test_a_version_to_compare_with_must_exist(
    caller: Client, workflow: Workflow, query: str, status: int, attr: str | None
) -> None:
    response = caller.get(of(workflow, "versions", "1", f"diff?{query}"))
    assert (response.status_code, refused(response)[2]) == (status, attr)


@pytest.mark.parametrize("number", ["0", "3", "x", "²", "9" * 20, "9" * 5_000, "%00"])
def test_versions_that_are_not_there_can_neither_be_read_nor_changed(
    caller: Client, workflow: Workflow, number: str
) -> None:
    path = of(workflow, "versions", number)
    for answer in (
        caller.get(path),
        send(caller, "PATCH", path, {"label": "x"}),
        caller.get(f"{path}/diff"),
        send(caller, "POST", f"{path}/restore", None),
    ):
        assert refused(answer)[:2] == (404, "WF_VERSION_NOT_FOUND")


# --- restoring ---


def test_a_restored_version_is_a_new_one_with_the_old_content(
    caller: Client, workflow: Workflow
) -> None:
    restored = send(caller, "POST", of(workflow, "versions", "1", "restore"), None)
    answer = restored.json()
    assert (restored.status_code, answer["latestVersion"]) == (200, 3)
    assert answer["graph"] == graph_document()
    assert restored["ETag"] == caller.get(of(workflow))["ETag"]
    versions = caller.get(of(workflow, "versions")).json()["results"]
    assert versions[0]["digest"] == versions[2]["digest"]
    again = send(caller, "POST", of(workflow, "versions", "3", "restore"), None)
    assert (again.json(), again["ETag"]) == (answer, restored["ETag"])


# --- publishing ---


def test_a_version_is_published_and_taken_back(
    caller: Client, workflow: Workflow
) -> None:
    path = of(workflow, "publish")
    published = caller.generic("POST", path)
    assert published.json()["publishedVersion"] == 2
    assert published["ETag"] == caller.get(of(workflow))["ETag"]
    first = send(caller, "POST", path, {"version": 1})
    assert first.json()["publishedVersion"] == 1
    for _ in range(2):
        assert caller.delete(path).status_code == 204
        assert caller.get(of(workflow)).json()["publishedVersion"] is None


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [
        (3, 404, "WF_VERSION_NOT_FOUND"),
        (10**30, 400, "invalid"),
        (2**53, 404, "WF_VERSION_NOT_FOUND"),
        (0, 400, "min_value"),
        (-1, 400, "min_value"),
        (True, 400, "invalid"),
        ("x", 400, "invalid"),
        ("9" * 5_000, 400, "max_string_length"),
        ([], 400, "invalid"),
    ],
)
def test_what_is_no_version_is_not_published(
    caller: Client, workflow: Workflow, version: Any, status: int, code: str
) -> None:
    response = send(caller, "POST", of(workflow, "publish"), {"version": version})
    assert refused(response)[:2] == (status, code)


def circular() -> dict[str, Any]:
    graph = graph_document()
    for node, side in (("in", "input"), ("out", "output")):
        graph["nodes"][node]["ports"].append({"id": "back", "side": side})
    graph["edges"]["e2"] = {
        "id": "e2",
        "sourceNodeId": "out",
        "sourcePortId": "back",
        "targetNodeId": "in",
        "targetPortId": "back",
    }
    return graph


def unknown() -> dict[str, Any]:
    graph = graph_document()
    graph["nodes"]["x"] = {"id": "x", "type": "nonsense"}
    return graph


@pytest.mark.parametrize(
    ("graph", "why"), [(circular(), "cycle"), (unknown(), "nonsense")]
)
def test_what_cannot_run_is_not_published(
    caller: Client, workflow: Workflow, graph: dict[str, Any], why: str
) -> None:
    save(workflow, graph)
    response = send(caller, "POST", of(workflow, "publish"), {})
    assert refused(response)[:2] == (409, "WF_VERSION_NOT_RUNNABLE")
    assert why in response.json()["error"].lower()
    assert caller.get(of(workflow)).json()["publishedVersion"] is None
    assert send(caller, "POST", of(workflow, "publish"), {"version": 2}).json()


def test_nodes_that_one_may_not_use_are_not_published(
    caller: Client, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = catalog.registry()
    types = dict(known.nodes)
    types["output"] = _demanding(types["output"])
    registry = Registry(nodes=types, tools=known.tools, models=known.models)
    for module in (catalog, services.publishing):
        monkeypatch.setattr(module, "registry", lambda: registry)
    response = send(caller, "POST", of(workflow, "publish"), {})
    assert refused(response)[:2] == (403, "WF_NODE_FORBIDDEN")


def _demanding(node_type: Any) -> Any:
    return replace(node_type, permission="workflows.delete_workflow")


def test_a_publication_is_previewed(workflow: Workflow) -> None:
    preview: dict[str, Any] = {"workflow_id": workflow.pk, "by": workflow.owner}
    first = services.preview_publication(**preview, number=1)
    assert (first.version.number, first.published, first.obstacle) == (1, None, None)
    assert [node["id"] for node, _ in first.diff.nodes.changed] == ["in", "out"]
    services.publish(**preview, number=1)
    save(workflow, unknown())
    newest = services.preview_publication(**preview, number=None)
    assert newest.published is not None
    assert (newest.version.number, newest.published.number) == (3, 1)
    assert [node["id"] for node in newest.diff.nodes.added] == ["x"]
    assert isinstance(newest.obstacle, services.VersionNotRunnable)
    assert "WF_AGENT_UNKNOWN_NODE_TYPE" in {issue.code for issue in newest.issues}
    with pytest.raises(services.VersionNotFound):
        services.preview_publication(**preview, number=9)
    viewer, stranger = viewer_of(workflow), UserFactory.create()
    with pytest.raises(services.NotAllowed):
        services.preview_publication(workflow_id=workflow.pk, number=1, by=viewer)
    with pytest.raises(services.WorkflowNotFound):
        services.preview_publication(workflow_id=workflow.pk, number=1, by=stranger)


# --- who may ---


def test_who_only_looks_changes_nothing(client: Client, workflow: Workflow) -> None:
    client.force_login(viewer_of(workflow))
    version = of(workflow, "versions", "1")
    assert client.get(version).status_code == 200
    assert client.get(f"{version}/diff").status_code == 200
    for answer in (
        send(client, "PATCH", version, {"label": "x"}),
        send(client, "POST", f"{version}/restore", None),
        send(client, "POST", of(workflow, "publish"), {}),
        client.delete(of(workflow, "publish")),
    ):
        assert refused(answer)[:2] == (403, "permission_denied")


def test_what_one_may_not_see_is_not_there(client: Client, workflow: Workflow) -> None:
    stranger = UserFactory.create(is_staff=True)
    codenames = ["run_workflow", "delete_workflow", "change_share"]
    stranger.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(stranger)
    version = of(workflow, "versions", "1")
    for answer in (
        client.get(version),
        client.get(f"{version}/diff"),
        send(client, "PATCH", version, {"label": "x"}),
        send(client, "POST", f"{version}/restore", None),
        send(client, "POST", of(workflow, "publish"), {}),
        client.delete(of(workflow, "publish")),
        send(client, "POST", of(workflow, "duplicate"), {}),
        client.get(of(workflow, "export")),
        client.get(of(workflow, "shares")),
        send(client, "PUT", of(workflow, "shares"), {"shares": []}),
    ):
        assert refused(answer)[:2] == (404, "not_found")
