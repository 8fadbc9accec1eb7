"""What the stock editor posts at run time, and what it gets."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client

from runs.host import EngineHost
from runs.models import Run
from tests.factories import UserFactory, WorkflowFactory
from wayflow.serializer import deserialize, serialize
from wayflow.status import RunStatus
from workflows.models import Workflow

from .calling import Caller, Exchange, code_of
from .frames import Frame, ids
from .scenes import chain, ended, queued, review_graph, statuses
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

aended = sync_to_async(ended)
astatuses = sync_to_async(statuses)
APPROVED = {"branch": "approved"}


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


@pytest.fixture
def workflow(user: User) -> Workflow:
    made: Workflow = WorkflowFactory.create(owner=user, graph=chain())
    return made


def last(frames: list[Frame]) -> Any:
    return frames[-1].data


async def paused_run(caller: Caller, value: Any = "draft") -> str:
    """The id of a run of the caller's that waits for a review."""
    run = await caller.post(
        "/api/run", {"graph": review_graph(), "inputs": {"v": value}}
    )
    frames = await run.frames()
    assert last(frames)["status"] == "paused"
    return run.headers["x-run-id"]


async def test_a_posted_graph_is_streamed_from_its_first_event_to_its_outcome(
    caller: Caller,
) -> None:
    run = await caller.post("/api/run", {"graph": chain(), "inputs": {"v": "hi"}})
    assert run.status == 200
    assert run.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert run.headers["cache-control"] == "no-cache, no-transform"
    assert run.headers["x-accel-buffering"] == "no"
    frames = await run.frames()
    assert frames[0].data == {"status": "running", "runId": run.headers["x-run-id"]}
    assert last(frames) == {"status": "completed", "result": {"v": "hi"}}
    assert ids(frames) == list(range(1, len(frames) + 1))


@pytest.mark.parametrize(
    "form",
    [
        lambda: chain(),
        lambda: serialize(deserialize(chain())),
        lambda: {"version": 1, "graph": chain()},
        lambda: {"version": 1, "graph": serialize(deserialize(chain()))},
    ],
)
async def test_a_graph_may_come_in_any_form(caller: Caller, form: Any) -> None:
    run = await caller.post("/api/run", {"graph": form()})
    assert last(await run.frames())["result"] == {"v": "hello"}


async def test_a_saved_workflow_runs_by_its_id(
    caller: Caller, workflow: Workflow
) -> None:
    body = {"workflowId": str(workflow.pk), "version": 1, "inputs": {"v": 1}}
    run = await caller.post("/api/run", body)
    assert last(await run.frames())["result"] == {"v": 1}


async def test_a_posted_graph_can_be_tied_to_its_workflow(
    caller: Caller, workflow: Workflow
) -> None:
    run = await caller.post(f"/api/run?workflowId={workflow.pk}", {"graph": chain()})
    await run.frames()
    stored = await Run.objects.aget()
    assert stored.workflow_id == workflow.pk


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "WF_BODY_NOT_JSON")),
        (b"[]", (400, "WF_BODY_NOT_AN_OBJECT")),
        (b"x" * 6_000_000, (413, "WF_BODY_TOO_LARGE")),
        ({}, (400, "WF_FIELD_REFUSED")),
        ({"graph": None}, (400, "WF_GRAPH_INVALID")),
        ({"graph": {"nodes": {}}}, (400, "WF_GRAPH_INVALID")),
        ({"workflowId": str(uuid4())}, (404, "WF_WORKFLOW_NOT_FOUND")),
        ({"workflowId": 3}, (404, "WF_WORKFLOW_NOT_FOUND")),
        ({"graph": chain(), "inputs": []}, (400, "WF_INPUTS_NOT_AN_OBJECT")),
        ({"graph": chain(), "workflowId": "x"}, (404, "WF_WORKFLOW_NOT_FOUND")),
    ],
)
async def test_a_request_that_is_wrong_is_refused_before_the_stream(
    caller: Caller, body: Any, expected: tuple[int, str]
) -> None:
    assert await code_of(await caller.post("/api/run", body)) == expected
    assert not await Run.objects.aexists()


async def test_nobody_runs_anything_without_saying_who_they_are() -> None:
    nobody = Caller()
    for path in ("run", "resume", "cancel"):
        refused = await nobody.post(f"/api/{path}", {"graph": chain()})
        assert refused.status == 401
    assert (await nobody.get("/api/pending")).status == 401


async def test_a_stranger_may_not_run_a_graph_of_their_own(stranger: Caller) -> None:
    refused = await stranger.post("/api/run", {"graph": chain()})
    assert await code_of(refused) == (403, "permission_denied")


# --- going away ---


async def test_a_client_that_goes_away_cancels_its_run(
    caller: Caller, stage: Stage
) -> None:
    run = await caller.post("/api/run", {"graph": chain("gate")})
    await run.frames_until("node_status")
    await run.leave()
    stored = await aended(UUID(run.headers["x-run-id"]))
    assert stored.status == RunStatus.CANCELLED
    assert stage.executed == []


async def test_a_detached_run_goes_on_alone(caller: Caller, stage: Stage) -> None:
    run = await caller.post("/api/run?detach=1", {"graph": chain("gate")})
    await run.frames_until("node_status")
    await run.leave()
    stage.gate("gate").open()
    stored = await aended(UUID(run.headers["x-run-id"]))
    assert stored.status == RunStatus.COMPLETED


async def test_a_server_that_closes_cancels_nothing_and_says_so(
    caller: Caller, stage: Stage
) -> None:
    run = await caller.post("/api/run", {"graph": chain("gate")})
    await run.frames_until("node_status")
    run.scope["wayflow.server_is_closing"] = True
    await run.leave()
    end = (await run.frames())[-1]
    assert (end.id, end.event, end.data["status"]) == (None, "run_status", "error")
    assert end.data["error"]["code"] == "WF_SERVER_CLOSING"
    assert end.data["error"]["hint"]
    stage.gate("gate").open()
    stored = await aended(UUID(run.headers["x-run-id"]))
    assert stored.status == RunStatus.COMPLETED


async def test_leaving_the_stream_of_a_resumed_editor_run_cancels_it(
    caller: Caller, stage: Stage
) -> None:
    document = review_graph()
    gate = chain("gate")["nodes"]["gate"]
    document["nodes"]["gate"] = gate
    document["edges"]["w9"] = {
        "id": "w9",
        "sourceNodeId": "review",
        "sourcePortId": "approved",
        "targetNodeId": "gate",
        "targetPortId": "v",
    }
    run = await caller.post("/api/run", {"graph": document, "inputs": {"v": 1}})
    await run.frames()
    run_id = run.headers["x-run-id"]
    rest = await caller.post("/api/resume", {"runId": run_id, "decision": APPROVED})
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    await rest.frames_until("run_status")
    await rest.leave()
    assert (await aended(UUID(run_id))).status == RunStatus.CANCELLED


# --- reviews ---


async def test_an_answer_streams_the_rest_of_the_run(caller: Caller) -> None:
    run_id = await paused_run(caller)
    before = (await Run.objects.aget()).last_seq
    rest = await caller.post(
        "/api/resume",
        {"runId": run_id, "nodeId": "review", "decision": {**APPROVED, "data": "ok"}},
    )
    frames = await rest.frames()
    assert rest.headers["x-run-id"] == run_id
    assert ids(frames) == list(range(before + 1, before + 1 + len(frames)))
    assert last(frames) == {"status": "completed", "result": {"sent": "ok"}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"decision": {"branch": "maybe"}}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        ({"decision": "approved"}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        ({"nodeId": "other"}, (404, "WF_REVIEW_NOT_OPEN")),
        ({"nodeId": 3}, (400, "WF_FIELD_REFUSED")),
        ({"runId": str(uuid4())}, (404, "WF_RUN_NOT_FOUND")),
        ({"runId": "no"}, (404, "WF_RUN_NOT_FOUND")),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused(
    caller: Caller, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    body = {"runId": await paused_run(caller), "decision": APPROVED, **change}
    assert await code_of(await caller.post("/api/resume", body)) == expected
    assert (await Run.objects.aget()).status == RunStatus.PAUSED


async def test_a_second_answer_finds_nothing(caller: Caller) -> None:
    body = {"runId": await paused_run(caller), "decision": APPROVED}
    await (await caller.post("/api/resume", body)).frames()
    late = await caller.post("/api/resume", body)
    assert await code_of(late) == (404, "WF_REVIEW_NOT_OPEN")


async def test_a_stranger_finds_nothing_to_answer(
    caller: Caller, stranger: Caller
) -> None:
    body = {"runId": await paused_run(caller), "decision": APPROVED}
    refused = await stranger.post("/api/resume", body)
    assert await code_of(refused) == (404, "WF_RUN_NOT_FOUND")


async def test_pending_lists_ones_own_waiting_runs(
    caller: Caller, stranger: Caller
) -> None:
    run_id = await paused_run(caller, {"text": "draft"})
    (waiting,) = await (await caller.get("/api/pending")).json()
    assert waiting == {
        "runId": run_id,
        "nodeId": "review",
        "instructions": "Look at it.",
        "data": {"text": "draft"},
        "snapshot": {"nodes": [{"nodeId": "in", "outputData": {"text": "draft"}}]},
    }
    assert await (await stranger.get("/api/pending")).json() == []


async def test_pending_leaves_out_answered_and_dropped_runs(caller: Caller) -> None:
    answered, dropped = await paused_run(caller), await paused_run(caller)
    body = {"runId": answered, "decision": APPROVED}
    await (await caller.post("/api/resume", body)).frames()
    await caller.post("/api/cancel", {"runId": dropped})
    assert await (await caller.get("/api/pending")).json() == []


async def test_pending_can_be_narrowed_to_a_workflow(
    caller: Caller, user: User
) -> None:
    workflow = await sync_to_async(WorkflowFactory.create)(
        owner=user, graph=review_graph()
    )
    body = {"workflowId": str(workflow.pk), "inputs": {"v": "draft"}}
    await (await caller.post("/api/run", body)).frames()
    mine = await caller.get(f"/api/pending?workflowId={workflow.pk}")
    assert len(await mine.json()) == 1
    for other in (uuid4(), "no"):
        none = await caller.get(f"/api/pending?workflowId={other}")
        assert await none.json() == []


async def test_pending_asks_no_more_of_the_database_for_more_runs(
    caller: Caller, django_assert_max_num_queries: Any, user: User
) -> None:
    for _ in range(3):
        await paused_run(caller)

    def ask() -> int:
        client = Client()
        client.force_login(user)
        with django_assert_max_num_queries(4):
            return len(client.get("/api/pending").json())

    assert await sync_to_async(ask)() == 3


# --- cancel ---


async def cancelled(caller: Caller, run_id: str) -> int:
    exchange: Exchange = await caller.post("/api/cancel", {"runId": run_id})
    return exchange.status


async def test_cancel_stops_a_running_run_and_may_be_repeated(
    caller: Caller, stage: Stage
) -> None:
    run = await caller.post("/api/run", {"graph": chain("gate")})
    await run.frames_until("node_status")
    run_id = run.headers["x-run-id"]
    assert await cancelled(caller, run_id) == 204
    assert last(await run.frames())["status"] == "cancelled"
    assert await cancelled(caller, run_id) == 204
    assert await astatuses(UUID(run_id)) == ["running", "cancelled"]


async def test_cancel_drops_a_waiting_run(caller: Caller) -> None:
    run_id = await paused_run(caller)
    assert await cancelled(caller, run_id) == 204
    assert (await Run.objects.aget()).status == RunStatus.CANCELLED


async def test_cancel_of_nothing_is_fine_and_touches_nobody_elses_run(
    caller: Caller, stranger: Caller
) -> None:
    run = await sync_to_async(lambda: queued(UserFactory.create()))()
    assert await cancelled(caller, str(run.pk)) == 204
    assert await cancelled(caller, str(uuid4())) == 204
    assert await cancelled(caller, "no") == 204
    assert (await Run.objects.aget()).status == RunStatus.QUEUED


async def test_on_the_short_way_answers_are_for_their_caller_alone(
    caller: Caller, stranger: Caller
) -> None:
    for who, path in (
        (caller, "/api/models"),
        (stranger, f"/api/runs/{uuid4()}/attach"),
    ):
        answer = await who.get(path)
        assert answer.headers["cache-control"] == "private, no-cache"
