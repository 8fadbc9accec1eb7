"""A saved workflow is run over REST, in three ways of waiting."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django.fixtures import Settings

from runs.host import EngineHost
from runs.models import OnDisconnect, Run, Trigger
from tests.factories import TokenFactory, UserFactory, WorkflowFactory
from wayflow.serializer import deserialize
from wayflow.status import RunStatus
from workflows import services
from workflows.models import Level, Share, Workflow

from .calling import Caller, Exchange, code_of
from .frames import ids
from .scenes import chain, ended, field, grant, review_graph
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

aended = sync_to_async(ended)
EVENTS = {"Accept": "text/event-stream"}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


@pytest.fixture
def mine(user: User) -> Caller:
    """``user`` with a token, without any permission."""
    return Caller(TokenFactory.create(owner=user))


def path_of(workflow: Workflow) -> str:
    return f"/api/workflows/{workflow.pk}/runs"


def saved(owner: User, *types: str, **more: Any) -> Workflow:
    made: Workflow = WorkflowFactory.create(owner=owner, graph=chain(*types, **more))
    return made


asaved = sync_to_async(saved)


async def refusal_of(exchange: Exchange) -> tuple[int, str, str | None]:
    """Status, code and field of an answer that says what is wrong."""
    error = (await exchange.json())["errors"][0]
    return exchange.status, error["code"], error["attr"]


# --- as a stream ---


async def test_who_accepts_events_gets_the_run_as_a_stream(
    mine: Caller, user: User
) -> None:
    workflow = await asaved(user)
    run = await mine.post(path_of(workflow), {"inputs": {"v": 1}}, **EVENTS)
    assert run.status == 200
    assert run.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert run.headers["cache-control"] == "no-cache, no-transform"
    frames = await run.frames()
    assert frames[0].data == {"status": "running", "runId": run.headers["x-run-id"]}
    assert frames[-1].data == {"status": "completed", "result": {"v": 1}}
    assert ids(frames) == list(range(1, len(frames) + 1))


async def test_events_may_be_one_of_the_types_that_are_accepted(
    mine: Caller, user: User
) -> None:
    path = path_of(await asaved(user))
    mixed = {"Accept": "application/json;q=0.5, Text/Event-Stream;q=1"}
    stream = await mine.post(path, **mixed)
    assert stream.headers["content-type"].startswith("text/event-stream")
    await stream.body()
    waited = await mine.post(path, Accept="*/*")
    assert waited.headers["content-type"] == "application/json"


async def test_leaving_the_stream_does_not_cancel_the_run(
    mine: Caller, user: User, stage: Stage
) -> None:
    run = await mine.post(path_of(await asaved(user, "gate")), **EVENTS)
    await run.frames_until("node_status")
    await run.leave()
    stage.gate("gate").open()
    stored = await aended(UUID(run.headers["x-run-id"]))
    assert stored.status == RunStatus.COMPLETED
    assert stored.cancel_requested_at is None


async def test_a_run_that_fails_in_the_stream_ends_it_with_the_error(
    mine: Caller, user: User
) -> None:
    run = await mine.post(path_of(await asaved(user, "raises")), **EVENTS)
    end = (await run.frames())[-1]
    assert (end.event, end.data["status"]) == ("run_status", "error")
    assert end.data["error"]["code"] == "WF_RUNTIME_HANDLER_THREW"


# --- not waiting ---


async def test_who_prefers_not_to_wait_is_told_where_the_run_is(
    mine: Caller, user: User, stage: Stage
) -> None:
    accepted = await mine.post(path_of(await asaved(user, "gate")), **ASYNC)
    assert accepted.status == 202
    assert accepted.headers["preference-applied"] == "respond-async"
    told = await accepted.json()
    assert told.keys() == {"runId", "status"}
    assert accepted.headers["location"] == f"/api/runs/{told['runId']}"
    shown = await mine.get(accepted.headers["location"])
    assert (await shown.json())["id"] == told["runId"]
    stage.gate("gate").open()
    assert (await aended(UUID(told["runId"]))).status == RunStatus.COMPLETED


async def test_a_run_over_rest_is_the_callers_and_no_client_can_stop_it_by_leaving(
    mine: Caller, user: User
) -> None:
    workflow = await asaved(user)
    await mine.post(path_of(workflow), {"inputs": {"v": "hi"}}, **ASYNC)
    run = await Run.objects.select_related("version").aget()
    assert (run.owner_id, run.workflow_id) == (user.pk, workflow.pk)
    assert run.version is not None
    assert (run.version.number, run.inputs) == (1, {"v": "hi"})
    assert (run.trigger, run.on_disconnect) == (Trigger.API, OnDisconnect.CONTINUE)


# --- waiting ---


async def test_who_waits_gets_the_result(mine: Caller, user: User) -> None:
    done = await mine.post(path_of(await asaved(user)), {"inputs": {"v": [1, "é"]}})
    run = await Run.objects.aget()
    assert done.status == 200
    assert await done.json() == {
        "runId": str(run.pk),
        "status": "completed",
        "result": {"v": [1, "é"]},
    }


async def test_no_body_is_no_inputs(mine: Caller, user: User) -> None:
    done = await mine.post(path_of(await asaved(user)), b"")
    assert (await done.json())["result"] == {"v": "hello"}


async def test_who_waits_gets_the_question_of_a_run_that_pauses(
    mine: Caller, user: User
) -> None:
    workflow = await sync_to_async(WorkflowFactory.create)(
        owner=user, graph=review_graph()
    )
    paused = await mine.post(path_of(workflow), {"inputs": {"v": "draft"}})
    run = await Run.objects.aget()
    assert paused.status == 200
    assert await paused.json() == {
        "runId": str(run.pk),
        "status": "paused",
        "suspension": {
            "runId": str(run.pk),
            "nodeId": "review",
            "instructions": "Look at it.",
            "data": "draft",
        },
    }


async def test_who_waits_for_a_run_that_fails_gets_its_error_in_the_one_shape(
    mine: Caller, user: User
) -> None:
    failed = await mine.post(path_of(await asaved(user, "raises")))
    told = await failed.json()
    assert failed.status == 422
    assert (told["runId"], told["status"]) == (
        str((await Run.objects.aget()).pk),
        "error",
    )
    assert told["type"] == "client_error"
    (error,) = told["errors"]
    assert error["code"] == "WF_RUNTIME_HANDLER_THREW"
    assert "boom" in error["detail"]


async def test_an_input_that_is_missing_fails_the_run_and_says_what_to_do(
    mine: Caller, user: User
) -> None:
    workflow = await asaved(user, fields=[field("v", required=True)])
    failed = await mine.post(path_of(workflow))
    (error,) = (await failed.json())["errors"]
    assert (failed.status, error["code"]) == (422, "WF_RUNTIME_MISSING_INPUT")
    assert error["hint"]


@pytest.mark.parametrize("prefer", ["wait=0", "respond-async, wait=0"])
async def test_who_waits_too_short_is_told_that_it_goes_on(
    mine: Caller, user: User, stage: Stage, prefer: str
) -> None:
    path = path_of(await asaved(user, "gate"))
    going = await mine.post(path, Prefer=prefer)
    run = await Run.objects.aget()
    assert going.status == 202
    assert going.headers["location"] == f"/api/runs/{run.pk}"
    assert (await going.json())["runId"] == str(run.pk)
    stage.gate("gate").open()
    await aended(run.pk)


async def test_who_names_a_time_waits_even_if_it_would_rather_not(
    mine: Caller, user: User
) -> None:
    path = path_of(await asaved(user))
    assert (await mine.post(path, Prefer="respond-async, wait=20")).status == 200


async def test_without_a_preference_the_server_decides_how_long_to_wait(
    mine: Caller, user: User, stage: Stage, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "WAIT_SECONDS": 0}
    path = path_of(await asaved(user, "gate"))
    assert (await mine.post(path)).status == 202
    longer = asyncio.create_task(mine.post(path, Prefer="wait=20"))
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    stage.gate("gate").open()
    assert (await longer).status == 200


async def test_a_run_that_waits_for_a_time_is_still_going(
    mine: Caller, user: User, stage: Stage
) -> None:
    key = {"Idempotency-Key": "k", "Prefer": "wait=0"}
    path = path_of(await asaved(user))
    await mine.post(path, **{**key, "Prefer": "wait=20"})
    waiting = {"status": RunStatus.WAITING.value, "finished_at": None}
    await Run.objects.all().aupdate(**waiting)
    going = await mine.post(path, **key)
    assert going.status == 202
    assert (await going.json())["status"] == "waiting"


async def test_who_waits_for_a_run_that_is_cancelled_is_told_so(
    mine: Caller, user: User, stage: Stage
) -> None:
    path = path_of(await asaved(user, "gate"))
    waiting = asyncio.create_task(mine.post(path))
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    run = await Run.objects.aget()
    await mine.post(f"/api/runs/{run.pk}/cancel")
    told = await (await waiting).json()
    assert told == {"runId": str(run.pk), "status": "cancelled", "result": {}}


# --- which version ---


@pytest.fixture
def versions(user: User) -> Workflow:
    """A workflow whose version n gives n; there are three."""
    workflow = saved(user, fields=[field("v", default=1)])
    for number in (2, 3):
        graph = deserialize(chain(fields=[field("v", default=number)]))
        services.save_graph(
            workflow_id=workflow.pk, graph=graph, viewport=None, by=user
        )
    return workflow


async def result_of(exchange: Exchange) -> Any:
    return (await exchange.json())["result"]["v"]


async def test_the_newest_version_runs_until_one_is_published(
    mine: Caller, user: User, versions: Workflow
) -> None:
    path = path_of(versions)
    assert await result_of(await mine.post(path)) == 3
    publish = sync_to_async(services.publish)
    await publish(workflow_id=versions.pk, number=2, by=user)
    assert await result_of(await mine.post(path)) == 2
    assert await result_of(await mine.post(path, {"version": 1})) == 1


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (4, (404, "WF_VERSION_NOT_FOUND", None)),
        (0, (400, "WF_FIELD_REFUSED", "version")),
        ("1", (400, "WF_FIELD_REFUSED", "version")),
        (True, (400, "WF_FIELD_REFUSED", "version")),
    ],
)
async def test_a_version_that_is_none_is_refused(
    mine: Caller, versions: Workflow, version: Any, expected: tuple[Any, ...]
) -> None:
    refused = await mine.post(path_of(versions), {"version": version})
    assert await refusal_of(refused) == expected


# --- what is wrong with the request ---


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "WF_BODY_NOT_JSON", None)),
        (b"[]", (400, "WF_BODY_NOT_AN_OBJECT", None)),
        (b" " * 5_000_001, (413, "WF_BODY_TOO_LARGE", None)),
        ({"input": {}}, (400, "WF_FIELD_REFUSED", "input")),
        ({"graph": {}}, (400, "WF_FIELD_REFUSED", "graph")),
        ({"inputs": [1]}, (400, "WF_INPUTS_NOT_AN_OBJECT", "inputs")),
        ({"inputs": {"n": "3"}}, (400, "WF_INPUT_WRONG_TYPE", "inputs.n")),
    ],
)
async def test_a_wrong_request_is_refused_and_the_field_named(
    mine: Caller, user: User, body: Any, expected: tuple[Any, ...]
) -> None:
    workflow = await asaved(user, fields=[field("n", "number", default=1)])
    for how in (EVENTS, ASYNC, {}):
        refused = await mine.post(path_of(workflow), body, **how)
        assert refused.headers["content-type"] == "application/json"
        assert await refusal_of(refused) == expected
    assert not await Run.objects.aexists()


async def test_a_workflow_cannot_be_run_by_looking(mine: Caller, user: User) -> None:
    refused = await mine.get(path_of(await asaved(user)))
    assert await code_of(refused) == (405, "method_not_allowed")
    assert refused.headers["allow"] == "POST, OPTIONS"


# --- asking again ---


async def test_a_request_repeated_with_its_key_gives_the_same_run(
    mine: Caller, user: User, stage: Stage
) -> None:
    path = path_of(await asaved(user, "gate"))
    stage.gate("gate").open()
    body, key = {"inputs": {"v": 1}}, {"Idempotency-Key": "order 17"}
    first = await (await mine.post(path, body, **key)).json()
    again = await (await mine.post(path, body, **key)).json()
    assert again == first
    streamed = await mine.post(path, body, **key, **EVENTS)
    assert streamed.headers["x-run-id"] == first["runId"]
    assert (await streamed.frames())[-1].data["result"] == {"v": 1}
    assert stage.executed == ["gate"]


async def test_a_key_used_for_another_request_is_a_conflict(
    mine: Caller, user: User
) -> None:
    workflow, other = await asaved(user), await asaved(user)
    key = {"Idempotency-Key": "k"}
    await mine.post(path_of(workflow), {"inputs": {"v": 1}}, **key)
    for path, body in (
        (path_of(workflow), {"inputs": {"v": 2}}),
        (path_of(workflow), {"inputs": {"v": 1}, "version": 1}),
        (path_of(other), {"inputs": {"v": 1}}),
    ):
        conflict = await mine.post(path, body, **key)
        assert await code_of(conflict) == (409, "WF_IDEMPOTENCY_KEY_REUSED")
    assert await Run.objects.acount() == 1


async def test_racing_requests_with_one_key_start_one_run(
    mine: Caller, user: User
) -> None:
    path = path_of(await asaved(user))
    key = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(*(mine.post(path, **key) for _ in range(6)))
    told = [await answer.json() for answer in answers]
    assert {answer.status for answer in answers} == {200}
    assert {one["runId"] for one in told} == {str((await Run.objects.aget()).pk)}


async def test_the_keys_of_two_people_have_nothing_to_do_with_each_other(
    mine: Caller, user: User
) -> None:
    boss = await sync_to_async(lambda: grant(user, "workflows.run_workflow"))()
    boss.is_staff = True
    await boss.asave()
    other = await sync_to_async(UserFactory.create)()
    path, key = path_of(await asaved(other)), {"Idempotency-Key": "k"}
    theirs = Caller(await sync_to_async(TokenFactory.create)(owner=other))
    assert [(await c.post(path, **key)).status for c in (mine, theirs)] == [200, 200]
    assert await Run.objects.acount() == 2


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_of_no_or_too_many_characters_is_refused(
    mine: Caller, user: User, key: str
) -> None:
    refused = await mine.post(path_of(await asaved(user)), **{"Idempotency-Key": key})
    expected = (400, "WF_FIELD_REFUSED", "Idempotency-Key")
    assert await refusal_of(refused) == expected


# --- who may ---


async def test_nobody_runs_anything(user: User) -> None:
    refused = await Caller().post(path_of(await asaved(user)))
    assert await code_of(refused) == (401, "not_authenticated")
    assert refused.headers["www-authenticate"] == "Token"


async def test_what_one_may_not_see_is_not_there(
    mine: Caller, stranger: Caller, user: User
) -> None:
    workflow = await asaved(user)
    missing = (404, "WF_WORKFLOW_NOT_FOUND")
    assert await code_of(await stranger.post(path_of(workflow))) == missing
    for id in (uuid4(), "no"):
        nothing = await mine.post(f"/api/workflows/{id}/runs")
        assert await code_of(nothing) == missing
    await sync_to_async(services.delete_workflow)(workflow_id=workflow.pk, by=user)
    assert await code_of(await mine.post(path_of(workflow))) == missing


@pytest.mark.parametrize(
    ("level", "status"), [(Level.VIEW, 403), (Level.RUN, 200), (Level.EDIT, 200)]
)
async def test_a_groups_share_says_whether_its_members_may_run(
    mine: Caller, user: User, level: Level, status: int
) -> None:
    def share() -> Workflow:
        workflow = saved(UserFactory.create())
        group = Group.objects.create(name="team")
        user.groups.add(group)
        Share.objects.create(workflow=workflow, group=group, level=level)
        return workflow

    answer = await mine.post(path_of(await sync_to_async(share)()))
    assert answer.status == status
    if status == 403:
        assert await code_of(answer) == (403, "permission_denied")


def test_a_session_starts_runs_from_our_own_pages_only(user: User) -> None:
    path = path_of(saved(user))
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    def post(**headers: str) -> Any:
        return browser.post(path, content_type="application/json", headers=headers)

    foreign: list[dict[str, str]] = [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
    ]
    for headers in foreign:
        refused = post(**headers)
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["code"] == "WF_CSRF_FAILED"
    assert not Run.objects.exists()
    assert post(**{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert post(Origin="http://testserver").status_code == 200
