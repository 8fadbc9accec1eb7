"""An OpenAI client that answers from a script, and notes the bodies it would send."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from types import SimpleNamespace
from typing import Any

from wayflow.models.openai import OpenAIImageProvider, OpenAIProvider

from .wire import wire

Script = Mapping[str, Any]
Trace = list[dict[str, Any]]

_OPTIONS = {
    "baseURL": "base_url",
    "acceptsImageUrls": "accepts_image_urls",
    "acceptsTemperature": "accepts_temperature",
    "extraBody": "extra_body",
}
_STRUCTURED = {"jsonSchema": "json_schema", "jsonObject": "json_object"}


def openai_provider(script: Script, trace: Trace, by: Script) -> OpenAIProvider:
    """The library's chat provider over a client that answers with ``turns``."""
    options = {
        ours: script[theirs] for theirs, ours in _OPTIONS.items() if theirs in script
    }
    if "structuredOutput" in script:
        options["structured_output"] = _STRUCTURED[script["structuredOutput"]]
    turns = iter(script["turns"])

    async def create(**body: Any) -> AsyncGenerator[dict[str, Any], None]:
        trace.append(_sent(body, by))
        turn = _next(turns)
        if "throw" in turn:
            raise RuntimeError(turn["throw"])
        return _streamed(turn["chunks"])

    completions = SimpleNamespace(create=create)
    client = SimpleNamespace(chat=SimpleNamespace(completions=completions))
    return OpenAIProvider(client, **options)


def openai_images(script: Script, trace: Trace, by: Script) -> OpenAIImageProvider:
    """The library's image provider over a client that answers with ``results``."""
    results = iter(script["results"])

    async def generate(**body: Any) -> Any:
        trace.append(_sent(body, by))
        result = _next(results)
        if isinstance(result, dict) and "throw" in result:
            raise RuntimeError(result["throw"])
        return result

    client = SimpleNamespace(images=SimpleNamespace(generate=generate))
    return OpenAIImageProvider(client, extra_body=script.get("extraBody"))


async def _streamed(chunks: list[Any]) -> AsyncGenerator[dict[str, Any], None]:
    for chunk in chunks:
        yield chunk


def _sent(body: dict[str, Any], by: Script) -> dict[str, Any]:
    """What the SDK would put on the wire for these arguments."""
    sent = {key: value for key, value in body.items() if key != "extra_body"}
    wired: dict[str, Any] = wire({**by, **sent, **body.get("extra_body", {})})
    return wired


def _next(scripted: Any) -> Any:
    answer = next(scripted, None)
    if answer is None:
        raise RuntimeError("the script has no answer to a further request")
    return answer
