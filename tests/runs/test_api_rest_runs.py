"""Runs over REST: the list and one run with what its nodes did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from runs import services
from runs.host import EngineHost
from runs.models import Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow.checkpoint import Decision
from wayflow.status import RunStatus
from wayflow.testing import graph_document, node_document
from workflows.models import Level, Share, Workflow

from .scenes import (
    Document,
    chain,
    ended,
    field,
    grant,
    queued,
    review_graph,
    started,
)
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/runs"


@pytest.fixture
def browser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def listed(client: Client, query: str = "") -> list[str]:
    """The ids in the list, as they come."""
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200, response.content
    return [run["id"] for run in response.json()["results"]]


def shown(client: Client, run_id: UUID) -> dict[str, Any]:
    response = client.get(f"{LIST}/{run_id}")
    assert response.status_code == 200
    data: dict[str, Any] = response.json()
    return data


def ids_of(*runs: Run) -> list[str]:
    return [str(run.pk) for run in runs]


def share_with(user: User, workflow: Workflow) -> None:
    group = Group.objects.create(name="team")
    user.groups.add(group)
    Share.objects.create(workflow=workflow, group=group, level=Level.VIEW)


# --- the list ---


def test_the_list_shows_ones_own_runs_and_those_of_shared_workflows_newest_first(
    browser: Client, user: User
) -> None:
    other = UserFactory.create()
    workflow = WorkflowFactory.create(owner=other, name="Theirs")
    share_with(user, workflow)
    own = queued(user)
    shared = queued(other, workflow=workflow)
    queued(other)
    response = browser.get(LIST).json()
    assert [run["id"] for run in response["results"]] == ids_of(shared, own)
    assert response["results"][0].keys() == {
        "id",
        "workflow",
        "version",
        "status",
        "trigger",
        "owner",
        "createdAt",
        "startedAt",
        "finishedAt",
        "durationMs",
        "cancelRequestedAt",
        "origin",
    }
    assert response["results"][0]["workflow"] == {
        "id": str(workflow.pk),
        "name": "Theirs",
    }
    assert response["results"][0]["owner"] == other.username
    assert response["results"][1]["workflow"] is None


def test_staff_with_the_permission_see_all_runs(client: Client, user: User) -> None:
    run = queued(UserFactory.create())
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    assert listed(client) == []
    grant(user, "runs.view_run")
    assert listed(client) == ids_of(run)


def test_the_list_is_filtered(browser: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    plain, saved = queued(user), queued(user, workflow=workflow)
    paused = queued(user, status=RunStatus.PAUSED.value)
    by_api = queued(user)
    Run.objects.filter(pk=by_api.pk).update(trigger=Trigger.API)
    assert listed(browser, f"workflow={workflow.pk}") == ids_of(saved)
    assert listed(browser, "status=paused") == ids_of(paused)
    assert listed(browser, "trigger=api") == ids_of(by_api)
    assert listed(browser, "status=queued&trigger=python") == ids_of(saved, plain)


def test_the_list_is_filtered_by_the_time_of_the_start(
    browser: Client, user: User
) -> None:
    now = timezone.now()
    old = queued(user, started_at=now - timedelta(hours=2))
    new = queued(user, started_at=now)
    queued(user)
    hour_ago = (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert listed(browser, f"startedAfter={hour_ago}") == ids_of(new)
    assert listed(browser, f"startedBefore={hour_ago}") == ids_of(old)


@pytest.mark.parametrize(
    "query", ["status=done", "trigger=x", "workflow=1", "startedAfter=yesterday"]
)
def test_a_filter_that_cannot_be_is_refused_by_name(
    browser: Client, query: str
) -> None:
    response = browser.get(f"{LIST}?{query}")
    (error,) = response.json()["errors"]
    assert (response.status_code, error["attr"]) == (400, query.partition("=")[0])


def test_the_list_is_searched_by_workflow_and_error(
    browser: Client, user: User
) -> None:
    workflow = WorkflowFactory.create(owner=user, name="Ticket triage")
    triage = queued(user, workflow=workflow)
    error = {"code": "WF_X", "message": "The ticket is gone."}
    broken = queued(
        user, status=RunStatus.ERROR.value, error=error, finished_at=timezone.now()
    )
    queued(user)
    assert listed(browser, "search=ticket") == ids_of(broken, triage)
    assert listed(browser, "search=triage") == ids_of(triage)
    assert listed(browser, "search=WF_X") == ids_of(broken)
    assert listed(browser, "search=nothing") == []


def test_the_list_is_cut_into_pages(browser: Client, user: User) -> None:
    runs = [queued(user) for _ in range(5)][::-1]
    first = browser.get(f"{LIST}?limit=2").json()
    second = browser.get(first["next"]).json()
    # What starts meanwhile moves nothing from one page to the next.
    queued(user)
    third = browser.get(second["next"]).json()
    pages = [[run["id"] for run in page["results"]] for page in (first, second, third)]
    assert pages == [ids_of(*runs[:2]), ids_of(*runs[2:4]), ids_of(runs[4])]
    assert (first["previous"], third["next"]) == (None, None)
    assert browser.get(third["previous"]).json()["results"] == second["results"]


def test_a_long_list_costs_no_more_queries_than_a_short_one(
    browser: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def run() -> None:
        workflow = WorkflowFactory.create(owner=user)
        version = workflow.newest_version()
        queued(user, workflow=workflow, version=version)

    run()
    with django_assert_num_queries(3):  # session, user, runs
        assert len(listed(browser)) == 1
    for _ in range(4):
        run()
    with django_assert_num_queries(3):
        assert len(listed(browser)) == 5


def test_the_list_is_for_nobody_and_cannot_be_posted_to(
    client: Client, browser: Client
) -> None:
    assert Client().get(LIST).status_code == 401
    refused = browser.post(LIST, {}, content_type="application/json")
    assert refused.status_code == 405
    assert refused.json()["errors"][0]["code"] == "method_not_allowed"


# --- one run ---


def test_a_run_is_shown_with_what_its_nodes_did(
    host: EngineHost, browser: Client, user: User, stage: Stage
) -> None:
    stage.gate("gate").open()
    workflow = WorkflowFactory.create(owner=user, graph=chain("gate"), name="W")
    run = services.start_workflow(
        workflow_id=workflow.pk, by=user, trigger=Trigger.API, inputs={"v": [1, 2]}
    )
    ended(run.pk)
    data = shown(browser, run.pk)
    assert data["workflow"] == {"id": str(workflow.pk), "name": "W"}
    assert (data["version"], data["trigger"]) == (1, "api")
    assert (data["status"], data["owner"]) == ("completed", user.username)
    assert (data["inputs"], data["result"]) == ({"v": [1, 2]}, {"v": [1, 2]})
    assert (data["error"], data["suspension"]) == (None, None)
    assert data["createdAt"] <= data["startedAt"] <= data["finishedAt"]
    assert data["lastSeq"] == Run.objects.get().last_seq
    assert data["document"] == workflow.newest_version().document.digest
    by_id = {node["nodeId"]: node for node in data["nodeRuns"]}
    assert list(by_id) == ["in", "gate", "out"]
    gate = by_id["gate"]
    assert (gate["type"], gate["label"]) == ("gate", "gate")
    assert (gate["status"], gate["attempts"]) == ("complete", 1)
    assert (gate["inputs"], gate["outputData"]) == ({"v": [1, 2]}, [1, 2])
    assert gate["durationMs"] == gate["finishedAt"] - gate["startedAt"] >= 0


def test_a_run_that_failed_shows_its_error_and_the_nodes(
    host: EngineHost, browser: Client, user: User
) -> None:
    run = started(user, chain("raises"))
    ended(run.pk)
    data = shown(browser, run.pk)
    assert (data["status"], data["result"]) == ("error", None)
    assert data["error"]["code"] == "WF_RUNTIME_HANDLER_THREW"
    nodes = {node["nodeId"]: node for node in data["nodeRuns"]}
    assert nodes["raises"]["status"] == "error"
    assert nodes["raises"]["error"]["message"] == "boom"
    assert (nodes["out"]["status"], nodes["out"]["attempts"]) == ("skipped", 0)


def test_a_paused_run_shows_its_question_until_it_is_answered(
    host: EngineHost, browser: Client, user: User
) -> None:
    run = started(user, review_graph(), {"v": "draft"})
    ended(run.pk)
    data = shown(browser, run.pk)
    assert data["status"] == "paused"
    assert data["suspension"] == {
        "runId": str(run.pk),
        "nodeId": "review",
        "instructions": "Look at it.",
        "data": "draft",
    }
    services.decide(run_id=run.pk, decision=Decision("approved"), by=user)
    ended(run.pk)
    assert shown(browser, run.pk)["suspension"] is None


def test_a_run_that_waits_for_a_time_is_shown_as_waiting(
    browser: Client, user: User
) -> None:
    run = queued(user, status=RunStatus.WAITING.value)
    assert shown(browser, run.pk)["status"] == "waiting"
    assert listed(browser, "status=waiting") == ids_of(run)


def test_a_run_of_a_deleted_workflow_stays(
    host: EngineHost, browser: Client, user: User
) -> None:
    workflow = WorkflowFactory.create(owner=user, graph=chain())
    run = services.start_workflow(workflow_id=workflow.pk, by=user, trigger=Trigger.API)
    ended(run.pk)
    assert browser.delete(f"/api/workflows/{workflow.pk}").status_code == 204
    assert shown(browser, run.pk)["result"] == {"v": "hello"}


def test_a_run_is_shown_to_whoever_may_see_its_workflow(
    client: Client, user: User
) -> None:
    workflow = WorkflowFactory.create()
    run = queued(workflow.owner, workflow=workflow)
    client.force_login(user)
    assert client.get(f"{LIST}/{run.pk}").status_code == 404
    share_with(user, workflow)
    assert client.get(f"{LIST}/{run.pk}").status_code == 200


@pytest.mark.parametrize("id", [str(uuid4()), "1", "no-id"])
def test_a_run_that_is_not_there_is_not_found(browser: Client, id: str) -> None:
    response = browser.get(f"{LIST}/{id}")
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "WF_RUN_NOT_FOUND"


def test_a_run_costs_as_many_queries_with_many_nodes_as_with_few(
    host: EngineHost,
    browser: Client,
    user: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for outputs in (1, 20):
        run = started(user, fan(outputs))
        ended(run.pk)
        # session, user, run, review, repeats, journal
        with django_assert_num_queries(6):
            assert len(shown(browser, run.pk)["nodeRuns"]) == 1 + outputs


def fan(outputs: int) -> Document:
    """Input, and this many Outputs beside each other."""
    names = [f"out{n}" for n in range(outputs)]
    row = {"fields": [field("v", default="hello")]}
    return graph_document(
        node_document("in", "input", row, outputs=["v"]),
        *(node_document(name, "output", row, inputs=["v"]) for name in names),
        wires=[f"in.v -> {name}.v" for name in names],
    )
