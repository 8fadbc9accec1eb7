"""A run is followed and stopped over REST, whoever started it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import Client

from runs import services
from runs.host import EngineHost
from runs.models import OnDisconnect, Run
from tests.factories import UserFactory, WorkflowFactory
from wayflow.checkpoint import Decision
from wayflow.status import RunStatus
from workflows.models import Level, Share

from .calling import Caller, code_of
from .frames import ids
from .scenes import chain, ended, queued, review_graph, started, statuses
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

aended, astarted = sync_to_async(ended), sync_to_async(started)
aqueued, adecide = sync_to_async(queued), sync_to_async(services.decide)


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


def events_of(run: Run) -> str:
    return f"/api/runs/{run.pk}/events"


def cancel_of(run: Run) -> str:
    return f"/api/runs/{run.pk}/cancel"


async def completed(user: User) -> Run:
    run = await astarted(user, chain())
    return await aended(run.pk)


# --- following ---


async def test_an_ended_run_is_replayed_from_its_start(
    caller: Caller, user: User
) -> None:
    run = await completed(user)
    replay = await caller.get(events_of(run))
    assert replay.status == 200
    assert replay.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert replay.headers["cache-control"] == "no-cache, no-transform"
    assert replay.headers["x-accel-buffering"] == "no"
    frames = await replay.frames()
    assert ids(frames) == list(range(1, run.last_seq + 1))
    assert frames[0].data == {"status": "running", "runId": str(run.pk)}
    assert frames[-1].data == {"status": "completed", "result": {"v": "hello"}}


async def test_a_browser_is_told_once_how_soon_to_come_back(
    caller: Caller, user: User
) -> None:
    body = await (await caller.get(events_of(await completed(user)))).body()
    assert body.startswith(b"retry: ")
    assert body.count(b"retry: ") == 1


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?after=3", {}),
        ("", {"Last-Event-ID": "3"}),
        # A browser that reconnects repeats the query; the header is the newer.
        ("?after=1", {"Last-Event-ID": "3"}),
    ],
)
async def test_it_goes_on_after_the_event_that_the_caller_has(
    caller: Caller, user: User, query: str, headers: dict[str, str]
) -> None:
    run = await completed(user)
    rest = await caller.get(f"{events_of(run)}{query}", **headers)
    assert ids(await rest.frames()) == list(range(4, run.last_seq + 1))


async def test_nothing_left_of_an_ended_run_is_204(caller: Caller, user: User) -> None:
    run = await completed(user)
    for after in (run.last_seq, run.last_seq + 5):
        nothing = await caller.get(f"{events_of(run)}?after={after}")
        assert (nothing.status, await nothing.body()) == (204, b"")


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 19])
async def test_what_is_no_event_id_is_refused(
    caller: Caller, user: User, after: str
) -> None:
    run = await completed(user)
    for asked in (
        await caller.get(f"{events_of(run)}?after={after}"),
        await caller.get(events_of(run), **{"Last-Event-ID": after}),
    ):
        assert await code_of(asked) == (400, "WF_EVENT_ID_INVALID")


async def test_a_stream_stays_open_across_a_pause(caller: Caller, user: User) -> None:
    run = await astarted(user, review_graph(), {"v": "draft"})
    watched = await caller.get(events_of(run))
    await aended(run.pk)
    await adecide(run_id=run.pk, decision=Decision("approved"), by=user)
    frames = await watched.frames()
    told = [frame.data["status"] for frame in frames if frame.event == "run_status"]
    assert told == ["running", "paused", "running", "completed"]
    assert ids(frames) == list(range(1, len(ids(frames)) + 1))


async def test_many_watch_one_run_and_see_the_same(
    caller: Caller, user: User, stage: Stage
) -> None:
    run = await astarted(user, chain("gate"))
    early = [await caller.get(events_of(run)) for _ in range(3)]
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    late = await caller.get(events_of(run))
    stage.gate("gate").open()
    seen = [await watcher.frames() for watcher in (*early, late)]
    assert seen[0][-1].data["status"] == "completed"
    assert all(frames == seen[0] for frames in seen)


@pytest.mark.parametrize("policy", OnDisconnect)
async def test_a_watcher_that_leaves_stops_nothing(
    caller: Caller, user: User, stage: Stage, policy: OnDisconnect
) -> None:
    run = await astarted(user, chain("gate"), on_disconnect=policy)
    watcher = await caller.get(events_of(run))
    await watcher.frames_until("node_status")
    await watcher.leave()
    stage.gate("gate").open()
    assert (await aended(run.pk)).status == RunStatus.COMPLETED


async def test_an_event_that_was_never_told_hides_none_that_comes(
    caller: Caller, user: User, stage: Stage
) -> None:
    run = await astarted(user, chain("gate"))
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    watcher = await caller.get(f"{events_of(run)}?after=100000")
    stage.gate("gate").open()
    frames = await watcher.frames()
    assert frames[-1].data["status"] == "completed"


# --- stopping ---


async def test_a_running_run_is_stopped(
    caller: Caller, user: User, stage: Stage
) -> None:
    run = await astarted(user, chain("gate"))
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    answer = await caller.post(cancel_of(run))
    assert (answer.status, await answer.body()) == (204, b"")
    stopped = await aended(run.pk)
    assert stopped.status == RunStatus.CANCELLED
    assert stopped.cancel_requested_by_id == user.pk
    assert stage.gate("gate").stopped.is_set()


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.WAITING])
async def test_a_run_that_nobody_drives_is_cancelled_at_once(
    caller: Caller, user: User, status: RunStatus
) -> None:
    run = await aqueued(user, status=status.value)
    assert (await caller.post(cancel_of(run))).status == 204
    shown = await (await caller.get(f"/api/runs/{run.pk}")).json()
    assert (shown["status"], shown["result"]) == ("cancelled", {})
    assert shown["cancelRequestedAt"] <= shown["finishedAt"]


async def test_a_paused_run_is_dropped(caller: Caller, user: User) -> None:
    run = await astarted(user, review_graph(), {"v": 1})
    await aended(run.pk)
    assert (await caller.post(cancel_of(run))).status == 204
    assert (await aended(run.pk)).status == RunStatus.CANCELLED
    assert await (await caller.get("/api/pending")).json() == []


async def test_cancelling_again_changes_nothing(caller: Caller, user: User) -> None:
    run = await aqueued(user)
    answers = [await caller.post(cancel_of(run)) for _ in range(3)]
    assert [answer.status for answer in answers] == [204, 204, 204]
    assert await sync_to_async(statuses)(run.pk) == ["cancelled"]


async def test_a_run_that_ended_stays_as_it_is(caller: Caller, user: User) -> None:
    run = await completed(user)
    assert (await caller.post(cancel_of(run))).status == 204
    stored = await Run.objects.aget()
    assert (stored.status, stored.cancel_requested_at) == (RunStatus.COMPLETED, None)


# --- who may, and what is wrong ---


async def test_nobody_follows_or_stops_anything(user: User) -> None:
    run = await aqueued(user)
    nobody = Caller()
    for answer in (await nobody.get(events_of(run)), await nobody.post(cancel_of(run))):
        assert await code_of(answer) == (401, "not_authenticated")


async def test_what_one_may_not_see_is_not_there(
    caller: Caller, stranger: Caller, user: User
) -> None:
    run = await aqueued(user)
    paths = [(stranger, run.pk), (caller, uuid4()), (caller, "no")]
    for asking, id in paths:
        for answer in (
            await asking.get(f"/api/runs/{id}/events"),
            await asking.post(f"/api/runs/{id}/cancel"),
        ):
            assert await code_of(answer) == (404, "WF_RUN_NOT_FOUND")
    assert (await Run.objects.aget()).status == RunStatus.QUEUED


async def test_who_may_only_look_at_a_run_may_not_stop_it(
    caller: Caller, user: User
) -> None:
    def shared(level: Level) -> Run:
        workflow = WorkflowFactory.create()
        group = Group.objects.create(name=level)
        user.groups.add(group)
        Share.objects.create(workflow=workflow, group=group, level=level)
        return queued(UserFactory.create(), workflow=workflow)

    seen = await sync_to_async(shared)(Level.VIEW)
    refused = await caller.post(cancel_of(seen))
    assert await code_of(refused) == (403, "permission_denied")
    assert (await Run.objects.aget()).cancel_requested_at is None
    theirs = await sync_to_async(shared)(Level.RUN)
    assert (await caller.post(cancel_of(theirs))).status == 204


@pytest.mark.parametrize(
    ("method", "what", "allowed"),
    [
        ("POST", "events", "GET, HEAD, OPTIONS"),
        ("GET", "cancel", "POST, OPTIONS"),
        ("PUT", "cancel", "POST, OPTIONS"),
    ],
)
async def test_another_method_is_refused_and_the_right_one_named(
    caller: Caller, user: User, method: str, what: str, allowed: str
) -> None:
    run = await aqueued(user)
    refused = await caller.call(method, f"/api/runs/{run.pk}/{what}", b"")
    assert await code_of(refused) == (405, "method_not_allowed")
    assert refused.headers["allow"] == allowed


def test_a_session_stops_runs_from_our_own_pages_only(user: User) -> None:
    run = queued(user)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    def post(site: str) -> Any:
        headers = {"Sec-Fetch-Site": site}
        return browser.post(
            cancel_of(run), content_type="application/json", headers=headers
        )

    assert post("cross-site").status_code == 403
    assert Run.objects.get().cancel_requested_at is None
    assert post("same-origin").status_code == 204


async def test_racing_cancels_and_the_end_agree_on_one_outcome(
    caller: Caller, user: User
) -> None:
    run = await astarted(user, chain())
    asked = (caller.post(cancel_of(run)) for _ in range(4))
    answers = await asyncio.gather(*asked)
    assert {answer.status for answer in answers} == {204}
    stored = await aended(run.pk)
    told = await sync_to_async(statuses)(run.pk)
    assert told[-1] == stored.status
    assert sum(status in ("completed", "cancelled") for status in told) == 1
