"""The OpenAI provider against a real socket: the SDK, its errors, cancellation."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.wayflow.fake_openai import FakeOpenAI, Reply, says
from wayflow.contracts import Models
from wayflow.errors import HttpError
from wayflow.graph import Node, NodeId
from wayflow.models.errors import TemperatureUnsupported
from wayflow.models.openai import openai_models
from wayflow.nodes.image_generation import IMAGE_GENERATION
from wayflow.nodes.llm import LLM
from wayflow.testing import ScriptedContext

LONGEST = 2.0
"""Seconds after which a socket is not closed at once, even on a busy machine."""

HELD = Reply(chunks=[says("Hel"), says("lo")], held=True)


async def no_sleep(seconds: float) -> None:
    return None


def connect(server: FakeOpenAI, *, retries: int = 0, **options: Any) -> Models:
    made = openai_models(api_key="sk-secret", base_url=server.url, **options)
    return Models(llm=made.llm, image=made.image, retries=retries, sleep=no_sleep)


def stream(models: Models, **config: Any) -> Any:
    data = {"model": "m", "prompt": "hi", **config}
    node = Node(id=NodeId("n"), type="llm", data=data)
    return LLM.handler(node, {}, ScriptedContext(models=models))


async def text(models: Models, **config: Any) -> str:
    return "".join([piece async for piece in stream(models, **config)])


async def test_the_sdk_sends_the_body_and_its_chunks_are_read() -> None:
    usage = {"id": "x", "choices": [], "usage": {"total_tokens": 3}}
    end = says("", finish_reason="stop")
    replies = Reply(chunks=[says("Hel"), says("lo"), end, usage])
    async with FakeOpenAI(replies) as server:
        models = connect(server, extra_body={"top_k": 5, "model": "x"})
        assert await text(models, temperature=0.5, maxTokens=9) == "Hello"
    assert server.requests == [
        {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "stream": True,
            "temperature": 0.5,
            "max_tokens": 9,
            "top_k": 5,
        }
    ]
    assert server.paths == ["/v1/chat/completions"]
    assert server.keys == ["Bearer sk-secret"]


async def test_an_image_is_generated_through_the_sdk() -> None:
    reply = Reply(body={"created": 1, "data": [{"b64_json": "QUJD"}]})
    data = {"model": "m", "prompt": "a tug", "negativePrompt": "fog", "seed": 3}
    async with FakeOpenAI(reply) as server:
        node = Node(id=NodeId("n"), type="imageGeneration", data=data)
        ctx = ScriptedContext(models=connect(server))
        output = await IMAGE_GENERATION.handler(node, {}, ctx)
    assert output == "data:image/png;base64,QUJD"
    assert server.requests == [
        {
            "model": "m",
            "prompt": "a tug",
            "size": "1024x1024",
            "n": 1,
            "negative_prompt": "fog",
            "seed": 3,
        }
    ]


async def test_retries_are_counted_by_the_chat_alone() -> None:
    async with FakeOpenAI(Reply(status=500, body={})) as server:
        with pytest.raises(HttpError, match="500"):
            await text(connect(server, retries=2))
        assert len(server.requests) == 3


async def test_a_failing_endpoint_names_its_status_and_hides_the_key() -> None:
    refusal = Reply(status=401, body={"error": {"message": "bad key sk-secret"}})
    async with FakeOpenAI(refusal) as server:
        with pytest.raises(HttpError, match="401") as caught:
            await text(connect(server))
    assert "bad key [key]" in caught.value.message
    assert caught.value.__suppress_context__


async def test_an_error_in_the_middle_of_the_stream_ends_it() -> None:
    broken = {"error": {"message": "overloaded"}}
    async with FakeOpenAI(Reply(chunks=[says("He"), broken])) as server:
        pieces = stream(connect(server))
        assert await anext(pieces) == "He"
        with pytest.raises(HttpError, match="overloaded"):
            await anext(pieces)


async def test_an_endpoint_that_is_not_there_is_an_http_error() -> None:
    async with FakeOpenAI(Reply()) as server:
        models = connect(server)
    with pytest.raises(HttpError, match="Connection error"):
        await text(models)


async def test_a_refused_temperature_is_recognised() -> None:
    error = {"message": "Unsupported value: 'temperature'", "param": "temperature"}
    async with FakeOpenAI(Reply(status=400, body={"error": error})) as server:
        with pytest.raises(TemperatureUnsupported, match="temperature"):
            await text(connect(server), temperature=0.1)


# --- closing ---------------------------------------------------------------------


async def left_within(server: FakeOpenAI, since: float, seconds: float) -> bool:
    async with asyncio.timeout(60):
        return await server.hang_ups.get() - since < seconds


async def test_cancelling_a_streaming_call_closes_its_socket_at_once() -> None:
    async with FakeOpenAI(HELD) as server:
        got = asyncio.Event()

        async def read() -> None:
            async for piece in stream(connect(server)):
                if piece == "lo":
                    got.set()

        task = asyncio.create_task(read())
        await got.wait()
        since = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await left_within(server, since, LONGEST)


async def test_cancelling_a_call_that_has_no_answer_yet_closes_its_socket() -> None:
    async with FakeOpenAI(Reply(silent=True)) as server:
        task = asyncio.create_task(text(connect(server)))
        await server.arrived.wait()
        since = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await left_within(server, since, LONGEST)


async def test_leaving_a_stream_early_closes_its_socket_at_once() -> None:
    async with FakeOpenAI(HELD) as server:
        pieces: AsyncIterator[Any] = stream(connect(server))
        assert await anext(pieces) == "Hel"
        since = time.perf_counter()
        await pieces.aclose()  # type: ignore[attr-defined]
        assert await left_within(server, since, LONGEST)


async def test_many_calls_at_once_are_all_closed_when_cancelled() -> None:
    async with FakeOpenAI(HELD) as server:
        models = connect(server)
        streams = [stream(models) for _ in range(20)]
        for pieces in streams:
            await anext(pieces)
        tasks = [asyncio.create_task(_drain(pieces)) for pieces in streams]
        await asyncio.sleep(0)
        since = time.perf_counter()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all([await left_within(server, since, LONGEST) for _ in streams])


async def _drain(pieces: Any) -> None:
    async for _ in pieces:
        pass
