"""A client that can only post comes back to a run, and sees it as if it had stayed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
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

from .calling import Caller, Exchange, code_of
from .frames import Frame, ids
from .scenes import Document, chain, ended, queued, review_graph, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

aended, astarted = sync_to_async(ended), sync_to_async(started)
aqueued, adecide = sync_to_async(queued), sync_to_async(services.decide)

Back = Callable[..., Coroutine[Any, Any, Exchange]]


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


@pytest.fixture
def back(caller: Caller) -> Back:
    """The caller comes back to a run, as the stock client would."""

    async def back(run: Run, body: Any = None) -> Exchange:
        return await caller.post(f"/api/runs/{run.pk}/attach", body)

    return back


def reviewed_then_gated() -> Document:
    """Input, a review, and a gate after the approval."""
    document = review_graph()
    gated = chain("gate")
    document["nodes"]["gate"] = gated["nodes"]["gate"]
    edge = next(e for e in gated["edges"].values() if e["targetNodeId"] == "gate")
    edge = {**edge, "sourceNodeId": "review", "sourcePortId": "approved"}
    document["edges"]["to-gate"] = {**edge, "id": "to-gate"}
    return document


def told(frames: list[Frame]) -> list[str]:
    """What the ``run_status`` events say."""
    return [f.data["status"] for f in frames if f.event == "run_status"]


async def paused(user: User, document: Document | None = None) -> Run:
    """A run that waits for a review."""
    run = await astarted(user, document or review_graph(), {"v": "draft"})
    return await aended(run.pk)


async def approved(run: Run, user: User) -> Run:
    await adecide(run_id=run.pk, decision=Decision("approved"), by=user)
    return await aended(run.pk)


# --- what is painted ---


async def test_an_ended_run_is_painted_from_its_first_event(
    back: Back, user: User
) -> None:
    run = await astarted(user, chain())
    run = await aended(run.pk)
    answer = await back(run)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-run-id"] == str(run.pk)
    frames = await answer.frames()
    assert ids(frames) == list(range(1, run.last_seq + 1))
    assert frames[0].data == {"status": "running", "runId": str(run.pk)}
    assert frames[-1].data == {"status": "completed", "result": {"v": "hello"}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\x00",
        b"[]",
        b"null",
        b"x" * 100_000,
        {"graph": chain(), "inputs": {"v": 1}},
        {"after": 3, "chunks": "no"},
    ],
)
async def test_the_body_does_not_matter(back: Back, user: User, body: Any) -> None:
    run = await astarted(user, chain())
    run = await aended(run.pk)
    frames = await (await back(run, body)).frames()
    assert ids(frames) == list(range(1, run.last_seq + 1))
    assert await Run.objects.acount() == 1


async def test_a_finished_run_shows_no_question_that_was_answered(
    back: Back, user: User
) -> None:
    run = await approved(await paused(user), user)
    frames = await (await back(run)).frames()
    assert told(frames) == ["running", "completed"]
    assert frames[-1].data["result"] == {"sent": "draft"}
    # Everything else is there, in its order.
    left_out = set(range(1, run.last_seq + 1)) - {*ids(frames)}
    assert len(left_out) == 2
    assert ids(frames) == sorted(ids(frames))
    assert {"node_status", "edge_status"} < {frame.event for frame in frames}


async def test_at_an_open_question_the_stream_ends_with_it(
    back: Back, user: User
) -> None:
    run = await paused(user)
    frames = await (await back(run)).frames()
    assert told(frames) == ["running", "paused"]
    assert frames[-1].data["suspension"] == {
        "runId": str(run.pk),
        "nodeId": "review",
        "instructions": "Look at it.",
        "data": "draft",
    }
    assert ids(frames) == list(range(1, run.last_seq + 1))


async def test_of_two_questions_only_the_open_one_is_asked(
    back: Back, user: User
) -> None:
    document = review_graph()
    second = {**document["nodes"]["review"], "id": "second"}
    document["nodes"]["second"] = second
    for edge in document["edges"].values():
        if edge["sourceNodeId"] == "review":
            edge["sourceNodeId"] = "second"
    document["edges"]["between"] = {
        "id": "between",
        "sourceNodeId": "review",
        "sourcePortId": "approved",
        "targetNodeId": "second",
        "targetPortId": "input",
    }
    run = await approved(await paused(user, document), user)
    assert run.status == RunStatus.PAUSED
    frames = await (await back(run)).frames()
    assert told(frames) == ["running", "paused"]
    assert frames[-1].data["suspension"]["nodeId"] == "second"


async def test_a_run_that_was_dropped_at_its_question_shows_none(
    back: Back, user: User
) -> None:
    run = await paused(user)
    await sync_to_async(services.request_cancel)(run_id=run.pk, by=user)
    assert told(await (await back(run)).frames()) == ["running", "cancelled"]


async def test_a_run_that_failed_ends_with_its_error(back: Back, user: User) -> None:
    run = await astarted(user, chain("raises"))
    run = await aended(run.pk)
    frames = await (await back(run)).frames()
    assert told(frames) == ["running", "error"]
    assert frames[-1].data["error"]["code"] == "WF_RUNTIME_HANDLER_THREW"


# --- what is followed ---


async def test_it_goes_on_live_to_the_end(back: Back, user: User, stage: Stage) -> None:
    run = await paused(user, reviewed_then_gated())
    await adecide(run_id=run.pk, decision=Decision("approved"), by=user)
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    watcher = await back(run)
    frames = await watcher.frames_until("run_status")
    stage.gate("gate").open()
    frames += await watcher.frames()
    assert told(frames) == ["running", "completed"]
    assert frames[-1].event == "run_status"


async def test_a_question_that_comes_meanwhile_ends_it(
    back: Back, user: User, stage: Stage
) -> None:
    document = review_graph()
    document["nodes"]["gate"] = chain("gate")["nodes"]["gate"]
    for edge in document["edges"].values():
        if edge["targetNodeId"] == "review":
            edge["targetNodeId"], edge["targetPortId"] = "gate", "v"
    document["edges"]["on"] = {
        "id": "on",
        "sourceNodeId": "gate",
        "sourcePortId": "v",
        "targetNodeId": "review",
        "targetPortId": "input",
    }
    run = await astarted(user, document, {"v": "draft"})
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    watcher = await back(run)
    frames = await watcher.frames_until("run_status")
    stage.gate("gate").open()
    frames += await watcher.frames()
    assert told(frames) == ["running", "paused"]
    assert frames[-1].data["suspension"]["data"] == "draft"


async def test_a_run_that_waits_for_a_host_after_an_answer_asks_nothing(
    back: Back, user: User, host: EngineHost
) -> None:
    run = await paused(user)
    await sync_to_async(host.stop)()
    await adecide(run_id=run.pk, decision=Decision("approved"), by=user)
    watcher = await back(run)
    await sync_to_async(services.request_cancel)(run_id=run.pk, by=user)
    assert told(await watcher.frames()) == ["running", "cancelled"]


async def test_a_text_is_painted_as_far_as_it_is(
    back: Back, user: User, stage: Stage
) -> None:
    run = await astarted(user, chain("gate", "talks"))
    early = await back(run)
    stage.gate("gate").open()
    frames = await early.frames_until("node_chunk")
    late = await back(run)
    seen = await late.frames_until("node_chunk")
    assert seen[-1].data == {"nodeId": "talks", "delta": "one ", "content": "one "}
    for word in ("one", "two", "three"):
        stage.gate(f"talks {word}").open()
    for rest, watcher in ((frames, early), (seen, late)):
        rest += await watcher.frames()
        words = [f.data["delta"] for f in rest if f.event == "node_chunk"]
        assert "".join(words) == "one two three"
        assert rest[-1].data["result"] == {"v": "one two three"}


@pytest.mark.parametrize("policy", OnDisconnect)
async def test_going_away_cancels_nothing(
    back: Back, user: User, stage: Stage, policy: OnDisconnect
) -> None:
    run = await astarted(user, chain("gate"), on_disconnect=policy)
    watcher = await back(run)
    await watcher.frames_until("node_status")
    await watcher.leave()
    stage.gate("gate").open()
    stored = await aended(run.pk)
    assert stored.status == RunStatus.COMPLETED
    assert stored.cancel_requested_at is None


# --- who may ---


async def test_nobody_comes_back(user: User) -> None:
    run = await aqueued(user)
    refused = await Caller().post(f"/api/runs/{run.pk}/attach")
    assert await code_of(refused) == (401, "not_authenticated")


async def test_what_one_may_not_see_is_not_there(
    caller: Caller, stranger: Caller, user: User
) -> None:
    run = await aqueued(user)
    for asking, id in ((stranger, run.pk), (caller, uuid4()), (caller, "no")):
        refused = await asking.post(f"/api/runs/{id}/attach")
        assert await code_of(refused) == (404, "WF_RUN_NOT_FOUND")


async def test_who_may_look_at_a_run_may_come_back_to_it(
    back: Back, user: User
) -> None:
    def shared() -> Run:
        workflow = WorkflowFactory.create()
        group = Group.objects.create(name="viewers")
        user.groups.add(group)
        Share.objects.create(workflow=workflow, group=group, level=Level.VIEW)
        owner = UserFactory.create()
        run = queued(owner, workflow=workflow)
        services.request_cancel(run_id=run.pk, by=owner)
        return run

    run = await sync_to_async(shared)()
    assert told(await (await back(run)).frames()) == ["cancelled"]


async def test_it_is_for_those_who_post(caller: Caller, user: User) -> None:
    run = await aqueued(user)
    refused = await caller.get(f"/api/runs/{run.pk}/attach")
    assert await code_of(refused) == (405, "method_not_allowed")


def test_a_session_attaches_from_our_own_pages_only(user: User) -> None:
    run = queued(user)
    services.request_cancel(run_id=run.pk, by=user)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    for site, status in (("cross-site", 403), ("same-origin", 200)):
        headers = {"Sec-Fetch-Site": site}
        answer = browser.post(f"/api/runs/{run.pk}/attach", headers=headers)
        assert answer.status_code == status
