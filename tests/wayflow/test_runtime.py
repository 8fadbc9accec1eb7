"""Runs, streams and resumes of the engine, where recorded cases say nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from wayflow import (
    ABSENT,
    Cancellation,
    Cancelled,
    Checkpoint,
    Completed,
    Context,
    Decision,
    Node,
    NodeType,
    Paused,
    Runtime,
    Stopped,
    Usage,
    WayflowError,
    replay,
)
from wayflow import work as work_module
from wayflow.testing import InMemoryJournal, make_graph, node_document


class Tape(InMemoryJournal):
    """A journal that tells what it has heard of nodes and of the run."""

    def statuses(self, node_id: str) -> list[str]:
        data = [event["data"] for event, _ in self.told]
        return [d["status"] for d in data if d.get("nodeId") == node_id]

    @property
    def verdicts(self) -> list[str]:
        names = [e["data"]["status"] for e, _ in self.told if "run" in e["event"]]
        return names[1:]


def single(node_type: str, **data: Any) -> Any:
    return make_graph(node_document("a", node_type, data, outputs=["x"]))


def chain(*types: str) -> Any:
    nodes = [
        node_document(f"n{i}", t, inputs=["x"], outputs=["x"])
        for i, t in enumerate(types)
    ]
    wires = [f"n{i}.x -> n{i + 1}.x" for i in range(len(types) - 1)]
    return make_graph(*nodes, wires=wires)


async def one(node: Node, inputs: dict[str, Any], ctx: Context) -> int:
    return 1


async def test_independent_nodes_run_at_once() -> None:
    together = asyncio.Barrier(3)

    async def meet(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        await together.wait()

    graph = make_graph(*(node_document(i, "meet") for i in "abc"))
    async with asyncio.timeout(60):
        assert await Runtime(handlers={"meet": meet}).run(graph) == Completed({})


async def test_no_more_nodes_work_at_once_than_allowed() -> None:
    working = most = 0

    async def count(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1

    graph = make_graph(*(node_document(f"n{i}", "count") for i in range(9)))
    await Runtime(handlers={"count": count}, max_concurrency=2).run(graph)
    assert most == 2


async def test_leaving_a_stream_early_stops_the_handler() -> None:
    stopped = asyncio.Event()

    async def hang(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with Runtime(handlers={"hang": hang}).stream(single("hang")) as events:
        async for event in events:
            if event["event"] == "node_status":
                break
    assert stopped.is_set()


async def test_a_cancelled_run_says_so_and_settles_its_nodes() -> None:
    cancellation, tape = Cancellation(), Tape()

    async def hang(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        asyncio.get_running_loop().call_soon(cancellation.cancel)
        await asyncio.Event().wait()

    with pytest.raises(Cancelled):
        await Runtime(handlers={"hang": hang}).run(
            single("hang"), journal=tape, cancellation=cancellation
        )
    assert tape.statuses("a") == ["running", "cancelled"]
    assert tape.verdicts == ["cancelled"]


async def test_a_run_whose_task_is_cancelled_is_left_without_a_verdict() -> None:
    tape, begun = Tape(), asyncio.Event()

    async def hang(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        begun.set()
        await asyncio.Event().wait()

    runtime = Runtime(handlers={"hang": hang}, node_timeout=60)
    task = asyncio.create_task(runtime.run(single("hang"), journal=tape))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tape.statuses("a") == ["running"]
    assert tape.verdicts == []


async def test_a_handler_that_hangs_fails_its_node_with_a_code() -> None:
    async def hang(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        await asyncio.Event().wait()

    with pytest.raises(WayflowError) as raised:
        await Runtime(handlers={"hang": hang}, node_timeout=0.01).run(single("hang"))
    assert raised.value.code == "WF_RUNTIME_NODE_TIMEOUT"


async def test_a_handler_that_will_not_stop_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(work_module, "GRACE", 0.01)
    release = asyncio.Event()

    async def stubborn(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    runtime = Runtime(handlers={"stubborn": stubborn}, node_timeout=0.01)
    async with asyncio.timeout(60):
        with pytest.raises(WayflowError, match="did not finish"):
            await runtime.run(single("stubborn"))
    assert "does not stop" in caplog.text
    release.set()
    await asyncio.sleep(0)


async def test_a_thread_that_hangs_holds_up_neither_run_nor_loop() -> None:
    release = threading.Event()

    def hang(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        release.wait()

    runtime = Runtime(handlers={"hang": hang}, node_timeout=0.05)
    with pytest.raises(WayflowError, match="did not finish"):
        await runtime.run(single("hang"))
    release.set()


async def test_a_run_that_takes_too_long_ends_in_an_error() -> None:
    async def hang(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        await asyncio.Event().wait()

    with pytest.raises(WayflowError) as raised:
        await Runtime(handlers={"hang": hang}, run_timeout=0.01).run(single("hang"))
    assert raised.value.code == "WF_RUNTIME_RUN_TIMEOUT"


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", {"a": [print]}])
async def test_what_json_cannot_hold_fails_the_node(value: object) -> None:
    async def give(node: Node, inputs: dict[str, Any], ctx: Context) -> object:
        return value

    with pytest.raises(WayflowError) as raised:
        await Runtime(handlers={"give": give}).run(single("give"))
    assert raised.value.code == "WF_RUNTIME_OUTPUT_NOT_SERIALIZABLE"


async def test_a_stream_without_end_fails_its_node_and_lets_others_run() -> None:
    async def flood(
        node: Node, inputs: dict[str, Any], ctx: Context
    ) -> AsyncIterator[str]:
        while True:
            yield "x" * 1000

    runtime = Runtime(handlers={"flood": flood, "one": one})
    flooded = asyncio.create_task(runtime.run(single("flood")))
    assert await runtime.run(single("one")) == Completed({})
    with pytest.raises(WayflowError) as raised:
        await flooded
    assert raised.value.code == "WF_RUNTIME_OUTPUT_TOO_LARGE"


async def test_a_flood_of_events_fails_its_node() -> None:
    async def flood(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        while True:
            ctx.emit({"event": "weather", "data": {}})

    with pytest.raises(WayflowError) as raised:
        await Runtime(handlers={"flood": flood}).run(single("flood"))
    assert raised.value.code == "WF_RUNTIME_TOO_MANY_EVENTS"


async def test_a_handler_cannot_speak_for_the_engine() -> None:
    async def lie(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        ctx.emit({"event": "run_status", "data": {"status": "completed"}})

    with pytest.raises(WayflowError, match="may not emit"):
        await Runtime(handlers={"lie": lie}).run(single("lie"))


async def test_what_a_models_answer_took_is_told_of_its_node() -> None:
    async def count(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        ctx.report_usage(Usage(input_tokens=7, output_tokens=2), "m")

    async with Runtime(handlers={"count": count}).stream(single("count")) as events:
        told = [e["data"] async for e in events if e["event"] == "model_usage"]
    assert told == [{"nodeId": "a", "model": "m", "inputTokens": 7, "outputTokens": 2}]


async def test_a_plain_handler_speaks_from_its_thread() -> None:
    def say(node: Node, inputs: dict[str, Any], ctx: Context) -> int:
        ctx.emit({"event": "weather", "data": {"sky": "grey"}})
        return 1

    async with Runtime(handlers={"say": say}).stream(single("say")) as events:
        names = [event["event"] async for event in events]
    assert names == [
        "run_status",
        "node_status",
        "weather",
        "node_status",
        "run_status",
    ]


async def test_nothing_after_an_effect_starts_before_it_is_durable() -> None:
    tape = Tape()
    tape.hold()
    run = asyncio.create_task(
        Runtime(handlers={"one": one}).run(chain("one", "one"), journal=tape)
    )
    await tape.awaited.wait()
    assert tape.statuses("n0") == ["running", "complete"]
    assert tape.statuses("n1") == []
    tape.release()
    await run
    assert tape.statuses("n1") == ["running", "complete"]


async def test_a_pure_node_waits_for_no_commit() -> None:
    pure = NodeType(type="pure", handler=one, effects=False)
    tape = Tape()
    tape.hold()
    run = asyncio.create_task(
        Runtime(handlers={"pure": pure}).run(chain("pure", "pure"), journal=tape)
    )
    await tape.awaited.wait()
    assert tape.verdicts == ["completed"]
    tape.release()
    await run


async def test_a_journal_that_fails_stops_the_run() -> None:
    lost = Tape()
    lost.fail(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        await Runtime(handlers={"one": one}, node_timeout=60).run(
            chain("one", "one"), journal=lost
        )


GATES = make_graph(
    node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
    node_document("g1", "humanInTheLoop", inputs=["input"], outputs=["approved"]),
    node_document("g2", "humanInTheLoop", inputs=["input"], outputs=["approved"]),
    node_document("end", "output", inputs=["a", "b"]),
    wires=[
        "in.v -> g1.input",
        "in.v -> g2.input",
        "g1.approved -> end.a",
        "g2.approved -> end.b",
    ],
)


async def test_two_waiting_reviews_are_answered_in_graph_order() -> None:
    runtime = Runtime()
    first = await runtime.run(GATES, {"v": 1})
    assert isinstance(first, Paused)
    assert first.suspension.node_id == "g1"
    second = await runtime.resume(
        GATES, checkpoint=first.checkpoint, decision=Decision("approved", data=2)
    )
    assert isinstance(second, Paused)
    assert second.suspension.node_id == "g2"
    stored = Checkpoint.from_json(second.checkpoint.to_json())
    assert await runtime.resume(
        GATES, checkpoint=stored, decision=Decision("approved")
    ) == Completed({"a": 2, "b": 1})


async def test_records_of_a_run_add_up_to_its_checkpoint() -> None:
    tape = Tape()
    paused = await Runtime().run(GATES, {"v": 1}, run_id="r", journal=tape)
    assert isinstance(paused, Paused)
    replayed = replay(GATES, "r", {"v": 1}, tape.told)
    assert replayed.to_json() == paused.checkpoint.to_json()


async def test_a_run_goes_on_from_its_records_without_repeating_what_finished() -> None:
    calls: list[str] = []

    async def note(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        calls.append(node.id)
        return ABSENT

    runtime, graph, tape = (
        Runtime(handlers={"note": note}),
        chain("note", "note"),
        Tape(),
    )
    await runtime.run(graph, run_id="r", journal=tape)
    complete = next(
        n for n, (e, _) in enumerate(tape.told) if e["data"].get("nodeId") == "n1"
    )
    checkpoint = replay(graph, "r", {}, tape.told[:complete])
    assert await runtime.resume(
        graph, checkpoint=checkpoint, decision=None
    ) == Completed({})
    assert calls == ["n0", "n1", "n1"]


async def test_idempotency_keys_name_run_node_and_item() -> None:
    keys: list[str] = []

    async def note(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        keys.append(ctx.idempotency_key)

    graph = make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        node_document("each", "note", {"runPerItem": True}, inputs=["v"]),
        node_document("once", "note"),
        wires=["in.v -> each.v"],
    )
    runtime = Runtime(handlers={"note": note})
    await runtime.run(graph, {"v": [7, 8]}, run_id="r")
    assert sorted(keys) == ["r:each:0", "r:each:1", "r:once"]


async def test_a_stream_tells_how_the_run_ended() -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    runtime = Runtime(handlers={"one": one})
    async with runtime.stream(single("one"), cancellation=cancellation) as events:
        async for _ in events:
            pass
    assert events.outcome == Stopped({})


async def test_a_reader_that_stalls_holds_up_a_streaming_node() -> None:
    yielded = 0

    async def pour(
        node: Node, inputs: dict[str, Any], ctx: Context
    ) -> AsyncIterator[str]:
        nonlocal yielded
        while yielded < 5_000:
            yielded += 1
            yield "x"

    async with Runtime(handlers={"pour": pour}).stream(single("pour")) as events:
        await anext(events)
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert yielded < 200


async def test_the_nodes_of_a_wide_graph_run_all_at_once() -> None:
    everybody = asyncio.Barrier(16)

    async def meet(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        await everybody.wait()

    graph = make_graph(*(node_document(f"n{i}", "meet") for i in range(16)))
    async with asyncio.timeout(60):
        await Runtime(handlers={"meet": meet}).run(graph)


async def test_a_runtime_needs_room_for_one_node() -> None:
    with pytest.raises(ValueError, match="max_concurrency"):
        Runtime(max_concurrency=0)


@pytest.mark.parametrize("inline", [True, False])
async def test_a_handler_cannot_end_the_process(inline: bool) -> None:
    def leave(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        raise SystemExit(3)

    kind = NodeType(type="leave", handler=leave, inline=inline, effects=not inline)
    with pytest.raises(WayflowError, match="SystemExit"):
        await Runtime(handlers={"leave": kind}).run(single("leave"))


async def test_a_handler_that_runs_per_item_cannot_end_the_process() -> None:
    async def leave(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        raise SystemExit(4)

    with pytest.raises(WayflowError, match="SystemExit: 4"):
        await Runtime(handlers={"leave": leave}).run(single("leave", runPerItem=True))


async def test_a_decision_for_a_branch_that_does_not_exist_is_refused() -> None:
    node = node_document("ask", "humanInTheLoop", outputs=["approved", "rejected"])
    graph = make_graph(node)
    paused = await Runtime().run(graph)
    assert isinstance(paused, Paused)
    journal = InMemoryJournal()
    with pytest.raises(WayflowError) as caught:
        await Runtime().resume(
            graph,
            checkpoint=paused.checkpoint,
            decision=Decision("sideways"),
            journal=journal,
        )
    assert caught.value.code == "WF_RUNTIME_UNKNOWN_BRANCH"
    assert journal.told == []


async def test_cancelling_a_run_stops_the_runs_inside_it() -> None:
    arrived, stopped = asyncio.Event(), asyncio.Event()
    inner = single("waits")

    async def nests(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        return await ctx.run_graph(inner)

    async def waits(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        arrived.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    cancellation = Cancellation()
    runtime = Runtime(handlers={"nests": nests, "waits": waits})
    run = asyncio.create_task(runtime.run(single("nests"), cancellation=cancellation))
    async with asyncio.timeout(60):
        await arrived.wait()
        cancellation.cancel()
        with pytest.raises(Cancelled):
            await run
    assert stopped.is_set()
