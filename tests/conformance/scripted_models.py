"""The scripted models of a case, and what they were asked."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from wayflow.contracts import (
    ChatRequest,
    ContentDelta,
    Context,
    Handler,
    ImageProvider,
    ImageRequest,
    ModelProvider,
    Models,
    ProviderEvent,
    ToolCall,
)
from wayflow.errors import Cancelled, WayflowError
from wayflow.graph import Node
from wayflow.models.fetching import ImageFetcher
from wayflow.models.mock import MockProvider
from wayflow.models.prompts import text_of
from wayflow.testing import ScriptedImages, ScriptedProvider
from wayflow.values import ABSENT

from .behaviours import ThrownText
from .scripted_openai import openai_images, openai_provider
from .wire import wire

Script = Mapping[str, Any]
Trace = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What the models of one case were asked, in order, as recordings have it."""

    requests: Trace = field(default_factory=list)
    image_requests: Trace = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)


def models(body: Mapping[str, Any], traces: Traces) -> Models:
    """The models of a case; what they are asked goes into ``traces``."""
    llm, image = body.get("llm"), body.get("image")
    options = {} if llm is None else llm.get("options", {})
    limits = {
        ours: options[theirs]
        for theirs, ours in (("maxSteps", "max_steps"), ("retries", "retries"))
        if theirs in options
    }

    async def sleep(seconds: float) -> None:
        traces.delays_ms.append(seconds * 1000)

    return Models(
        llm=_routed(llm, _chat_target, traces.requests),
        image=_routed(image, _image_target, traces.image_requests),
        fetch=_fetching(body.get("http_get", {}), traces.fetches),
        sleep=sleep,
        **limits,
    )


class _Echo:
    """Answers with the last user message."""

    structured_output_with_tools = False
    accepts_image_urls = True

    def __init__(self, ask: Callable[[ChatRequest], None]) -> None:
        self._ask = ask

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        self._ask(request)
        said = [m["content"] for m in request.messages if m["role"] == "user"]
        yield ContentDelta(f"echo: {text_of(said[-1])}")


class _PromptPainter:
    """Answers with the prompt."""

    def __init__(self, ask: Callable[[ImageRequest], None]) -> None:
        self._ask = ask

    async def generate(self, request: ImageRequest) -> Sequence[str]:
        self._ask(request)
        return [f"img:{request.prompt}"]


def _routed(
    script: Script | None, target: Callable[..., Any], trace: Trace
) -> dict[str, Any]:
    if script is None:
        return {}
    if "models" not in script:
        return {"*": target(script, trace, {})}
    return {
        pattern: target(chosen, trace, {"provider": pattern})
        for pattern, chosen in script["models"].items()
    }


def _chat_target(script: Script, trace: Trace, by: Script) -> ModelProvider | Handler:
    def ask(request: ChatRequest) -> None:
        trace.append(wire({**by, **_chat_request(request)}))

    if "turns" in script:
        return ScriptedProvider(
            *map(_turn, script["turns"]),
            structured_output_with_tools=script.get("structuredOutputWithTools", False),
            accepts_image_urls=script.get("acceptsImageUrls", True),
            asked=ask,
        )
    if "openai" in script:
        return openai_provider(script["openai"], trace, by)
    if "mock" in script:
        upper = script["mock"].get("respond") == "upper"
        return MockProvider(respond=str.upper if upper else None)
    if "model_handler" in script:
        return _handler(script["model_handler"])
    if script["reply"] != "echo":
        raise KeyError(script["reply"])
    return _Echo(ask)


def _image_target(script: Script, trace: Trace, by: Script) -> ImageProvider | Handler:
    def ask(request: ImageRequest) -> None:
        trace.append(wire({**by, **_image_request(request)}))

    if "openai" in script:
        return openai_images(script["openai"], trace, by)
    if "model_handler" in script:
        return _handler(script["model_handler"])
    if "results" in script:
        return ScriptedImages(*map(_images, script["results"]), asked=ask)
    if script["reply"] != "prompt":
        raise KeyError(script["reply"])
    return _PromptPainter(ask)


def _handler(script: Script) -> Handler:
    async def value(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        return script.get("returns", ABSENT)

    async def values(
        node: Node, inputs: dict[str, Any], ctx: Context
    ) -> AsyncGenerator[Any, None]:
        for item in script["yields"]:
            yield item

    return values if "yields" in script else value


def _fetching(answers: Mapping[str, Script], urls: list[str]) -> Any:
    """Reads remote images out of ``answers``, and notes what was asked for."""
    scripted = {str(httpx.URL(url)): answer for url, answer in answers.items()}

    def respond(request: httpx.Request) -> httpx.Response:
        answer = scripted.get(str(request.url), {"status": 404})
        kind = answer.get("contentType")
        return httpx.Response(
            answer.get("status", 200),
            headers={} if kind is None else {"Content-Type": kind},
            content=b64decode(answer.get("base64", "")),
        )

    fetcher = ImageFetcher(allow_private=True, transport=httpx.MockTransport(respond))

    async def fetch(url: str) -> str:
        urls.append(url)
        return await fetcher(url)

    return fetch


def _chat_request(request: ChatRequest) -> dict[str, Any]:
    asked = {
        "model": request.model,
        "messages": list(request.messages),
        "tools": list(request.tools),
        "temperature": request.temperature,
        "maxTokens": request.max_tokens,
        "outputSchema": request.output_schema,
    }
    return {key: value for key, value in asked.items() if value is not None}


def _image_request(request: ImageRequest) -> dict[str, Any]:
    asked = {
        "model": request.model,
        "prompt": request.prompt,
        "size": {"width": request.width, "height": request.height},
        "negativePrompt": request.negative_prompt,
        "seed": request.seed,
    }
    return {key: value for key, value in asked.items() if value is not None}


def _provider_event(event: Script) -> str | ToolCall:
    if event["type"] == "content":
        delta: str = event["delta"]
        return delta
    if event["type"] != "tool_call":
        raise KeyError(event["type"])
    return ToolCall(
        id=event["id"],
        name=event["name"],
        args=event["args"],
        args_parse_error=event.get("argsParseError"),
    )


def _turn(turn: Any) -> list[str | ToolCall | Exception]:
    if isinstance(turn, list):
        return [_provider_event(event) for event in turn]
    said = [_provider_event(event) for event in turn.get("events", ())]
    return [*said, *_faults(turn)]


def _images(result: Script) -> Sequence[str] | Exception:
    images: list[str] = result.get("images", [])
    return next(_faults(result), images)


def _faults(turn: Script) -> Iterator[Exception]:
    if "throw" in turn:
        yield RuntimeError(turn["throw"])
    if "throw_value" in turn:
        yield ThrownText(turn["throw_value"])
    if turn.get("throw_abort"):
        yield Cancelled("stopped")
    if "throw_coded" in turn:
        yield WayflowError.of(turn["throw_coded"])
