"""Before publishing one is told what it would mean, also for runs under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from runs.models import Review, Run
from tests.factories import UserFactory, WorkflowFactory
from wayflow.serializer import deserialize
from wayflow.testing import node_document
from workflows.models import Level, Share, Workflow
from workflows.services import publish, save_graph

from .scenes import chain, queued, review_graph

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


@pytest.fixture
def browser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def workflow(user: User) -> Workflow:
    """Two versions, of which the first is published."""
    made: Workflow = WorkflowFactory.create(owner=user, graph=chain())
    publish(workflow_id=made.pk, number=1, by=user)
    graph = deserialize(review_graph())
    save_graph(workflow_id=made.pk, graph=graph, viewport=None, by=user)
    return made


def preflight(client: Client, workflow: Workflow, query: str = "") -> Any:
    response = client.get(f"/api/workflows/{workflow.pk}/publish/preflight{query}")
    assert response.status_code == 200, response.content
    return response.json()


def test_it_tells_what_would_change(browser: Client, workflow: Workflow) -> None:
    told = preflight(browser, workflow)
    assert told["version"]["number"] == 2
    assert told["published"]["number"] == 1
    added = {node["id"] for node in told["diff"]["nodes"]["added"]}
    assert added == {"review", "yes", "no"}
    assert {node["id"] for node in told["diff"]["nodes"]["removed"]} == {"out"}
    assert told["obstacle"] is None
    assert Workflow.objects.get().published_version == workflow.versions.get(number=1)


def test_it_can_be_asked_for_an_earlier_version(
    browser: Client, workflow: Workflow
) -> None:
    told = preflight(browser, workflow, "?version=1")
    assert told["version"]["number"] == told["published"]["number"] == 1
    assert told["diff"]["nodes"]["added"] == []


def test_it_tells_what_is_wrong_and_what_is_in_the_way(
    browser: Client, user: User
) -> None:
    graph = chain()
    graph["nodes"]["odd"] = node_document("odd", "nobody knows this")
    workflow = WorkflowFactory.create(owner=user, graph=graph)
    told = preflight(browser, workflow)
    assert told["published"] is None
    assert told["issues"] != []
    assert told["obstacle"]["code"] == "WF_VERSION_NOT_RUNNABLE"


def test_it_lists_the_runs_that_wait_each_with_its_own_version(
    browser: Client, user: User, workflow: Workflow
) -> None:
    first, second = workflow.versions.order_by("number")
    paused = queued(
        user, workflow=workflow, version=first, status="paused", created_at=NOW
    )
    since = NOW + timedelta(minutes=5)
    Review.objects.create(run=paused, node_id="review", opened_seq=3, opened_at=since)
    later = NOW + timedelta(minutes=1)
    waits = queued(user, workflow=workflow, version=second, created_at=later)
    edit = queued(user, workflow=workflow, created_at=later + timedelta(minutes=1))
    queued(user, workflow=workflow, status="completed", finished_at=NOW)
    queued(user, workflow=workflow, status="running")
    queued(user, workflow=WorkflowFactory.create(owner=user))
    told = preflight(browser, workflow)["runs"]
    assert told["counts"] == {"paused": 1, "queued": 2}
    shown = [(run["id"], run["status"], run["version"]) for run in told["first"]]
    assert shown == [
        (str(paused.pk), "paused", 1),
        (str(waits.pk), "queued", 2),
        (str(edit.pk), "queued", None),
    ]
    assert told["first"][0]["since"] == since.isoformat().replace("+00:00", "Z")
    assert told["first"][1]["since"] == later.isoformat().replace("+00:00", "Z")
    assert {run["owner"] for run in told["first"]} == {user.username}


def test_of_many_runs_the_oldest_hundred_are_listed_and_all_are_counted(
    browser: Client, user: User, workflow: Workflow
) -> None:
    run = queued(user, workflow=workflow, created_at=NOW)
    copies = [
        Run(
            workflow=workflow,
            document=run.document,
            owner=user,
            trigger=run.trigger,
            created_at=NOW + timedelta(seconds=n),
        )
        for n in range(1, 150)
    ]
    Run.objects.bulk_create(copies)
    told = preflight(browser, workflow)["runs"]
    assert told["counts"] == {"paused": 0, "queued": 150}
    assert len(told["first"]) == 100
    assert told["first"][0]["id"] == str(run.pk)


@pytest.mark.parametrize(
    ("level", "status"), [(None, 404), (Level.VIEW, 403), (Level.RUN, 403)]
)
def test_it_is_for_those_who_may_publish(
    client: Client, workflow: Workflow, level: Level | None, status: int
) -> None:
    other = UserFactory.create()
    client.force_login(other)
    if level is not None:
        group = Group.objects.create(name="team")
        other.groups.add(group)
        Share.objects.create(workflow=workflow, group=group, level=level)
    path = f"/api/workflows/{workflow.pk}/publish/preflight"
    assert client.get(path).status_code == status
    assert Client().get(path).status_code == 401


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?version=3", (404, "WF_VERSION_NOT_FOUND")),
        ("?version=2147483647", (404, "WF_VERSION_NOT_FOUND")),
        ("?version=2147483648", (400, "WF_QUERY_REFUSED")),
        ("?version=0", (400, "WF_QUERY_REFUSED")),
        ("?version=", (400, "WF_QUERY_REFUSED")),
        ("?version=-1", (400, "WF_QUERY_REFUSED")),
        ("?version=%00", (400, "WF_QUERY_REFUSED")),
        ("?version=%D9%A1", (400, "WF_QUERY_REFUSED")),
        ("?version=" + "9" * 5_000, (400, "WF_QUERY_REFUSED")),
        ("?number=1", (400, "WF_QUERY_REFUSED")),
    ],
)
def test_a_version_that_cannot_be_is_refused(
    browser: Client, workflow: Workflow, query: str, expected: tuple[int, str]
) -> None:
    path = f"/api/workflows/{workflow.pk}/publish/preflight{query}"
    response = browser.get(path)
    code = response.json()["errors"][0]["code"]
    assert (response.status_code, code) == expected


@pytest.mark.parametrize("workflow_id", ["no", str(uuid4()), "%00"])
def test_a_workflow_that_is_not_there_is_not_found(
    browser: Client, workflow_id: str
) -> None:
    response = browser.get(f"/api/workflows/{workflow_id}/publish/preflight")
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "WF_WORKFLOW_NOT_FOUND"
