"""The list of workflows: filters, orders and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory, graph_document
from wayflow.serializer import deserialize
from workflows import services
from workflows.models import Share, Workflow

from .calling import LIST, of, refused

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)


def names(client: Client, query: str) -> list[str]:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200, response.content
    return [workflow["name"] for workflow in response.json()["results"]]


def walk(client: Client, query: str, way: str = "next") -> list[dict[str, Any]]:
    """What is on all the pages from the first on."""
    found, url = [], f"{LIST}?{query}"
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page[way]
    return found


@pytest.fixture
def group(user: User) -> Group:
    group = Group.objects.create(name="team")
    user.groups.add(group)
    return group


def test_workflows_are_filtered_by_what_became_of_them(
    caller: Client, user: User, group: Group
) -> None:
    mine = WorkflowFactory.create(owner=user, name="mine")
    WorkflowFactory.create(owner=user, name="draft")
    theirs = WorkflowFactory.create(name="theirs")
    Share.objects.create(workflow=theirs, group=group)
    services.publish(workflow_id=mine.pk, number=1, by=user)
    assert names(caller, "published=true") == ["mine"]
    assert names(caller, "published=false&ordering=name") == ["draft", "theirs"]
    assert names(caller, "shared=true") == ["theirs"]
    assert names(caller, "shared=false&ordering=name") == ["draft", "mine"]
    assert names(caller, f"owner={theirs.owner.username}") == ["theirs"]
    assert names(caller, "shared=false&published=true&search=MIN") == ["mine"]


def test_a_tool_is_what_runs_as_one(caller: Client, user: User) -> None:
    exposed = graph_document(metadata={"exposedAsTool": True})
    WorkflowFactory.create(owner=user, name="no tool")
    tool = WorkflowFactory.create(owner=user, name="tool", graph=exposed)
    assert names(caller, "tool=true") == ["tool"]
    assert names(caller, "tool=false") == ["no tool"]
    plain = deserialize(graph_document())
    services.save_graph(workflow_id=tool.pk, graph=plain, viewport=None, by=user)
    assert names(caller, "tool=true") == []
    services.publish(workflow_id=tool.pk, number=1, by=user)
    assert names(caller, "tool=true") == ["tool"]


def test_workflows_are_filtered_by_time(caller: Client, user: User) -> None:
    for days, name in enumerate(("a", "b", "c")):
        workflow = WorkflowFactory.create(owner=user, name=name)
        at = NOON + days * DAY
        Workflow.objects.filter(pk=workflow.pk).update(
            created_at=at, updated_at=at + 10 * DAY
        )
    second = quote((NOON + DAY).isoformat())
    assert names(caller, f"createdAfter={second}") == ["c", "b"]
    assert names(caller, f"createdBefore={second}") == ["a"]
    assert names(caller, "updatedAfter=2026-05-16T12:00:00Z&ordering=name") == [
        "b",
        "c",
    ]
    assert names(caller, "updatedBefore=2026-05-16&createdAfter=2026-01-01") == ["a"]


@pytest.mark.parametrize(
    "query",
    [
        "color=red",
        "published=banana",
        "shared=1",
        "tool=None",
        "owner=%00",
        f"owner={'x' * 151}",
        f"search={'x' * 201}",
        "createdAfter=yesterday",
        "createdAfter=0001-01-01T00:00:00%2B23:00",
        "updatedBefore=9999-12-31T23:59:59-23:00",
        "ordering=owner",
        "ordering=name,color",
        "ordering=--name",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(caller: Client, query: str) -> None:
    status, _, attr = refused(caller.get(f"{LIST}?{query}"))
    assert (status, attr) == (400, query.partition("=")[0])
    assert caller.get(f"{LIST}?search=%00").status_code == 400


@pytest.mark.parametrize("query", ["cursor=x", "cursor=cD0lMDA%3D"])
@pytest.mark.parametrize("ordering", ["name", "updated_at"])
def test_a_cursor_of_no_list_is_not_found(
    caller: Client, query: str, ordering: str
) -> None:
    response = caller.get(f"{LIST}?{query}&ordering={ordering}")
    assert response.status_code == 404


@pytest.mark.parametrize("ordering", ["name", "-name", "updated_at", "-updated_at"])
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_lose_nothing_among_equals(
    caller: Client, user: User, ordering: str, limit: int
) -> None:
    for name in "abbbbbca":
        WorkflowFactory.create(owner=user, name=name)
    Workflow.objects.filter(name="b").update(updated_at=NOON)
    found = walk(caller, f"ordering={ordering}&limit={limit}")
    assert len({workflow["id"] for workflow in found}) == len(found) == 8
    key = {"name": "name", "updated_at": "updatedAt"}[ordering.lstrip("-")]
    values = [workflow[key] for workflow in found]
    assert values == sorted(values, reverse=ordering.startswith("-"))


def test_more_equals_than_any_offset_are_all_found(caller: Client, user: User) -> None:
    Workflow.objects.bulk_create(
        Workflow(name="same", owner=user) for _ in range(1_210)
    )
    found = walk(caller, "ordering=name&limit=200")
    assert len({workflow["id"] for workflow in found}) == 1_210


def test_only_lists_refuse_what_they_do_not_know(caller: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    versions = caller.get(of(workflow, "versions?color=red"))
    assert refused(versions) == (400, "WF_QUERY_REFUSED", "color")
    assert caller.get(of(workflow, "versions?limit=1")).status_code == 200
    assert caller.get(of(workflow) + "?owner=nobody").status_code == 200


def test_the_owner_of_others_is_no_way_to_see_them(caller: Client) -> None:
    other = UserFactory.create(username="bob")
    WorkflowFactory.create(owner=other)
    assert names(caller, "owner=bob") == []
