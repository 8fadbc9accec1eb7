"""The conversation: chunks, retries, rounds of tool calls, structured answers."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.wayflow.asking import ask, call
from wayflow.contracts import Models
from wayflow.errors import Cancelled
from wayflow.graph import Node, NodeId
from wayflow.models.errors import (
    ModelNotFound,
    OutputInvalidJson,
    TemplateVarMissing,
)
from wayflow.nodes.llm import LLM
from wayflow.testing import ScriptedContext, ScriptedProvider, ScriptedTool

PROMPT = {"prompt": "x"}
TOTAL = {"prompt": "x", "outputSchema": [{"name": "total", "dataType": "number"}]}
ADD = ScriptedTool(
    "add", lambda args: args["a"] + args["b"], "adds", {"type": "object"}
)


class Naps:
    """A sleep that only takes note."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def test_the_reply_is_streamed_delta_by_delta() -> None:
    provider = ScriptedProvider(["Sun", "ny."])
    config = {"prompt": "{p} in {n}", "systemPrompt": "Be {m}."}
    asked = await ask(provider, config, {"p": "Faro", "n": 7, "m": "terse"})
    assert asked.chunks == ["Sun", "ny."]
    assert provider.requests[0].messages == (
        {"role": "system", "content": "Be terse."},
        {"role": "user", "content": "Faro in 7"},
    )
    assert provider.requests[0].tools == ()


async def test_limits_are_passed_on_when_they_are_numbers() -> None:
    provider = ScriptedProvider([], [])
    await ask(provider, {"prompt": "x", "temperature": 0, "maxTokens": 256})
    await ask(provider, {"prompt": "x", "temperature": "0", "maxTokens": None})
    first, second = provider.requests
    assert (first.temperature, first.max_tokens) == (0, 256)
    assert (second.temperature, second.max_tokens) == (None, None)


async def test_the_variables_are_reported_even_when_one_is_missing() -> None:
    provider = ScriptedProvider()
    config = {
        "prompt": "{a} {b} {c}",
        "variableDefaults": [{"name": "a", "default": "A"}],
    }
    ctx = ScriptedContext(models=Models(llm={"*": provider}))
    with pytest.raises(TemplateVarMissing, match='"c"'):
        await anext(
            LLM.handler(Node(id=NodeId("n"), type="llm", data=config), {"b": 1}, ctx)
        )
    assert ctx.reported == [{"a": "A", "b": 1}]
    assert provider.requests == []


async def test_a_model_that_nobody_serves_is_named_and_nothing_is_reported() -> None:
    with pytest.raises(ModelNotFound, match='"canoe"'):
        await ask(ScriptedProvider(), {"model": "canoe", "prompt": "{gone}"})


async def test_remote_images_are_fetched_for_a_provider_that_refuses_urls() -> None:
    async def fetch(url: str) -> str:
        return "data:image/webp;base64,AA=="

    provider = ScriptedProvider([], accepts_image_urls=False)
    config = {
        "prompt": "{p}",
        "variableDefaults": [{"name": "p", "dataType": "image"}],
    }
    asked = await ask(provider, config, {"p": "https://x/y.webp"}, fetch=fetch)
    (message,) = provider.requests[0].messages
    assert message["content"] == [
        {"type": "image_url", "url": "data:image/webp;base64,AA=="}
    ]
    assert asked.reported == [{"p": "https://x/y.webp"}]


# --- retries ---------------------------------------------------------------------


async def test_a_call_that_fails_before_any_output_is_retried_ever_later() -> None:
    provider = ScriptedProvider([OSError("busy")], [OSError("busy")], ["third"])
    naps = Naps()
    assert (await ask(provider, PROMPT, sleep=naps)).output == "third"
    assert naps.seconds == [0.5, 1.0]
    assert provider.closed == 3


async def test_after_the_last_retry_the_error_is_the_providers_own() -> None:
    provider = ScriptedProvider(*[[OSError(f"e{n}")] for n in (1, 2, 3)], ["never"])
    with pytest.raises(OSError, match="e3"):
        await ask(provider, PROMPT, sleep=Naps())
    assert len(provider.requests) == 3


async def test_nothing_is_retried_once_something_was_streamed() -> None:
    provider = ScriptedProvider(["half", OSError("dropped")], ["never"])
    with pytest.raises(OSError, match="dropped"):
        await ask(provider, PROMPT, sleep=Naps())
    assert len(provider.requests) == 1


async def test_retries_can_be_switched_off() -> None:
    provider = ScriptedProvider([OSError("once")], ["never"])
    with pytest.raises(OSError, match="once"):
        await ask(provider, PROMPT, retries=0, sleep=Naps())


async def test_a_cancellation_is_never_retried() -> None:
    provider = ScriptedProvider([Cancelled()], ["never"])
    with pytest.raises(Cancelled):
        await ask(provider, PROMPT, sleep=Naps())
    assert len(provider.requests) == 1


async def test_cancelling_the_task_ends_the_wait_for_a_retry() -> None:
    napping = asyncio.Event()

    async def sleep(seconds: float) -> None:
        napping.set()
        await asyncio.Event().wait()

    provider = ScriptedProvider([OSError("busy")], ["never"])
    task = asyncio.create_task(ask(provider, PROMPT, sleep=sleep))
    await napping.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(provider.requests) == 1


async def test_leaving_the_answer_early_closes_the_providers_stream_at_once() -> None:
    provider = ScriptedProvider(["a", "b"])
    ctx = ScriptedContext(models=Models(llm={"*": provider}))
    pieces = LLM.handler(Node(id=NodeId("n"), type="llm", data=PROMPT), {}, ctx)
    assert await anext(pieces) == "a"
    await pieces.aclose()
    assert provider.closed == 1


# --- tools -----------------------------------------------------------------------


async def test_a_tool_call_is_answered_and_the_text_of_all_turns_is_the_output() -> (
    None
):
    provider = ScriptedProvider(
        ["Let me. ", call("add", {"a": 2, "b": 3})], ["It is 5."]
    )
    asked = await ask(provider, PROMPT, tools=[ADD])
    assert asked.output == "Let me. It is 5."
    first, second = provider.requests
    spec = {"name": "add", "description": "adds", "parameters": {"type": "object"}}
    assert first.tools == second.tools == (spec,)
    assert len(first.messages) == 1
    assert second.messages[1:] == (
        {
            "role": "assistant",
            "content": "Let me. ",
            "toolCalls": [{"id": "c1", "name": "add", "args": {"a": 2, "b": 3}}],
        },
        {"role": "tool", "toolCallId": "c1", "content": "5"},
    )


async def test_calls_of_one_turn_run_at_once_and_are_answered_in_their_order() -> None:
    both = asyncio.Barrier(2)
    finished: list[str] = []

    async def slow(args: Mapping[str, Any]) -> str:
        await both.wait()
        await asyncio.sleep(0)
        finished.append("slow")
        return "slow done"

    async def quick(args: Mapping[str, Any]) -> dict[str, bool]:
        await both.wait()
        finished.append("quick")
        return {"fast": True}

    calls = [call("slow", id="c1"), call("quick", id="c2")]
    provider = ScriptedProvider(calls, ["ok"])
    tools = [ScriptedTool("slow", slow), ScriptedTool("quick", quick)]
    await ask(provider, PROMPT, tools=tools)
    assert finished == ["quick", "slow"]
    assert [m["content"] for m in provider.requests[1].messages[2:]] == [
        "slow done",
        '{"fast":true}',
    ]


@pytest.mark.parametrize(
    ("requested", "told"),
    [
        (call("bad", {"q": 1}), '{"error":"tool exploded"}'),
        (call("ghost"), '{"error":"There is no tool named \\"ghost\\"."}'),
        (
            call("bad", args_parse_error="cut"),
            '{"error":"The arguments are not valid: cut"}',
        ),
        (call("nothing"), "null"),
        (call("foreign"), '{"error":"$: object is not a JSON value"}'),
    ],
)
async def test_what_goes_wrong_with_a_tool_is_told_to_the_model(
    requested: Any, told: str
) -> None:
    def explode(args: Mapping[str, Any]) -> None:
        raise RuntimeError("tool exploded")

    tools = [
        ScriptedTool("bad", explode),
        ScriptedTool("nothing", lambda args: None),
        ScriptedTool("foreign", lambda args: object()),
    ]
    provider = ScriptedProvider([requested], ["sorry"])
    assert (await ask(provider, PROMPT, tools=tools)).output == "sorry"
    assert provider.requests[1].messages[-1]["content"] == told


async def test_a_tool_that_cancels_the_run_stops_its_siblings() -> None:
    started = asyncio.Event()
    stopped: list[str] = []

    async def waits(args: Mapping[str, Any]) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append("waits")

    async def cancels(args: Mapping[str, Any]) -> None:
        await started.wait()
        raise Cancelled

    provider = ScriptedProvider([call("waits"), call("cancels", id="c2")], ["never"])
    tools = [ScriptedTool("waits", waits), ScriptedTool("cancels", cancels)]
    with pytest.raises(Cancelled):
        await ask(provider, PROMPT, tools=tools)
    assert stopped == ["waits"]
    assert len(provider.requests) == 1


async def test_after_the_last_round_the_tools_are_withdrawn() -> None:
    asks = [call("add", {"a": 1, "b": 1})]
    provider = ScriptedProvider(asks, asks, ["forced", *asks])
    asked = await ask(provider, PROMPT, tools=[ADD], max_steps=2)
    assert asked.output == "forced"
    assert [len(r.tools) for r in provider.requests] == [1, 1, 0]


# --- structured output -----------------------------------------------------------


async def test_a_structured_answer_is_one_value_and_never_streams() -> None:
    provider = ScriptedProvider(['{"to', 'tal":3}'])
    asked = await ask(provider, TOTAL)
    assert (asked.output, asked.chunks) == (3, [])
    schema = provider.requests[0].output_schema
    assert schema is not None
    assert schema["required"] == ["total"]


async def test_a_provider_that_enforces_a_schema_with_tools_is_asked_once() -> None:
    provider = ScriptedProvider(
        ["ignored ", call("add", {"a": 1, "b": 2})],
        ['{"total":3}'],
        structured_output_with_tools=True,
    )
    assert (await ask(provider, TOTAL, tools=[ADD])).output == 3
    assert all(r.output_schema and r.tools for r in provider.requests)


async def test_any_other_provider_gathers_first_and_converts_without_tools() -> None:
    provider = ScriptedProvider(
        ["thinking ", call("add", {"a": 1, "b": 2})], ["total is 3"], ['{"total":3}']
    )
    config = TOTAL | {"temperature": 0.2, "maxTokens": 50, "systemPrompt": "sys"}
    assert (await ask(provider, config, tools=[ADD])).output == 3
    *gathering, converting = provider.requests
    assert all(r.output_schema is None and r.tools for r in gathering)
    assert converting.output_schema
    assert converting.tools == ()
    assert (converting.temperature, converting.max_tokens) == (0.2, 50)
    (question,) = converting.messages
    assert "total is 3" in question["content"]
    assert "thinking" not in question["content"]


async def test_an_answer_that_is_not_json_fails_the_node() -> None:
    with pytest.raises(OutputInvalidJson):
        await ask(ScriptedProvider(["Sure!"]), TOTAL)
