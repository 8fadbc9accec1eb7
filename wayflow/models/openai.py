"""Any OpenAI-compatible endpoint, through the official SDK."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from wayflow.contracts import (
    ChatRequest,
    ContentDelta,
    ImagePart,
    ImageRequest,
    Message,
    Models,
    ProviderEvent,
    RequestedCall,
    TextPart,
    ToolSpec,
    Usage,
)
from wayflow.errors import Cancelled, HttpError, WayflowError
from wayflow.jsontext import json_text, parse

from .chat import close
from .errors import (
    ImageGenerationFailed,
    ImageUrlUnsupported,
    OutputTruncated,
    TemperatureUnsupported,
)
from .fragments import Fragments
from .schema import instructions

OPENAI_URL = "https://api.openai.com/v1"

StructuredOutput = Literal["json_schema", "json_object"]

_COMPLETION_TOKENS_HOST = re.compile(r"(^|\.)(openai|azure)\.com$")
_IMAGE_URL_REFUSED = re.compile(
    r"image.{0,60}(url|download|fetch|base64|input)|(url|download|fetch).{0,60}image"
    r"|while downloading",
    re.IGNORECASE | re.DOTALL,
)
_TEMPERATURE_REFUSED = re.compile(r"temperature", re.IGNORECASE)


class OpenAIProvider:
    """A chat model behind ``client``, an ``AsyncOpenAI`` or what looks like one.

    ``extra_body`` is sent with every request, but overrides nothing of it. With
    ``structured_output="json_object"`` the schema is explained instead of enforced.
    ``asks_for_usage`` has it tell the tokens; not every endpoint knows that option.
    """

    def __init__(
        self,
        client: Any,
        *,
        base_url: str | None = None,
        extra_body: Mapping[str, Any] | None = None,
        structured_output: StructuredOutput = "json_schema",
        accepts_image_urls: bool = True,
        accepts_temperature: bool = True,
        asks_for_usage: bool = False,
    ) -> None:
        self._client = client
        self._extra_body = extra_body or {}
        self._structured_output = structured_output
        self._accepts_temperature = accepts_temperature
        self._asks_for_usage = asks_for_usage
        host = urlsplit(base_url or OPENAI_URL).hostname or ""
        known = _COMPLETION_TOKENS_HOST.search(host)
        self._limit = "max_completion_tokens" if known else "max_tokens"
        self.accepts_image_urls = accepts_image_urls
        self.structured_output_with_tools = structured_output == "json_schema"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        """The reply as it comes, then its tool calls and what it took, if that is told.

        Raises OutputTruncated, ImageUrlUnsupported, TemperatureUnsupported and
        HttpError.
        """
        calls = Fragments()
        usage: Usage | None = None
        stream: Any = None
        try:
            stream = await self._client.chat.completions.create(**self._body(request))
            async for chunk in stream:
                piece = _plain(chunk)
                usage = _usage(piece.get("usage")) or usage
                for choice in piece.get("choices") or ():
                    delta = choice.get("delta") or {}
                    if delta.get("content"):
                        yield ContentDelta(delta["content"])
                    calls.add(delta.get("tool_calls") or ())
                    _refuse_truncated(choice, request)
        except (WayflowError, Cancelled):
            raise
        except Exception as error:
            raise self._explained(error, request) from None
        finally:
            # An abandoned stream would hold its socket until it is collected.
            await close(stream)
        for call in calls.whole():
            yield call
        if usage is not None:
            yield usage

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        messages = [_message(message) for message in request.messages]
        body: dict[str, Any] = {
            "model": request.model,
            "messages": messages,
            "stream": True,
        }
        if self._asks_for_usage:
            body["stream_options"] = {"include_usage": True}
        if request.temperature is not None and self._accepts_temperature:
            body["temperature"] = request.temperature
        if request.max_tokens is not None:
            body[self._limit] = request.max_tokens
        if request.tools:
            body["tools"] = [_tool(spec) for spec in request.tools]
        if request.output_schema is not None:
            body["response_format"] = self._response_format(request.output_schema)
            if self._structured_output == "json_object":
                rules = instructions(request.output_schema)
                messages.insert(0, {"role": "system", "content": rules})
        return _with_extra(body, self._extra_body)

    def _response_format(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if self._structured_output == "json_object":
            return {"type": "json_object"}
        named = {"name": "output", "schema": schema, "strict": True}
        return {"type": "json_schema", "json_schema": named}

    def _explained(self, error: Exception, request: ChatRequest) -> Exception:
        """``error`` with a code, where its cause is known."""
        reason = _reason(error, self._client)
        if _has_remote_image(request) and _IMAGE_URL_REFUSED.search(reason):
            return ImageUrlUnsupported(reason)
        if request.temperature is not None and _TEMPERATURE_REFUSED.search(reason):
            return TemperatureUnsupported(reason)
        status = getattr(error, "status_code", None)
        if status is not None or hasattr(error, "request"):
            return HttpError(status or "no status", reason)
        return error


class OpenAIImageProvider:
    """An image model behind ``client``, an ``AsyncOpenAI`` or what looks like one."""

    def __init__(
        self, client: Any, *, extra_body: Mapping[str, Any] | None = None
    ) -> None:
        self._client = client
        self._extra_body = extra_body or {}

    async def generate(self, request: ImageRequest) -> Sequence[str]:
        """The images' URLs or ``data:`` URIs. Raises ImageGenerationFailed."""
        body = {
            "model": request.model,
            "prompt": request.prompt,
            "size": f"{request.width}x{request.height}",
            "n": 1,
        }
        # No field of the SDK's own, yet known to many compatible endpoints.
        extra = dict(self._extra_body)
        if request.negative_prompt is not None:
            extra["negative_prompt"] = request.negative_prompt
        if request.seed is not None:
            extra["seed"] = request.seed
        try:
            answer = await self._client.images.generate(**_with_extra(body, extra))
            return _images(_plain(answer))
        except (WayflowError, Cancelled):
            raise
        except Exception as error:
            raise ImageGenerationFailed(_reason(error, self._client)) from None


def openai_models(
    *,
    api_key: str,
    base_url: str = OPENAI_URL,
    llm: Iterable[str] = ("*",),
    image: Iterable[str] = ("*",),
    **options: Any,
) -> Models:
    """Models whose patterns ``llm`` and ``image`` one endpoint serves.

    ``options`` are those of ``OpenAIProvider``. Its connections belong to the event
    loop that uses it first.
    """
    from openai import AsyncOpenAI  # over a second, which importing us must not cost

    client = AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0)
    chat = OpenAIProvider(client, base_url=base_url, **options)
    painter = OpenAIImageProvider(client, extra_body=options.get("extra_body"))
    return Models(llm=dict.fromkeys(llm, chat), image=dict.fromkeys(image, painter))


def _refuse_truncated(choice: Mapping[str, Any], request: ChatRequest) -> None:
    if choice.get("finish_reason") == "length" and request.output_schema is not None:
        raise OutputTruncated("the limit of tokens was reached")


def _has_remote_image(request: ChatRequest) -> bool:
    return any(
        part["type"] == "image_url" and not part["url"].startswith("data:")
        for message in request.messages
        if not isinstance(message["content"], str)
        for part in message["content"]
    )


def _with_extra(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The call's arguments; the SDK merges ``extra_body`` into what it sends."""
    new = {key: value for key, value in extra.items() if key not in body}
    return {**body, "extra_body": new} if new else body


def _message(message: Message) -> dict[str, Any]:
    content = message["content"]
    wire: dict[str, Any] = {
        "role": message["role"],
        "content": content
        if isinstance(content, str)
        else [_part(part) for part in content],
    }
    if "toolCalls" in message:
        wire["tool_calls"] = [_wire_call(call) for call in message["toolCalls"]]
    if "toolCallId" in message:
        wire["tool_call_id"] = message["toolCallId"]
    return wire


def _part(part: TextPart | ImagePart) -> dict[str, Any]:
    if part["type"] == "text":
        return dict(part)
    return {"type": "image_url", "image_url": {"url": part["url"]}}


def _wire_call(call: RequestedCall) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": json_text(call["args"])}
    return {"id": call["id"], "type": "function", "function": function}


def _tool(spec: ToolSpec) -> dict[str, Any]:
    return {"type": "function", "function": dict(spec)}


def _plain(answer: Any) -> dict[str, Any]:
    """An answer of the SDK, or one in JSON, as a plain object."""
    if isinstance(answer, str | bytes):
        answer = parse(answer)
    elif hasattr(answer, "model_dump"):
        answer = answer.model_dump(warnings=False)
    if not isinstance(answer, dict):
        raise TypeError(f"the endpoint answered with a {type(answer).__name__}")
    return answer


def _usage(told: Any) -> Usage | None:
    """The tokens that a piece tells; some endpoints tell the sum so far with each."""
    if not isinstance(told, dict):
        return None
    counts = [told.get("prompt_tokens"), told.get("completion_tokens")]
    taken, given = (count if type(count) is int else 0 for count in counts)
    return Usage(input_tokens=max(taken, 0), output_tokens=max(given, 0))


def _images(answer: Mapping[str, Any]) -> list[str]:
    """URLs or ``data:`` URIs of the images in an answer."""
    kind = answer.get("output_format") or "png"
    return [
        image.get("url") or f"data:image/{kind};base64,{image['b64_json']}"
        for image in answer.get("data") or ()
        if image.get("url") or image.get("b64_json")
    ]


def _reason(error: Exception, client: Any) -> str:
    """The error's message; an endpoint may quote the key in it."""
    reason = str(error) or type(error).__name__
    if error.__cause__ is not None and str(error.__cause__):
        reason += f" {error.__cause__}"
    api_key = getattr(client, "api_key", None)
    return reason.replace(api_key, "[key]") if api_key else reason
