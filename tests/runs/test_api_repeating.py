"""Runs repeated, and reviews decided, over REST."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from runs.host import EngineHost
from runs.models import Review, Run
from wayflow.status import RunStatus

from .calling import Caller, code_of
from .scenes import chain, ended, field, review_graph, started
from .stage import PATIENCE, Stage

pytestmark = pytest.mark.django_db(transaction=True)

aended = sync_to_async(ended)
astarted = sync_to_async(started)


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


async def run_of(user: User, document: Any, inputs: Any = None) -> Run:
    return await aended((await astarted(user, document, inputs)).pk)


async def test_a_rerun_is_a_run_of_its_own_that_tells_its_origin(
    caller: Caller, user: User
) -> None:
    origin = await run_of(user, chain(), {"v": "one"})
    answer = await caller.post(f"/api/runs/{origin.pk}/rerun", {"inputs": {"v": "two"}})
    assert answer.status == 202
    said = await answer.json()
    assert answer.headers["location"] == f"/api/runs/{said['runId']}"
    repeat = await aended(UUID(said["runId"]))
    assert repeat.result == {"v": "two"}
    shown = await (await caller.get(f"/api/runs/{repeat.pk}")).json()
    assert shown["origin"] == str(origin.pk)


async def test_a_retry_takes_over_what_completed(
    caller: Caller, user: User, stage: Stage
) -> None:
    origin = await run_of(user, chain("raises", fields=[field("v", default="x")]))
    assert origin.status == RunStatus.ERROR
    answer = await caller.post(f"/api/runs/{origin.pk}/retry")
    repeat = await aended(UUID((await answer.json())["runId"]))
    assert repeat.status == RunStatus.ERROR
    shown = await (await caller.get(f"/api/runs/{repeat.pk}")).json()
    attempts = {node["nodeId"]: node["attempts"] for node in shown["nodeRuns"]}
    assert attempts == {"in": 0, "raises": 1, "out": 0}


async def test_a_run_that_took_one_of_two_ways_has_nothing_to_retry(
    caller: Caller, user: User
) -> None:
    origin = await run_of(user, review_graph(), {"v": 1})
    review = await Review.objects.aget()
    path = f"/api/runs/{origin.pk}/reviews/{review.pk}/decide"
    await caller.post(path, {"branch": "approved"})
    assert (await aended(origin.pk)).status == RunStatus.COMPLETED
    answer = await caller.post(f"/api/runs/{origin.pk}/retry")
    assert await code_of(answer) == (409, "WF_RUN_NOTHING_TO_RETRY")


@pytest.mark.parametrize(
    ("action", "body", "expected"),
    [
        ("retry", {}, (409, "WF_RUN_NOTHING_TO_RETRY")),
        ("retry", {"nodeId": "no"}, (404, "WF_NODE_NOT_FOUND")),
        ("retry", {"nodeId": 7}, (400, "WF_FIELD_REFUSED")),
        ("retry", {"version": 1}, (400, "WF_FIELD_REFUSED")),
        ("retry", {"inputs": {}}, (400, "WF_FIELD_REFUSED")),
        ("rerun", {"inputs": []}, (400, "WF_INPUTS_NOT_AN_OBJECT")),
        ("rerun", {"nodeId": "in"}, (400, "WF_FIELD_REFUSED")),
    ],
)
async def test_a_repeat_that_makes_no_sense_is_refused(
    caller: Caller,
    user: User,
    action: str,
    body: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    origin = await run_of(user, chain())
    answer = await caller.post(f"/api/runs/{origin.pk}/{action}", body)
    assert await code_of(answer) == expected


async def test_a_stranger_finds_nothing_to_repeat_or_decide(
    caller: Caller, stranger: Caller, user: User
) -> None:
    run = await run_of(user, review_graph(), {"v": 1})
    review = await Review.objects.aget()
    for path in ("retry", "rerun", f"reviews/{review.pk}/decide"):
        body = {"branch": "approved"} if "decide" in path else {}
        refused = await stranger.post(f"/api/runs/{run.pk}/{path}", body)
        assert await code_of(refused) == (404, "WF_RUN_NOT_FOUND")
    refused = await stranger.get(f"/api/runs/{run.pk}/reviews")
    assert await code_of(refused) == (404, "WF_RUN_NOT_FOUND")


async def test_a_review_is_decided_once(caller: Caller, user: User) -> None:
    run = await run_of(user, review_graph(), {"v": "draft"})
    (asked,) = await (await caller.get(f"/api/runs/{run.pk}/reviews")).json()
    assert (asked["nodeId"], asked["data"], asked["decidedAt"]) == (
        "review",
        "draft",
        None,
    )
    path = f"/api/runs/{run.pk}/reviews/{asked['id']}/decide"
    decided = await caller.post(path, {"branch": "approved", "data": "better"})
    said = await decided.json()
    assert (decided.status, said["decidedBy"]) == (200, user.username)
    assert said["decision"] == {"branch": "approved", "data": "better"}
    late = await caller.post(path, {"branch": "rejected"})
    assert await code_of(late) == (409, "WF_REVIEW_ALREADY_DECIDED")
    assert (await aended(run.pk)).result == {"sent": "better"}


@pytest.mark.parametrize(
    ("review_id", "body", "expected"),
    [
        (None, {"branch": "sideways"}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        (None, {}, (400, "WF_FIELD_REFUSED")),
        (None, {"branch": "approved", "why": 1}, (400, "WF_FIELD_REFUSED")),
        (999_999, {"branch": "approved"}, (404, "WF_REVIEW_NOT_FOUND")),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused(
    caller: Caller,
    user: User,
    review_id: int | None,
    body: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    run = await run_of(user, review_graph(), {"v": 1})
    chosen = review_id or (await Review.objects.aget()).pk
    answer = await caller.post(f"/api/runs/{run.pk}/reviews/{chosen}/decide", body)
    assert await code_of(answer) == expected


async def test_a_cancelled_run_has_a_receipt(
    caller: Caller, user: User, stage: Stage
) -> None:
    run = await astarted(user, chain("gate"))
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    assert (await (await caller.get(f"/api/runs/{run.pk}")).json())["cancel"] is None
    await caller.post(f"/api/runs/{run.pk}/cancel")
    await aended(run.pk)
    receipt: dict[str, Any] = {"observedAt": None}
    async with asyncio.timeout(PATIENCE):
        # It is noted beside the run's last events, and not in one go with them.
        while receipt["observedAt"] is None:
            shown = await (await caller.get(f"/api/runs/{run.pk}")).json()
            receipt = shown["cancel"]
    assert receipt["requestedBy"] == user.username
    assert receipt["interrupted"] == ["gate"]
    assert receipt["requestedAt"] <= receipt["observedAt"]
