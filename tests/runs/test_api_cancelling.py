"""Many runs are stopped at once, each with an outcome of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from runs import services
from runs.host import EngineHost
from runs.models import Run
from tests.factories import UserFactory, WorkflowFactory
from wayflow.status import RunStatus
from workflows.models import Level, Share

from .calling import Caller
from .scenes import chain, ended, grant, queued, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def post(client: Client, body: Any) -> Any:
    return client.post("/api/runs/cancel", body, content_type="application/json")


def outcomes(client: Client, **body: Any) -> dict[str, str]:
    """The outcomes by id."""
    response = post(client, body)
    assert response.status_code == 200, response.content
    return {told["id"]: told["outcome"] for told in response.json()["outcomes"]}


def refusal(client: Client, body: Any) -> tuple[int, str]:
    response = post(client, body)
    return response.status_code, response.json()["errors"][0]["attr"]


def ended_run(owner: User, **fields: Any) -> Run:
    return queued(owner, status="completed", finished_at=timezone.now(), **fields)


def shared_run(user: User, level: Level) -> Run:
    """Somebody else's queued run of a workflow that is shared with ``user``."""
    workflow = WorkflowFactory.create()
    group = Group.objects.create(name=level)
    user.groups.add(group)
    Share.objects.create(workflow=workflow, group=group, level=level)
    return queued(workflow.owner, workflow=workflow)


def test_each_run_has_its_own_outcome(browser: Client, user: User) -> None:
    open_one, over = queued(user), ended_run(user)
    seen, hidden = shared_run(user, Level.VIEW), queued(UserFactory.create())
    shared = shared_run(user, Level.RUN)
    ids = [str(run.pk) for run in (open_one, over, seen, hidden, shared)]
    unknown = [str(uuid4()), "no id", "\0"]
    assert outcomes(browser, ids=[*ids, *unknown]) == {
        ids[0]: "cancelled",
        ids[1]: "ended",
        ids[2]: "not_allowed",
        ids[3]: "not_found",
        ids[4]: "cancelled",
        **dict.fromkeys(unknown, "not_found"),
    }
    statuses = dict(Run.objects.values_list("pk", "status"))
    assert statuses[open_one.pk] == statuses[shared.pk] == "cancelled"
    assert statuses[seen.pk] == statuses[hidden.pk] == "queued"
    assert statuses[over.pk] == "completed"


def test_a_run_named_twice_in_two_spellings_is_asked_once(
    browser: Client, user: User
) -> None:
    run = queued(user)
    ids = [str(run.pk), run.pk.hex.upper(), str(run.pk)]
    assert outcomes(browser, ids=ids) == dict.fromkeys(ids, "cancelled")
    assert outcomes(browser, ids=ids) == dict.fromkeys(ids, "ended")


async def test_a_run_that_is_driven_is_told_to_stop(
    host: EngineHost, caller: Caller, user: User, stage: Stage
) -> None:
    run = await sync_to_async(started)(user, chain("gate"))
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    answer = await caller.post("/api/runs/cancel", {"ids": [str(run.pk)]})
    assert (await answer.json())["outcomes"] == [
        {"id": str(run.pk), "outcome": "requested"}
    ]
    assert (await sync_to_async(ended)(run.pk)).status == RunStatus.CANCELLED


def test_runs_are_cancelled_by_a_filter(browser: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    mine = [queued(user, workflow=workflow), queued(user, workflow=workflow)]
    others = queued(user), shared_run(user, Level.VIEW), queued(UserFactory.create())
    ended_run(user, workflow=workflow)
    wanted = {"workflow": str(workflow.pk), "status": ["queued", "completed"]}
    assert outcomes(browser, filter=wanted) == {
        str(run.pk): "cancelled" for run in mine
    }
    assert {Run.objects.get(pk=run.pk).status for run in others} == {"queued"}


def test_a_filter_cancels_the_oldest_hundred_and_tells_that_there_are_more(
    browser: Client, user: User
) -> None:
    now = timezone.now()
    runs = [queued(user, created_at=now - timedelta(minutes=n)) for n in range(101)]
    answer = post(browser, {"filter": {"status": "queued,paused"}}).json()
    assert answer["more"] is True
    assert [told["id"] for told in answer["outcomes"]] == [
        str(run.pk) for run in runs[:0:-1]
    ]
    answer = post(browser, {"filter": {"status": "queued"}}).json()
    assert [told["id"] for told in answer["outcomes"]] == [str(runs[0].pk)]
    assert answer["more"] is False


def test_staff_with_the_permission_cancel_what_is_anybodys(
    client: Client, user: User
) -> None:
    run = queued(UserFactory.create())
    User.objects.filter(pk=user.pk).update(is_staff=True)
    grant(user, "runs.view_run")
    client.force_login(user)
    ids = [str(run.pk)]
    assert outcomes(client, ids=ids) == {ids[0]: "not_allowed"}
    grant(user, "runs.cancel_run")
    assert outcomes(client, ids=ids) == {ids[0]: "cancelled"}


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "ids"),
        ({"ids": [], "filter": {"status": "queued"}}, "ids"),
        ({"ids": "x"}, "ids"),
        ({"ids": [1]}, "ids"),
        ({"ids": [None]}, "ids"),
        ({"ids": ["x"] * 101}, "ids"),
        ({"ids": [], "all": True}, "all"),
        ({"filter": {}}, "filter"),
        ({"filter": []}, "filter"),
        ({"filter": {"state": "queued"}}, "filter.state"),
        ({"filter": {"limit": 1}}, "filter.limit"),
        ({"filter": {"status": "done"}}, "filter.status"),
        ({"filter": {"status": {}}}, "filter.status"),
        ({"filter": {"status": None}}, "filter.status"),
        ({"filter": {"status": [[]]}}, "filter.status"),
        ({"filter": {"workflow": "1"}}, "filter.workflow"),
        ({"filter": {"owner": "\0"}}, "filter.owner"),
        ({"filter": {"version": 1}}, "version"),
        ({"filter": {"longerThan": 1e300}}, "filter.longerThan"),
        ({"filter": {"version": 10**30}}, "filter.version"),
    ],
)
def test_a_body_that_cannot_be_is_refused(
    browser: Client, user: User, body: Any, attr: str
) -> None:
    run = queued(user)
    assert refusal(browser, body) == (400, attr)
    assert Run.objects.get(pk=run.pk).status == "queued"


def test_an_empty_list_is_no_work(browser: Client) -> None:
    assert post(browser, {"ids": []}).json() == {"outcomes": [], "more": False}


def test_cancelling_is_for_somebody_and_must_be_posted(browser: Client) -> None:
    assert post(Client(), {"ids": []}).status_code == 401
    assert browser.get("/api/runs/cancel").status_code == 405


def test_many_cost_no_more_questions_about_permissions_than_one(
    user: User, django_assert_max_num_queries: Any
) -> None:
    strangers = [queued(UserFactory.create()).pk for _ in range(20)]
    with django_assert_max_num_queries(2):
        told = services.request_cancels(run_ids=strangers, by=user)
    assert set(told.values()) == {"not_found"}
