"""Every stream of a run is told in the way that its client asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from runs.host import EngineHost
from runs.models import Run
from tests.factories import WorkflowFactory
from wayflow.testing import graph_document, node_document
from workflows.models import Workflow

from .calling import Caller, Exchange, code_of
from .frames import Frame
from .scenes import Document, chain, ended, field, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

aended, astarted = sync_to_async(ended), sync_to_async(started)
WORDS = ("one ", "two ", "three")
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


def review_then_talk() -> Document:
    """Input, a review, a gate, a node that talks, Output."""
    return graph_document(
        node_document("in", "input", {"fields": [field("v")]}, outputs=["v"]),
        node_document(
            "review",
            "humanInTheLoop",
            {"instructions": "Look at it."},
            inputs=["input"],
            outputs=["approved", "rejected"],
        ),
        node_document("gate", "gate", inputs=["v"], outputs=["v"]),
        node_document("talks", "talks", inputs=["v"], outputs=["v"]),
        node_document("out", "output", {"fields": [field("v")]}, inputs=["v"]),
        wires=[
            "in.v -> review.input",
            "review.approved -> gate.v",
            "gate.v -> talks.v",
            "talks.v -> out.v",
        ],
    )


async def by_run(caller: Caller, user: User, query: str) -> Exchange:
    return await caller.post(f"/api/run{query}", {"graph": chain("gate", "talks")})


async def by_workflow(caller: Caller, user: User, query: str) -> Exchange:
    def saved() -> Workflow:
        made: Workflow = WorkflowFactory.create(
            owner=user, graph=chain("gate", "talks")
        )
        return made

    workflow = await sync_to_async(saved)()
    path = f"/api/workflows/{workflow.pk}/runs{query}"
    return await caller.post(path, {}, **EVENTS)


async def by_events(caller: Caller, user: User, query: str) -> Exchange:
    run = await astarted(user, chain("gate", "talks"))
    return await caller.get(f"/api/runs/{run.pk}/events{query}")


async def by_attach(caller: Caller, user: User, query: str) -> Exchange:
    run = await astarted(user, chain("gate", "talks"))
    return await caller.post(f"/api/runs/{run.pk}/attach{query}")


async def by_resume(caller: Caller, user: User, query: str) -> Exchange:
    run = await astarted(user, review_then_talk(), {"v": 1})
    await aended(run.pk)
    answer = {"runId": str(run.pk), "decision": {"branch": "approved"}}
    return await caller.post(f"/api/resume{query}", answer)


Way = Callable[[Caller, User, str], Awaitable[Exchange]]
every_way = pytest.mark.parametrize(
    "way", [by_run, by_workflow, by_events, by_attach, by_resume]
)


async def heard(stage: Stage, stream: Exchange) -> list[Frame]:
    """A stream to its end, the node talking on whenever it was heard."""
    frames: list[Frame] = []
    stage.gate("gate").open()
    for word in WORDS:
        frames += await stream.frames_until("node_chunk")
        stage.gate(f"talks {word.strip()}").open()
    return frames + await stream.frames()


def chunks_in(frames: list[Frame]) -> list[Any]:
    return [frame.data for frame in frames if frame.event == "node_chunk"]


@every_way
@pytest.mark.parametrize("query", ["", "?chunks=content"])
async def test_each_chunk_carries_the_whole_text_so_far(
    caller: Caller, user: User, stage: Stage, way: Way, query: str
) -> None:
    frames = await heard(stage, await way(caller, user, query))
    assert [chunk["content"] for chunk in chunks_in(frames)] == [
        "one ",
        "one two ",
        "one two three",
    ]
    assert frames[-1].data["result"] == {"v": "one two three"}


@every_way
async def test_deltas_alone_are_told_to_those_who_ask(
    caller: Caller, user: User, stage: Stage, way: Way
) -> None:
    frames = await heard(stage, await way(caller, user, "?chunks=delta"))
    assert chunks_in(frames) == [{"nodeId": "talks", "delta": word} for word in WORDS]
    assert all(frame.id is None for frame in frames if frame.event == "node_chunk")


@every_way
@pytest.mark.parametrize("given", ["", "deltas", "DELTA", "1", "x" * 500])
async def test_any_other_way_is_refused_before_anything_happens(
    caller: Caller, user: User, way: Way, given: str
) -> None:
    refused = await way(caller, user, f"?chunks={given}")
    said = await refused.json()
    assert (refused.status, said["errors"][0]["code"]) == (400, "WF_CHUNKS_INVALID")
    assert len(said["errors"][0]["detail"]) < 100
    if way in (by_run, by_workflow):
        assert not await Run.objects.aexists()
    if way is by_resume:
        assert len(await (await caller.get("/api/pending")).json()) == 1


async def test_a_bad_way_is_told_before_a_run_that_is_not_there(
    caller: Caller,
) -> None:
    refused = await caller.get("/api/runs/no/events?chunks=x")
    assert await code_of(refused) == (400, "WF_CHUNKS_INVALID")


@every_way
async def test_silence_is_filled_on_every_stream(
    caller: Caller, user: User, stage: Stage, settings: Settings, way: Way
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "KEEP_ALIVE_SECONDS": 0.02}
    stream = await way(caller, user, "")
    stage.gate("gate").open()
    await stream.frames_until("node_chunk")
    for _ in range(3):
        assert await stream.part() == b": keep-alive\n\n"
    for word in WORDS:
        stage.gate(f"talks {word.strip()}").open()
    assert (await stream.frames())[-1].data["status"] == "completed"


async def test_only_a_stream_that_a_browser_reopens_says_when_to_come_back(
    caller: Caller, user: User, stage: Stage
) -> None:
    for gate in ("gate", "talks one", "talks two", "talks three"):
        stage.gate(gate).open()
    for way in (by_events, by_attach, by_run):
        body = await (await way(caller, user, "")).body()
        assert body.count(b"retry: ") == (1 if way is by_events else 0)
