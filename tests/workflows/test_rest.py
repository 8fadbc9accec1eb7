"""Workflows over REST."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory, graph_document
from wayflow.serializer import deserialize, serialize
from workflows import services
from workflows.models import Level, Share, Workflow

from .calling import LIST, of, refused, send

pytestmark = pytest.mark.django_db

# --- lists ---


def test_the_list_shows_ones_own_and_shared_workflows_newest_first(
    caller: Client, user: User
) -> None:
    own = WorkflowFactory.create(owner=user, name="own")
    shared = WorkflowFactory.create(name="shared")
    WorkflowFactory.create(name="foreign")
    group = Group.objects.create(name="g")
    user.groups.add(group)
    Share.objects.create(workflow=shared, group=group, level=Level.VIEW)
    services.publish(workflow_id=own.pk, number=1, by=user)
    shown = caller.get(LIST).json()["results"]
    assert [w["name"] for w in shown] == ["shared", "own"]
    assert shown[1].keys() == {
        "id",
        "name",
        "description",
        "owner",
        "revision",
        "latestVersion",
        "publishedVersion",
        "createdAt",
        "updatedAt",
    }
    assert [w["latestVersion"] for w in shown] == [1, 1]
    assert [w["publishedVersion"] for w in shown] == [None, 1]


def test_the_list_is_searched_filtered_and_ordered(admin_client: Client) -> None:
    WorkflowFactory.create(name="apple", owner=UserFactory.create(username="bob"))
    WorkflowFactory.create(name="pear", description="no apples")
    WorkflowFactory.create(name="plum")

    def names(query: str) -> list[str]:
        results = admin_client.get(f"{LIST}?{query}").json()["results"]
        return [workflow["name"] for workflow in results]

    assert names("search=apple&ordering=name") == ["apple", "pear"]
    assert names("owner=bob") == ["apple"]
    assert names("ordering=-name") == ["plum", "pear", "apple"]


def test_the_list_is_cut_into_pages(caller: Client, user: User) -> None:
    WorkflowFactory.create_batch(3, owner=user)
    first = caller.get(f"{LIST}?limit=2").json()
    second = caller.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"])) == (2, 1)
    assert second["next"] is None


def test_lists_ask_as_much_for_many_as_for_one(
    caller: Client,
    user: User,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    workflow = WorkflowFactory.create(owner=user)
    for path in (LIST, of(workflow, "versions")):
        with django_assert_max_num_queries(5) as few:
            caller.get(path)
        WorkflowFactory.create_batch(4, owner=user)
        for field in ("a", "b", path[-3:]):
            graph = deserialize(graph_document(field=field))
            services.save_graph(
                workflow_id=workflow.pk, graph=graph, viewport=None, by=user
            )
        with django_assert_num_queries(len(few)):
            assert len(caller.get(path).json()["results"]) > 3


# --- one workflow ---


def test_a_workflow_is_created_read_and_found_at_its_location(caller: Client) -> None:
    body = {"name": "New", "description": "D", "graph": graph_document()}
    created = send(caller, "POST", LIST, body)
    assert created.status_code == 201
    read = caller.get(created["Location"])
    assert read.json() == created.json()
    assert read.json()["graph"] == graph_document()
    assert read["ETag"] == created["ETag"]
    assert (read.json()["name"], read.json()["owner"]) == ("New", "ann")


@pytest.mark.parametrize("form", ["text", "snapshot"])
def test_a_graph_is_taken_in_every_form(caller: Client, form: str) -> None:
    graph: Any = graph_document(metadata={"name": "Inner"})
    sent = (
        serialize(deserialize(graph))
        if form == "text"
        else {"version": 1, "graph": graph, "viewport": {"zoom": 2}}
    )
    created = send(caller, "POST", LIST, {"graph": sent}).json()
    assert (created["name"], created["graph"]) == ("Inner", graph)
    assert created["viewport"] == (None if form == "text" else {"zoom": 2})


def test_a_change_of_the_graph_makes_a_version(caller: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    graph = graph_document(field="w")
    body = {"name": "B", "graph": graph}
    changed = send(caller, "PATCH", of(workflow), body, **{"If-Match": '"1"'})
    assert changed.status_code == 200
    answer = changed.json()
    assert (answer["name"], answer["latestVersion"]) == ("B", 2)
    assert answer["graph"] == graph
    assert changed["ETag"].startswith(f'"{answer["revision"]}-')


def test_a_given_name_wins_over_one_that_changed_in_the_graph(
    caller: Client, user: User
) -> None:
    workflow = WorkflowFactory.create(owner=user)
    body = {"name": "B", "graph": graph_document(metadata={"name": "Inner"})}
    assert send(caller, "PATCH", of(workflow), body).json()["name"] == "B"


def test_a_change_is_made_whole_or_not_at_all(caller: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user, name="A")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "update_details", _refuse)
        body = {"name": "B", "graph": graph_document(field="w")}
        assert send(caller, "PATCH", of(workflow), body).status_code == 404
    assert caller.get(of(workflow)).json()["latestVersion"] == 1


def _refuse(**_: Any) -> None:
    raise services.WorkflowNotFound


def test_a_deleted_workflow_is_gone(caller: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    assert caller.delete(of(workflow)).status_code == 204
    assert caller.get(of(workflow)).status_code == 404
    assert caller.get(LIST).json()["results"] == []


def test_what_one_may_not_see_is_not_there(caller: Client) -> None:
    foreign = WorkflowFactory.create()
    paths = [of(foreign), f"{LIST}/{uuid4()}", f"{LIST}/no-uuid", f"{LIST}/1.5"]
    for path in paths:
        answers = [
            caller.get(path),
            send(caller, "PATCH", path, {"name": "x"}),
            caller.delete(path),
            caller.get(f"{path}/versions"),
            caller.get(f"{path}/versions/1"),
            send(caller, "POST", f"{path}/publish", {}),
            send(caller, "POST", f"{path}/validate", {}),
        ]
        assert {refused(a)[:2] for a in answers} == {(404, "not_found")}


@pytest.mark.parametrize(
    ("body", "status", "code", "attr"),
    [
        ({}, 400, "required", "graph"),
        ({"graph": {"nodes": []}}, 400, "WF_GRAPH_INVALID", "graph"),
        ({"graph": "{"}, 400, "WF_GRAPH_INVALID", "graph"),
        ({"graph": 5}, 400, "WF_GRAPH_INVALID", "graph"),
        ({"graph": None}, 400, "null", "graph"),
        ({"graph": graph_document(nodes=9_999)}, 413, "WF_GRAPH_TOO_LARGE", "graph"),
        ({"graph": graph_document(), "nmae": "x"}, 400, "unknown", "nmae"),
        ({"graph": graph_document(), "name": "x" * 201}, 400, "max_length", "name"),
        ({"graph": graph_document(), "name": {}}, 400, "invalid", "name"),
        ([], 400, "invalid", "non_field_errors"),
    ],
)
def test_bad_input_is_refused_with_a_code(
    caller: Client, body: Any, status: int, code: str, attr: str
) -> None:
    assert refused(send(caller, "POST", LIST, body)) == (status, code, attr)
    assert not Workflow.objects.exists()


def test_a_graph_error_says_where(caller: Client) -> None:
    graph = graph_document()
    graph["nodes"]["in"]["ports"] = "none"
    error = send(caller, "POST", LIST, {"graph": graph}).json()["errors"][0]
    assert "graph.nodes.in.ports" in error["detail"]


# --- versions ---


def test_versions_are_listed_and_read(caller: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    services.save_graph(
        workflow_id=workflow.pk,
        graph=deserialize(graph_document(field="w")),
        viewport=None,
        by=user,
    )
    listed = caller.get(of(workflow, "versions")).json()["results"]
    assert [v["number"] for v in listed] == [2, 1]
    assert (listed[1]["author"], listed[1]["nodeCount"]) == ("ann", 2)
    assert "graph" not in listed[1]
    read = caller.get(of(workflow, "versions", "1")).json()
    assert read == {**listed[1], "graph": graph_document()}


@pytest.mark.parametrize("number", ["0", "2", "x", "²", "99999999999999999999"])
def test_an_unknown_version_is_404(caller: Client, user: User, number: str) -> None:
    response = caller.get(of(WorkflowFactory.create(owner=user), "versions", number))
    assert refused(response) == (404, "WF_VERSION_NOT_FOUND", None)


# --- validation ---


def test_a_graph_is_validated_without_being_saved(caller: Client) -> None:
    graph = graph_document()
    graph["edges"]["e2"] = {**graph["edges"]["e1"], "id": "e2", "targetNodeId": "gone"}
    graph["nodes"]["x"] = {"id": "x", "type": "nonsense"}
    answer = send(caller, "POST", "/api/validate", {"graph": graph}).json()
    codes = {issue["code"] for issue in answer["issues"]}
    assert "WF_AGENT_UNKNOWN_NODE_TYPE" in codes
    assert [edge["id"] for edge in answer["droppedEdges"]] == ["e2"]
    assert refused(send(caller, "POST", "/api/validate", {}))[:2] == (400, "required")


def test_a_saved_workflow_is_validated_or_a_graph_instead(
    caller: Client, user: User
) -> None:
    path = of(WorkflowFactory.create(owner=user), "validate")
    nothing: dict[str, Any] = {"issues": [], "droppedEdges": []}
    assert caller.generic("POST", path).json() == nothing
    graph = graph_document()
    del graph["nodes"]["in"]
    issues = send(caller, "POST", path, {"graph": graph}).json()["issues"]
    assert "WF_VALIDATION_NO_INPUT_NODE" in {issue["code"] for issue in issues}
