"""What a node gives is bounded, and no graph makes much out of little."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.wayflow.json_values import JSON, nested
from wayflow import (
    Completed,
    Context,
    Decision,
    Node,
    Output,
    Paused,
    Runtime,
    Tool,
    WayflowError,
    suspend,
)
from wayflow.bounds import Bounds
from wayflow.contracts import ContentDelta, Models
from wayflow.errors import OutputTooDeep, OutputTooLarge
from wayflow.models.prompts import fill
from wayflow.testing import ScriptedProvider, make_graph, node_document
from wayflow.values import ABSENT, MAX_DEPTH, WIDEST, TooDeep, TooLarge, plain

TOO_LARGE, TOO_DEEP = "WF_RUNTIME_OUTPUT_TOO_LARGE", "WF_RUNTIME_OUTPUT_TOO_DEEP"
LIMIT = 100_000
SPARE = 10_000_000
"""Bytes that may be in use at any time to refuse more than the limit."""


def bytes_of(value: object) -> int:
    """Nearly as many as ``json_bytes`` has, which spells some doubles longer."""
    try:
        return len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return len(text.encode())


@given(JSON)
@example([2**64] * 100)
@example([2**64, "é" * 100])
def test_the_bound_is_that_of_the_json(value: object) -> None:
    made = plain(value)
    size = bytes_of(made)
    assert repr(plain(value, max_bytes=size)) == repr(made)
    if isinstance(made, str | list | dict) and size > WIDEST:
        with pytest.raises(TooLarge):
            plain(value, max_bytes=size - 1)


@given(st.integers(1, MAX_DEPTH))
def test_a_value_may_nest_as_deep_as_is_allowed(depth: int) -> None:
    plain(nested(depth), max_nesting=depth)
    with pytest.raises(TooDeep, match=f"{depth} levels"):
        plain(nested(depth + 1), max_nesting=depth)


def test_nothing_may_nest_deeper_than_can_be_kept() -> None:
    with pytest.raises(TooDeep, match=f"{MAX_DEPTH} levels"):
        plain(nested(100_000), max_nesting=100_000)


def doubled(times: int) -> list[Any]:
    """A small list that holds itself so often that its JSON would fill any disk."""
    value: list[Any] = ["x"]
    for _ in range(times):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        doubled(100),
        ["x" * LIMIT] * 50_000,
        ["é" * LIMIT] * 50_000,
        [{"k" * LIMIT: 1}] * 50_000,
        {str(n): ["x" * LIMIT] * 1_000 for n in range(1_000)},
        [0] * LIMIT,
    ],
    ids=["doubled", "texts", "wide texts", "names", "members", "numbers"],
)
def test_what_is_large_by_repetition_is_refused_without_being_spelled(
    value: object,
) -> None:
    tracemalloc.start()
    with pytest.raises(TooLarge):
        plain(value, max_bytes=LIMIT)
    assert tracemalloc.get_traced_memory()[1] < SPARE
    tracemalloc.stop()


def test_a_join_is_refused_before_it_is_made() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "x" * 100

    bounds = Bounds(max_bytes=1_000)
    assert bounds.joined("--", ["a", "b"]) == "a--b"
    assert bounds.joined("--", []) == ""
    with pytest.raises(OutputTooLarge, match="1000 bytes"):
        bounds.joined("", endless())


def given_by(value: object) -> Runtime:
    """A runtime whose node type ``give`` gives a value."""

    async def give(node: Node, inputs: dict[str, Any], ctx: Context) -> object:
        return value

    return bounded(give=give)


def bounded(**handlers: Any) -> Runtime:
    """A runtime that lets nodes give 1,000 bytes and ten levels."""
    return Runtime(handlers=handlers, max_output_bytes=1_000, max_nesting=10)


def alone(**data: Any) -> Any:
    return make_graph(node_document("a", "give", data, outputs=["x"]))


async def code_of(runtime: Runtime, graph: Any, **inputs: Any) -> str:
    with pytest.raises(WayflowError) as raised:
        await runtime.run(graph, inputs)
    assert raised.value.hint
    return raised.value.code


@pytest.mark.parametrize("value", ["x" * 998, [0] * 499, {"k": "x" * 992}, nested(10)])
async def test_what_fits_is_given_on(value: object) -> None:
    assert await given_by(value).run(alone()) == Completed({})


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * 999, TOO_LARGE),
        ("é" * 500, TOO_LARGE),
        ([0] * 500, TOO_LARGE),
        ({"k": "x" * 993}, TOO_LARGE),
        (nested(11), TOO_DEEP),
        (suspend("Well?", "x" * 1_000), TOO_LARGE),
        (suspend("?" * 1_000), TOO_LARGE),
        (suspend("Well?", nested(10)), TOO_DEEP),
    ],
)
async def test_a_node_that_gives_too_much_fails(value: object, code: str) -> None:
    assert await code_of(given_by(value), alone()) == code


async def test_without_a_bound_everything_that_can_be_kept_is_given_on() -> None:
    async def give(node: Node, inputs: dict[str, Any], ctx: Context) -> object:
        return [nested(MAX_DEPTH - 1), "x" * LIMIT]

    assert await Runtime(handlers={"give": give}).run(alone()) == Completed({})


async def test_a_node_that_gives_too_much_holds_up_no_other() -> None:
    graph = make_graph(
        node_document("a", "give", outputs=["x"]),
        node_document("b", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        node_document("c", "output", {"fields": [{"name": "v"}]}, inputs=["v"]),
        wires=["b.v -> c.v"],
    )
    runtime = given_by("x" * 1_000)
    async with runtime.stream(graph, {"v": "hello"}) as events:
        said = [event["data"] async for event in events]
    complete = [d["nodeId"] for d in said if d["status"] == "complete"]
    assert complete == ["b", "c"]
    assert said[-1]["error"]["message"].startswith("Node a failed: The node gave more")


@pytest.mark.parametrize("per_item", [True, False])
async def test_a_list_of_answers_is_bounded_as_a_whole(per_item: bool) -> None:
    async def give(node: Node, inputs: dict[str, Any], ctx: Context) -> object:
        return "x" * 300

    graph = make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        node_document(
            "a", "give", {"runPerItem": per_item}, inputs=["v"], outputs=["x"]
        ),
        wires=["in.v -> a.v"],
    )
    runtime, inputs = bounded(give=give), {"v": [1, 2, 3, 4]}
    if per_item:
        assert await code_of(runtime, graph, **inputs) == TOO_LARGE
    else:
        assert await runtime.run(graph, inputs) == Completed({})


async def test_what_is_streamed_as_an_output_is_bounded() -> None:
    async def give(
        node: Node, inputs: dict[str, Any], ctx: Context
    ) -> AsyncIterator[str | Output]:
        yield Output([0] * 500)

    assert await code_of(bounded(give=give), alone()) == TOO_LARGE


async def test_events_and_reported_inputs_are_bounded() -> None:
    async def emit(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        ctx.emit({"event": "progress", "data": {"v": "x" * 1_000}})

    async def report(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
        ctx.report_inputs({"v": nested(11)})

    assert await code_of(bounded(give=emit), alone()) == TOO_LARGE
    assert await code_of(bounded(give=report), alone()) == TOO_DEEP


async def test_a_tool_that_gives_too_much_fails_its_call() -> None:
    async def much(args: Any, scope: Any) -> str:
        return "x" * 1_000

    async def use(node: Node, inputs: dict[str, Any], ctx: Context) -> str:
        with pytest.raises(OutputTooLarge):
            await ctx.tools["much"]({})
        with pytest.raises(OutputTooDeep):
            await ctx.tools["much"]({"v": nested(11)})
        return "well"

    tool = Tool(description="", parameters={}, run=much)
    runtime = Runtime(
        handlers={"give": use},
        tools={"much": tool},
        max_output_bytes=1_000,
        max_nesting=10,
    )
    assert await runtime.run(alone(tools=["much"])) == Completed({})


async def test_what_a_graph_within_a_graph_is_given_is_bounded() -> None:
    async def call(node: Node, inputs: dict[str, Any], ctx: Context) -> object:
        return await ctx.run_graph(alone(), {"v": ["x" * 1_000]})

    assert await code_of(bounded(give=call), alone()) == TOO_LARGE


@pytest.mark.parametrize("structured", [False, True])
async def test_a_model_that_does_not_stop_talking_is_stopped(structured: bool) -> None:
    class Talker:
        structured_output_with_tools = accepts_image_urls = True

        async def stream(self, request: object) -> AsyncIterator[ContentDelta]:
            while True:
                yield ContentDelta("x" * 100)

    fields = [{"name": "n", "dataType": "number"}] if structured else []
    data = {"model": "m", "prompt": "Talk", "outputSchema": fields}
    graph = make_graph(node_document("a", "llm", data, outputs=["x"]))
    models = Models(llm={"m": Talker()})
    runtime = Runtime(models=models, max_output_bytes=1_000)
    assert await code_of(runtime, graph) == TOO_LARGE


@pytest.mark.parametrize("system", [False, True])
@pytest.mark.parametrize("data_type", ["string", "image"])
async def test_a_prompt_is_not_filled_beyond_the_bound(
    system: bool, data_type: str
) -> None:
    prompt = "{pic}" + "{v}" * 100
    data = {
        "model": "m",
        "prompt": "Hi" if system else prompt,
        "systemPrompt": prompt if system else "",
        "variableDefaults": [
            {"name": "v", "dataType": "string", "default": "x" * 100},
            {"name": "pic", "dataType": data_type, "default": "data:image/png;,"},
        ],
    }
    graph = make_graph(node_document("a", "llm", data, outputs=["x"]))
    models = Models(llm={"m": ScriptedProvider(["never asked"])})
    runtime = Runtime(models=models, max_output_bytes=1_000)
    assert await code_of(runtime, graph) == TOO_LARGE


# --- much out of little ---


def merges(mode: str, depth: int, width: int = 2) -> Any:
    """Merge after merge, each of which is given the one before ``width`` times."""
    ports = [f"p{n}" for n in range(width)]
    names = [f"m{n}" for n in range(depth)]
    start = node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["o"])
    data = {"mode": mode, "fields": [{"name": port} for port in ports]}
    nodes = [
        node_document(n, "merge", data, inputs=ports, outputs=["o"]) for n in names
    ]
    pairs = zip(["in", *names], names, strict=False)
    wires = [f"{a}.o -> {b}.{port}" for a, b in pairs for port in ports]
    return make_graph(start, *nodes, wires=wires)


@pytest.mark.parametrize("mode", ["combine", "concatenate", "zip"])
@pytest.mark.parametrize(("depth", "width"), [(90, 2), (3, 500)])
async def test_merges_cannot_make_much_out_of_little(
    mode: str, depth: int, width: int
) -> None:
    runtime = Runtime(max_output_bytes=LIMIT)
    inputs = {"v": ["x" * 200] * 20}
    tracemalloc.start()
    code = await code_of(runtime, merges(mode, depth, width), **inputs)
    assert (code, tracemalloc.get_traced_memory()[1] < SPARE) == (TOO_LARGE, True)
    tracemalloc.stop()


async def test_prompts_cannot_make_much_out_of_little() -> None:
    def echo(node: Node, inputs: dict[str, Any], ctx: Context) -> str:
        return fill(node.data["prompt"], inputs, ctx.bounds)

    names = [f"e{n}" for n in range(60)]
    graph = make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        *(
            node_document(n, "echo", {"prompt": "{v}{v}"}, inputs=["v"], outputs=["v"])
            for n in names
        ),
        wires=[f"{a}.v -> {b}.v" for a, b in zip(["in", *names], names, strict=False)],
    )
    runtime = Runtime(handlers={"echo": echo}, max_output_bytes=LIMIT)
    assert await code_of(runtime, graph, v="word") == TOO_LARGE


async def test_a_long_separator_cannot_make_much_out_of_little() -> None:
    operation = {"op": "join", "separator": "x" * LIMIT}
    graph = make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        node_document(
            "j", "arrayOps", {"operation": operation}, inputs=["list"], outputs=["v"]
        ),
        wires=["in.v -> j.list"],
    )
    runtime = Runtime(max_output_bytes=LIMIT)
    assert await code_of(runtime, graph, v=[0] * 10_000) == TOO_LARGE


def outputs(count: int) -> Any:
    """The same value collected into so many fields of the result."""
    return make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        *(
            node_document(
                f"o{n}", "output", {"fields": [{"name": f"f{n}"}]}, inputs=[f"f{n}"]
            )
            for n in range(count)
        ),
        wires=[f"in.v -> o{n}.f{n}" for n in range(count)],
    )


async def test_a_result_is_bounded_as_a_whole() -> None:
    runtime = Runtime(max_output_bytes=1_000)
    done = await runtime.run(outputs(3), {"v": "x" * 300})
    assert done == Completed({f"f{n}": "x" * 300 for n in range(3)})
    assert await code_of(runtime, outputs(4), v="x" * 300) == TOO_LARGE


async def test_a_result_is_bounded_across_a_pause() -> None:
    graph = make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        node_document("a", "output", {"fields": []}, inputs=["before"]),
        node_document(
            "ask", "humanInTheLoop", inputs=["input"], outputs=["approved", "rejected"]
        ),
        node_document("b", "output", {"fields": []}, inputs=["after"]),
        wires=["in.v -> a.before", "in.v -> ask.input", "ask.approved -> b.after"],
    )
    runtime = Runtime(max_output_bytes=1_000)
    paused = await runtime.run(graph, {"v": "x" * 600})
    assert isinstance(paused, Paused)
    decision, checkpoint = Decision("approved"), paused.checkpoint
    with pytest.raises(WayflowError) as raised:
        await runtime.resume(graph, checkpoint=checkpoint, decision=decision)
    assert raised.value.code == TOO_LARGE


def test_nothing_is_a_value_like_any_other() -> None:
    bounds = Bounds(max_bytes=1, max_nesting=1)
    assert bounds.clean(ABSENT) is ABSENT
    assert bounds.clean(123_456) == 123_456
