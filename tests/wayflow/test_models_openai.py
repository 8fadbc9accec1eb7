"""The OpenAI-compatible providers: what goes over the wire, and how it is read."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.wayflow.asking import ask, paint
from wayflow import Usage
from wayflow.errors import Cancelled
from wayflow.models.errors import (
    ImageGenerationFailed,
    ImageNoOutput,
    ImageUrlUnsupported,
    OutputTruncated,
    TemperatureUnsupported,
)
from wayflow.models.openai import OpenAIImageProvider, OpenAIProvider
from wayflow.testing import ScriptedTool

ADD = ScriptedTool(
    "add", lambda args: args["a"] + args["b"], "adds", {"type": "object"}
)
WITH_ADD = {"tools": ["add"]}
FIELDS = {
    "outputSchema": [
        {"name": "a", "dataType": "string"},
        {"name": "n", "dataType": "number"},
    ]
}
REMOTE = {
    "prompt": "{p}",
    "variableDefaults": [{"name": "p", "dataType": "image", "default": "https://x/y"}],
}


class FakeClient:
    """Notes each request as it would be sent, and answers from a list."""

    api_key = "sk-secret"

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.closed = 0
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))
        self.images = SimpleNamespace(generate=self.generate)

    async def create(self, *, extra_body: Any = None, **body: Any) -> Any:
        return self._stream(await self.generate(extra_body=extra_body, **body))

    async def generate(self, *, extra_body: Any = None, **body: Any) -> Any:
        self.bodies.append({**body, **(extra_body or {})})
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _stream(self, chunks: Any) -> AsyncGenerator[Any, None]:
        try:
            for chunk in chunks:
                yield chunk
        finally:
            self.closed += 1


def chunk(content: str | None = None, *, end: str | None = None, **delta: Any) -> Any:
    return {"choices": [{"delta": {"content": content, **delta}, "finish_reason": end}]}


async def test_a_plain_request_carries_the_messages_and_limits_alone() -> None:
    client = FakeClient([chunk("He"), chunk(""), chunk(), chunk("y"), {"choices": []}])
    config = {"prompt": "x", "systemPrompt": "s", "temperature": 0.3, "maxTokens": 99}
    asked = await ask(OpenAIProvider(client), config)
    assert asked.chunks == ["He", "y"]
    assert client.bodies == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "user", "content": "x"},
            ],
            "temperature": 0.3,
            "max_completion_tokens": 99,
            "stream": True,
        }
    ]
    assert client.closed == 1


@pytest.mark.parametrize(
    ("base_url", "limit"),
    [
        (None, "max_completion_tokens"),
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("https://mine.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("http://localhost:11434/v1", "max_tokens"),
        ("https://notopenai.com/v1", "max_tokens"),
        ("https://host.test/openai.com", "max_tokens"),
    ],
)
async def test_the_token_limit_is_spelled_as_the_host_wants_it(
    base_url: str | None, limit: str
) -> None:
    client = FakeClient([])
    provider = OpenAIProvider(client, base_url=base_url)
    await ask(provider, {"prompt": "x", "maxTokens": 5})
    assert client.bodies[0][limit] == 5


async def test_a_schema_is_enforced_strictly() -> None:
    client = FakeClient([chunk('{"a":"x",'), chunk('"n":1}', end="stop")])
    asked = await ask(OpenAIProvider(client), {"prompt": "x", **FIELDS})
    assert asked.output == {"a": "x", "n": 1}
    asked_for = client.bodies[0]["response_format"]
    assert asked_for["type"] == "json_schema"
    assert asked_for["json_schema"]["name"] == "output"
    assert asked_for["json_schema"]["strict"] is True
    assert asked_for["json_schema"]["schema"]["required"] == ["a", "n"]


async def test_a_backend_without_schemas_has_the_schema_explained_first() -> None:
    client = FakeClient([chunk('{"a":"x","n":1}')])
    provider = OpenAIProvider(client, structured_output="json_object")
    await ask(provider, {"prompt": "x", "systemPrompt": "mine", **FIELDS})
    (body,) = client.bodies
    assert body["response_format"] == {"type": "json_object"}
    assert '"required":["a","n"]' in body["messages"][0]["content"]
    assert [m["role"] for m in body["messages"]] == ["system", "system", "user"]
    assert not provider.structured_output_with_tools


async def test_a_structured_reply_cut_off_by_the_limit_has_its_own_error() -> None:
    client = FakeClient([chunk('{"a":"x'), chunk(end="length")])
    with pytest.raises(OutputTruncated):
        await ask(OpenAIProvider(client), {"prompt": "x", **FIELDS})
    assert client.closed == 1


async def test_a_text_may_be_cut_off() -> None:
    client = FakeClient([chunk("hal", end="length")])
    assert (await ask(OpenAIProvider(client), {"prompt": "x"})).output == "hal"


async def test_tool_calls_are_put_together_by_index_and_sent_back() -> None:
    def piece(index: int, arguments: str, **more: Any) -> Any:
        function = {"arguments": arguments, **({"name": "add"} if more else {})}
        return {"index": index, "function": function, **more}

    client = FakeClient(
        [
            chunk("hm"),
            chunk(tool_calls=[piece(0, '{"a":1', id="call_a")]),
            chunk(
                tool_calls=[
                    piece(1, '{"a":5,"b":6}', id="call_b"),
                    piece(0, ',"b":2}'),
                ],
                end="tool_calls",
            ),
        ],
        [chunk("ok")],
    )
    asked = await ask(OpenAIProvider(client), {"prompt": "x"}, tools=[ADD])
    assert asked.output == "hmok"
    first, second = client.bodies
    spec = {"name": "add", "description": "adds", "parameters": {"type": "object"}}
    assert first["tools"] == [{"type": "function", "function": spec}]
    assert second["messages"][1:] == [
        {
            "role": "assistant",
            "content": "hm",
            "tool_calls": [
                wire_call("call_a", '{"a":1,"b":2}'),
                wire_call("call_b", '{"a":5,"b":6}'),
            ],
        },
        {"role": "tool", "tool_call_id": "call_a", "content": "3"},
        {"role": "tool", "tool_call_id": "call_b", "content": "11"},
    ]


@pytest.mark.parametrize("arguments", ['{"a":', "[1]", "nonsense"])
async def test_bad_arguments_are_told_to_the_model(arguments: str) -> None:
    function = {"name": "add", "arguments": arguments}
    client = FakeClient(
        [chunk(tool_calls=[{"index": 0, "id": "c", "function": function}])], []
    )
    await ask(OpenAIProvider(client), {"prompt": "x"}, tools=[ADD])
    *_, asking, answer = client.bodies[1]["messages"]
    assert asking["tool_calls"] == [wire_call("c", "{}")]
    assert answer["content"].startswith('{"error":')


async def test_calls_without_index_or_arguments_are_calls_of_their_own() -> None:
    def whole(id: str) -> Any:
        return {"id": id, "function": {"name": "ping", "arguments": ""}}

    pings: list[Any] = []
    ping = ScriptedTool("ping", pings.append)
    client = FakeClient([chunk(tool_calls=[whole("a"), whole("b")])], [])
    await ask(OpenAIProvider(client), {"prompt": "x"}, tools=[ping])
    assert pings == [{}, {}]


async def test_images_travel_in_parts() -> None:
    client = FakeClient([])
    await ask(OpenAIProvider(client), {**REMOTE, "prompt": "see {p} end"})
    assert client.bodies[0]["messages"][0]["content"] == [
        {"type": "text", "text": "see "},
        {"type": "image_url", "image_url": {"url": "https://x/y"}},
        {"type": "text", "text": " end"},
    ]


async def test_a_backend_that_refuses_image_urls_gets_them_inlined() -> None:
    async def fetch(url: str) -> str:
        return "data:image/png;base64,AA=="

    client = FakeClient([])
    provider = OpenAIProvider(client, accepts_image_urls=False)
    await ask(provider, REMOTE, fetch=fetch)
    (part,) = client.bodies[0]["messages"][0]["content"]
    assert part["image_url"] == {"url": "data:image/png;base64,AA=="}


def told(prompt: Any, completion: Any) -> Any:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion}
    return {"choices": [], "usage": usage}


async def test_what_each_answer_took_is_reported_with_the_model() -> None:
    call = {"id": "c", "function": {"name": "add", "arguments": '{"a":1,"b":2}'}}
    client = FakeClient(
        [chunk(tool_calls=[call]), told(10, 4)],
        [chunk("3"), told(5, 1), told(20, 2)],
    )
    asked = await ask(OpenAIProvider(client), {"prompt": "x", **WITH_ADD}, tools=[ADD])
    assert asked.used == [
        ("m", Usage(input_tokens=10, output_tokens=4)),
        ("m", Usage(input_tokens=20, output_tokens=2)),
    ]


@pytest.mark.parametrize("count", [None, "7", 7.5, True, -1, {}])
async def test_a_count_that_is_none_counts_as_nothing(count: Any) -> None:
    client = FakeClient([chunk("x"), told(count, 3)])
    asked = await ask(OpenAIProvider(client), {"prompt": "x"})
    assert asked.used == [("m", Usage(input_tokens=0, output_tokens=3))]


@pytest.mark.parametrize("usage", [None, "much", []])
async def test_an_endpoint_that_does_not_count_reports_nothing(usage: Any) -> None:
    client = FakeClient([{**chunk("x"), "usage": usage}])
    assert (await ask(OpenAIProvider(client), {"prompt": "x"})).used == []


async def test_the_tokens_are_asked_for_only_where_that_is_known() -> None:
    client = FakeClient([chunk("x")], [chunk("x")])
    await ask(OpenAIProvider(client), {"prompt": "x"})
    await ask(OpenAIProvider(client, asks_for_usage=True), {"prompt": "x"})
    plain, asking = client.bodies
    assert "stream_options" not in plain
    assert asking["stream_options"] == {"include_usage": True}


async def test_extra_fields_are_sent_but_override_nothing() -> None:
    client = FakeClient([])
    provider = OpenAIProvider(
        client,
        extra_body={"reasoning_effort": "none", "model": "other"},
        accepts_temperature=False,
    )
    await ask(provider, {"prompt": "x", "temperature": 0.1})
    assert client.bodies == [
        {
            "model": "m",
            "messages": [{"role": "user", "content": "x"}],
            "stream": True,
            "reasoning_effort": "none",
        }
    ]


async def test_a_refused_temperature_and_a_refused_image_url_have_codes() -> None:
    with pytest.raises(TemperatureUnsupported):
        await ask(
            OpenAIProvider(FakeClient(ValueError("temperature: unsupported value"))),
            {"prompt": "x", "temperature": 0.1},
            retries=0,
        )
    with pytest.raises(ImageUrlUnsupported):
        await ask(
            OpenAIProvider(FakeClient(ValueError("Invalid image: URL not allowed"))),
            REMOTE,
            retries=0,
        )


async def test_any_other_error_stays_what_it_is() -> None:
    with pytest.raises(ValueError, match="temperature"):
        await ask(
            OpenAIProvider(FakeClient(ValueError("no temperature was sent"))),
            {"prompt": "x"},
            retries=0,
        )
    with pytest.raises(Cancelled):
        await ask(OpenAIProvider(FakeClient(Cancelled())), {"prompt": "x"})


# --- images ----------------------------------------------------------------------


async def test_an_image_request_carries_what_the_node_says() -> None:
    client = FakeClient({"data": [{"b64_json": "QUJD"}]})
    provider = OpenAIImageProvider(client, extra_body={"quality": "high", "n": 9})
    config = {
        "prompt": "p",
        "size": {"preset": "512x512"},
        "negativePrompt": "fog",
        "seed": 3,
    }
    assert (await paint(provider, config)).output == "data:image/png;base64,QUJD"
    assert client.bodies == [
        {
            "quality": "high",
            "model": "m",
            "prompt": "p",
            "size": "512x512",
            "negative_prompt": "fog",
            "seed": 3,
            "n": 1,
        }
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [{"url": "https://x/z.png", "b64_json": None}]},
        '{"data":[{"url":"https://x/z.png"}]}',
        SimpleNamespace(
            model_dump=lambda warnings: {"data": [{"url": "https://x/z.png"}]}
        ),
    ],
)
async def test_an_image_may_come_as_a_url_in_any_form_of_answer(answer: Any) -> None:
    provider = OpenAIImageProvider(FakeClient(answer))
    assert (await paint(provider, {"prompt": "p"})).output == "https://x/z.png"


async def test_no_image_in_the_answer_is_an_error() -> None:
    with pytest.raises(ImageNoOutput):
        await paint(OpenAIImageProvider(FakeClient({"data": []})), {"prompt": "p"})


@pytest.mark.parametrize("answer", [ValueError("size not supported"), "<html>", "[]"])
async def test_a_failing_image_backend_has_its_code(answer: Any) -> None:
    with pytest.raises(ImageGenerationFailed):
        await paint(OpenAIImageProvider(FakeClient(answer)), {"prompt": "p"})


async def test_a_key_that_the_endpoint_quotes_is_not_repeated() -> None:
    client = FakeClient(ValueError("Incorrect key: sk-secret"))
    with pytest.raises(ImageGenerationFailed, match=r"Incorrect key: \[key\]"):
        await paint(OpenAIImageProvider(client), {"prompt": "p"})


def test_importing_the_nodes_imports_neither_the_sdk_nor_an_http_client() -> None:
    script = (
        "import sys, wayflow.nodes.llm, wayflow.nodes.image_generation, "
        "wayflow.models.openai, wayflow.models.mock\n"
        "sys.exit(bool({'openai', 'httpx'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def wire_call(id: str, arguments: str) -> dict[str, Any]:
    function = {"name": "add", "arguments": arguments}
    return {"id": id, "type": "function", "function": function}
