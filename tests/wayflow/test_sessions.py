"""Runs that wait are kept, and one answer resumes one run once."""

from __future__ import annotations

import asyncio

import pytest

from wayflow import Completed, Decision, Runtime, Suspension
from wayflow.errors import PauseInTool
from wayflow.testing import ScriptedContext, Sessions, make_graph, node_document

REVIEW = make_graph(
    node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
    node_document("ask", "humanInTheLoop", inputs=["input"], outputs=["approved"]),
    node_document("end", "output", inputs=["v"]),
    wires=["in.v -> ask.input", "ask.approved -> end.v"],
)


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(Runtime())


async def asked(sessions: Sessions, value: int = 1) -> Suspension:
    question = await sessions.run(REVIEW, {"v": value})
    assert isinstance(question, Suspension)
    return question


async def test_an_answer_resumes_the_run(sessions: Sessions) -> None:
    question = await asked(sessions)
    answer = await sessions.resume(question.run_id, Decision("approved", data=2))
    assert answer == Completed({"v": 2})
    assert sessions.pending() == []


async def test_of_two_answers_at_once_one_resumes_the_run(sessions: Sessions) -> None:
    question = await asked(sessions)
    answers = await asyncio.gather(
        *(sessions.resume(question.run_id, Decision("approved")) for _ in range(2))
    )
    assert sorted(answers, key=repr) == [Completed({"v": 1}), None]


async def test_open_questions_are_listed_oldest_first(sessions: Sessions) -> None:
    questions = [await asked(sessions, value) for value in (1, 2)]
    listed = sessions.pending()
    assert [open["runId"] for open in listed] == [q.run_id for q in questions]
    assert listed[1] == sessions.get(questions[1].run_id)
    assert listed[1]["snapshot"] == {"nodes": [{"nodeId": "in", "outputData": 2}]}


async def test_a_run_let_go_waits_no_longer(sessions: Sessions) -> None:
    question = await asked(sessions)
    sessions.cancel(question.run_id)
    sessions.cancel("unknown")
    assert sessions.get(question.run_id) is None
    assert sessions.resume_stream(question.run_id, Decision("approved")) is None


async def test_a_streamed_run_waits_too(sessions: Sessions) -> None:
    async with sessions.stream(REVIEW, {"v": 1}) as events:
        last = [event async for event in events][-1]
    run_id = last["data"]["suspension"]["runId"]
    rest = sessions.resume_stream(run_id, Decision("approved"))
    assert rest is not None
    async with rest as events:
        last = [event async for event in events][-1]
    assert last["data"] == {"status": "completed", "result": {"v": 1}}


async def test_a_graph_run_by_a_handler_cannot_wait() -> None:
    with pytest.raises(PauseInTool):
        await ScriptedContext().run_graph(REVIEW, {"v": 1})
