"""The graph that a run ran, of whatever has become of its workflow since."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.api import ran_graph
from runs.models import Run
from tests.factories import UserFactory, WorkflowFactory
from wayflow.serializer import deserialize
from workflows.models import Workflow
from workflows.services import delete_workflow, put_graph

from .scenes import chain, queued

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def changed(workflow: Workflow, graph: dict[str, Any]) -> None:
    put_graph(
        workflow_id=workflow.pk,
        graph=deserialize(graph),
        viewport=None,
        by=workflow.owner,
        if_match=None,
    )


def test_the_graph_of_a_run_stays_that_of_its_version(
    browser: Client, user: User
) -> None:
    before, after = chain("merge"), chain()
    workflow = WorkflowFactory.create(owner=user, graph=before)
    version = workflow.newest_version()
    run = queued(user, before, workflow=workflow, version=version)
    changed(workflow, after)
    told = browser.get(f"/api/runs/{run.pk}/graph").json()
    assert told["version"] == 1
    assert list(told["graph"]["nodes"]) == ["in", "merge", "out"]
    assert told["graph"] == version.document.content


def test_a_run_of_no_version_has_its_graph_all_the_same(
    browser: Client, user: User
) -> None:
    told = browser.get(f"/api/runs/{queued(user, chain('merge')).pk}/graph").json()
    assert told["version"] is None
    assert "merge" in told["graph"]["nodes"]


def test_the_graph_outlives_its_workflow(browser: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user, graph=chain("merge"))
    version = workflow.newest_version()
    run = queued(user, chain("merge"), workflow=workflow, version=version)
    delete_workflow(workflow_id=workflow.pk, by=user)
    told = browser.get(f"/api/runs/{run.pk}/graph").json()
    assert "merge" in told["graph"]["nodes"]


def test_every_letter_of_a_graph_comes_as_it_was_stored(
    browser: Client, user: User
) -> None:
    graph = chain()
    graph["metadata"] = {"name": 'Gruß "an" \\ alle\n\u2028 😀'}
    response = browser.get(f"/api/runs/{queued(user, graph).pk}/graph")
    assert response.json()["graph"]["metadata"] == graph["metadata"]


def test_who_has_the_graph_is_not_sent_it_again(browser: Client, user: User) -> None:
    path = f"/api/runs/{queued(user).pk}/graph"
    first = browser.get(path)
    assert "private" in first["Cache-Control"]
    again = browser.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


@pytest.mark.parametrize("known", ["*", "W/{}", '"other", {}'])
def test_who_asks_for_the_headers_alone_or_knows_the_graph_gets_no_body(
    browser: Client, user: User, known: str
) -> None:
    path = f"/api/runs/{queued(user).pk}/graph"
    head = browser.head(path)
    assert (head.status_code, head.content) == (200, b"")
    whole = browser.get(path)
    assert int(head["Content-Length"]) == len(whole.content)
    tags = known.format(head["ETag"])
    assert browser.get(path, headers={"If-None-Match": tags}).status_code == 304


def test_a_run_that_is_deleted_while_its_graph_is_looked_up_is_not_found(
    browser: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(user)

    def deleting(*_: object) -> bool:
        Run.objects.filter(pk=run.pk).delete()
        return False

    monkeypatch.setattr(ran_graph, "is_known", deleting)
    answer = browser.get(f"/api/runs/{run.pk}/graph")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "WF_RUN_NOT_FOUND"


@pytest.mark.parametrize("run_id", ["no", str(uuid4()), "%00"])
def test_the_graph_of_no_run_is_not_found(browser: Client, run_id: str) -> None:
    response = browser.get(f"/api/runs/{run_id}/graph")
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "WF_RUN_NOT_FOUND"


def test_the_graph_is_for_those_who_may_see_the_run(browser: Client) -> None:
    path = f"/api/runs/{queued(UserFactory.create()).pk}/graph"
    assert browser.get(path).status_code == 404
    assert Client().get(path).status_code == 401
