"""A node's policy: how often it is tried, how long, and what its failure means."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayflow import (
    ABSENT,
    Cancellation,
    Cancelled,
    Completed,
    Context,
    Node,
    NodeType,
    Runtime,
    WayflowError,
    replay,
)
from wayflow.errors import MissingInput, PolicyInvalid
from wayflow.policy import Policy
from wayflow.testing import InMemoryJournal, make_graph, node_document

QUICK = {"retries": 2, "backoff": 0.001}


def told(journal: InMemoryJournal, name: str) -> list[dict[str, Any]]:
    return [event["data"] for event, _ in journal.told if event["event"] == name]


def graph_of(policy: Any, **more: Any) -> Any:
    """A node of type ``work`` with this policy, and an Output after it."""
    return make_graph(
        node_document("a", "work", {"policy": policy, **more}, outputs=["x"]),
        node_document("out", "output", {"fields": [{"name": "x"}]}, inputs=["x"]),
        wires=["a.x -> out.x"],
    )


class Flaky:
    """A handler that fails ``times`` times before it answers 7."""

    def __init__(self, times: int, error: Exception | None = None) -> None:
        self.left = times
        self.error = error or ValueError("not yet")
        self.keys: list[str] = []

    async def __call__(self, node: Node, inputs: dict[str, Any], ctx: Context) -> int:
        self.keys.append(ctx.idempotency_key)
        inputs.clear()
        self.left -= 1
        if self.left >= 0:
            raise self.error
        return 7


# --- the policy itself ---


@given(
    attempt=st.integers(1, 30),
    chance=st.floats(0, 1),
    backoff=st.floats(0.001, 10),
    longest=st.floats(0.001, 100),
)
def test_a_pause_doubles_up_to_the_longest_and_is_never_less_than_half(
    attempt: int, chance: float, backoff: float, longest: float
) -> None:
    policy = Policy(retries=30, backoff=backoff, longest_backoff=longest)
    pause = policy.pause_after(attempt, chance)
    full = min(backoff * 2 ** (attempt - 1), longest)
    assert pause is not None
    assert full / 2 <= pause <= full


def test_after_the_last_retry_there_is_no_pause() -> None:
    assert Policy(retries=2).pause_after(3, 0.5) is None


def test_a_node_changes_only_what_it_names() -> None:
    default = Policy(timeout=5, retries=1)
    assert default.changed({"retries": 4}) == Policy(timeout=5, retries=4)
    assert default.changed(default.describe()) == default


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("often", "policy must be an object"),
        ({"retires": 1}, "policy.retires is unknown"),
        ({"retries": -1}, "policy.retries must be a whole number from 0 to 20"),
        ({"retries": 1.5}, "policy.retries must be a whole number from 0 to 20"),
        ({"retries": True}, "policy.retries must be a number"),
        ({"timeout": 0}, "policy.timeout must be above 0"),
        ({"backoff": 1e9}, "policy.backoff must be above 0 and at most 86400 seconds"),
        ({"continueOnError": 1}, "policy.continueOnError must be true or false"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(given: Any, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=said):
        Policy().changed(given)


# --- retries ---


async def test_a_node_that_fails_is_tried_again_with_the_same_inputs_and_key() -> None:
    work, journal = Flaky(2), InMemoryJournal()
    runtime = Runtime(handlers={"work": work})
    outcome = await runtime.run(graph_of(QUICK), run_id="r", journal=journal)
    assert outcome == Completed({"x": 7})
    assert work.keys == ["r:a"] * 3
    attempts = told(journal, "node_attempt")
    assert [(a["nodeId"], a["attempt"]) for a in attempts] == [("a", 1), ("a", 2)]
    assert attempts[0]["error"]["message"] == "not yet"
    assert all(a["failedAt"] <= a["retryAt"] for a in attempts)
    running = [d for d in told(journal, "node_status") if d["nodeId"] == "a"]
    assert [d["status"] for d in running] == ["running"] * 3 + ["complete"]


async def test_after_the_last_retry_the_node_fails_with_the_last_error() -> None:
    runtime = Runtime(handlers={"work": Flaky(9)})
    with pytest.raises(WayflowError, match="Node a failed: not yet"):
        await runtime.run(graph_of(QUICK))


async def test_a_failure_that_would_only_repeat_itself_is_not_tried_again() -> None:
    work = Flaky(9, MissingInput("x"))
    with pytest.raises(WayflowError, match="has no value"):
        await Runtime(handlers={"work": work}).run(graph_of(QUICK))
    assert len(work.keys) == 1


async def test_an_attempt_that_takes_too_long_is_stopped_and_followed_by_another() -> (
    None
):
    stopped: list[str] = []

    async def slow_once(node: Node, inputs: dict[str, Any], ctx: Context) -> str:
        if stopped:
            return "at last"
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(ctx.node_id)
        return "never"

    journal = InMemoryJournal()
    graph = graph_of({**QUICK, "timeout": 0.01})
    outcome = await Runtime(handlers={"work": slow_once}).run(graph, journal=journal)
    assert outcome == Completed({"x": "at last"})
    (attempt,) = told(journal, "node_attempt")
    assert attempt["error"]["code"] == "WF_RUNTIME_NODE_TIMEOUT"


async def test_an_error_made_of_being_stopped_does_not_end_the_next_attempt() -> None:
    calls: list[int] = []

    async def sulk(node: Node, inputs: dict[str, Any], ctx: Context) -> int:
        calls.append(1)
        if len(calls) == 1:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise ValueError("sulking") from None
        await asyncio.sleep(0)
        return len(calls)

    graph = graph_of({**QUICK, "timeout": 0.01})
    assert await Runtime(handlers={"work": sulk}).run(graph) == Completed({"x": 2})


async def test_a_run_is_cancelled_while_a_node_waits_for_its_next_attempt() -> None:
    cancellation, work = Cancellation(), Flaky(1)

    class Watching(InMemoryJournal):
        def append(self, event: Any, private: Any = None) -> None:
            super().append(event, private)
            if event["event"] == "node_attempt":
                cancellation.cancel()

    journal = Watching()
    graph = graph_of({"retries": 1, "backoff": 3600})
    with pytest.raises(Cancelled):
        async with asyncio.timeout(60):
            await Runtime(handlers={"work": work}).run(
                graph, journal=journal, cancellation=cancellation
            )
    assert told(journal, "node_status")[-1]["status"] == "cancelled"
    assert told(journal, "run_status")[-1]["status"] == "cancelled"
    assert len(work.keys) == 1


async def test_attempts_made_before_a_crash_count() -> None:
    first = InMemoryJournal()
    runtime = Runtime(handlers={"work": Flaky(9)})
    graph = graph_of(QUICK)
    with pytest.raises(WayflowError):
        await runtime.run(graph, run_id="r", journal=first)
    second = next(
        i
        for i, (event, _) in enumerate(first.told)
        if event["event"] == "node_attempt" and event["data"]["attempt"] == 2
    )
    checkpoint = replay(graph, "r", {}, first.told[: second + 1])
    again = Flaky(9)
    with pytest.raises(WayflowError):
        await Runtime(handlers={"work": again}).resume(
            graph, checkpoint=checkpoint, decision=None
        )
    assert len(again.keys) == 1


async def test_a_handler_may_not_pretend_to_be_tried_again() -> None:
    async def lie(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        ctx.emit({"event": "node_attempt", "data": {"nodeId": "a", "attempt": 9}})

    with pytest.raises(WayflowError, match="may not emit"):
        await Runtime(handlers={"work": lie}).run(graph_of(None))


# --- continue on error ---


@pytest.mark.parametrize("inline", [True, False])
async def test_a_run_goes_on_after_a_failure_that_may_happen(inline: bool) -> None:
    def fail(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        raise ValueError("broken")

    kind = NodeType(type="work", handler=fail, inline=inline, effects=not inline)
    seen: list[dict[str, Any]] = []

    async def see(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        seen.append(dict(inputs))
        return "went on"

    graph = make_graph(
        node_document(
            "a", "work", {"policy": {"continueOnError": True}}, outputs=["x"]
        ),
        node_document("b", "see", inputs=["x"], outputs=["y"]),
        node_document("out", "output", {"fields": [{"name": "y"}]}, inputs=["y"]),
        wires=["a.x -> b.x", "b.y -> out.y"],
    )
    journal = InMemoryJournal()
    runtime = Runtime(handlers={"work": kind, "see": see})
    outcome = await runtime.run(graph, run_id="r", journal=journal)
    assert outcome == Completed({"y": "went on"})
    assert seen == [{}]
    statuses = {d["nodeId"]: d["status"] for d in told(journal, "node_status")}
    assert statuses == {"a": "error", "b": "complete", "out": "complete"}
    fate = replay(graph, "r", {}, journal.told).nodes[next(iter(graph.nodes))]
    assert (fate.continued, dict(fate.outputs)) == (True, {"x": ABSENT})


async def test_a_failure_that_may_happen_is_still_one_after_a_crash() -> None:
    graph = graph_of({"continueOnError": True})
    journal = InMemoryJournal()
    runtime = Runtime(handlers={"work": Flaky(9)})
    await runtime.run(graph, run_id="r", journal=journal)
    settled = next(
        i
        for i, (event, _) in enumerate(journal.told)
        if event["data"].get("status") == "error"
    )
    checkpoint = replay(graph, "r", {}, journal.told[: settled + 1])
    stored = type(checkpoint).from_json(checkpoint.to_json())
    outcome = await runtime.resume(graph, checkpoint=stored, decision=None)
    assert isinstance(outcome, Completed)


async def test_a_node_with_a_senseless_policy_fails() -> None:
    with pytest.raises(WayflowError) as caught:
        await Runtime(handlers={"work": Flaky(0)}).run(graph_of({"retries": "two"}))
    assert caught.value.code == "WF_RUNTIME_POLICY_INVALID"


async def test_a_node_type_sets_the_policy_of_its_nodes() -> None:
    work = Flaky(1)
    kind = NodeType(type="work", handler=work, policy=Policy(retries=1, backoff=0.001))
    outcome = await Runtime(handlers={"work": kind}).run(graph_of(None))
    assert outcome == Completed({"x": 7})


async def test_nothing_after_a_node_left_behind_starts_before_its_failure_is_durable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wayflow.work.GRACE", 0.01)
    release, seen = asyncio.Event(), asyncio.Event()

    async def cling(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    async def see(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        seen.set()

    policy = {"policy": {"timeout": 0.01, "continueOnError": True}}
    graph = make_graph(
        node_document("a", "cling", policy, outputs=["x"]),
        node_document("b", "see", inputs=["x"]),
        wires=["a.x -> b.x"],
    )
    journal = InMemoryJournal()
    journal.hold()
    runtime = Runtime(handlers={"cling": cling, "see": see})
    run = asyncio.create_task(runtime.run(graph, journal=journal))
    async with asyncio.timeout(60):
        await journal.awaited.wait()
        assert told(journal, "node_status")[-1]["status"] == "error"
        assert not seen.is_set()
        journal.release()
        assert await run == Completed({})
    assert seen.is_set()
    release.set()
    await asyncio.sleep(0)
