"""Stand-ins for models, without any network: placeholder words, data and pictures."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from html import escape
from random import Random
from typing import Any

from wayflow.contracts import (
    ChatRequest,
    ContentDelta,
    ImageRequest,
    Models,
    ProviderEvent,
)
from wayflow.jsontext import json_text

from .prompts import text_of

WORDS = re.findall(
    r"\w+",
    "amber anchor breeze calm canvas cedar copper coral drift ember fern garnet "
    "harbor indigo lantern linen maple meadow north ochre paper pebble quiet rain "
    "river saffron slate spruce summer thread tide umber velvet willow winter",
)

# XML has no way to hold these.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WORD_CHUNKS = re.compile(r"\S+\s*|\s+")


class MockProvider:
    """Streams ``respond(text of the last user message)`` word by word.

    Without ``respond``, placeholder words, or JSON that fits the request's schema; the
    same request always gets the same reply. Waits ``delay`` seconds before each word.
    """

    structured_output_with_tools = True
    accepts_image_urls = True

    def __init__(
        self, respond: Callable[[str], str] | None = None, delay: float = 0.0
    ) -> None:
        self._respond = respond
        self._delay = delay

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        for words in _WORD_CHUNKS.findall(self._reply(request)):
            if self._delay:
                await asyncio.sleep(self._delay)
            yield ContentDelta(words)

    def _reply(self, request: ChatRequest) -> str:
        prompt = _last_user_text(request)
        if self._respond is not None:
            return self._respond(prompt)
        random = Random(f"{request.model}\n{prompt}")
        if request.output_schema is not None:
            return json_text(_sample(request.output_schema, random))
        about = " ".join(prompt.split()[:8])
        opening = f"Placeholder reply to “{about}”: " if about else ""
        return opening + _sentence(random, 24)


class MockImageProvider:
    """Paints one picture that shows the prompt and the size asked for."""

    async def generate(self, request: ImageRequest) -> Sequence[str]:
        random = Random(f"{request.model}\n{request.prompt}\n{request.seed}")
        svg = _picture(request, hue=random.randrange(360))
        return [f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"]


def mock_models(*, delay: float = 0.0) -> Models:
    """Every model, served without any network."""
    return Models(
        llm={"*": MockProvider(delay=delay)}, image={"*": MockImageProvider()}
    )


def _last_user_text(request: ChatRequest) -> str:
    asked = (m for m in reversed(request.messages) if m["role"] == "user")
    last = next(asked, None)
    return "" if last is None else text_of(last["content"])


def _sentence(random: Random, length: int) -> str:
    return " ".join(random.choices(WORDS, k=length)).capitalize() + "."


def _sample(schema: Mapping[str, Any], random: Random) -> Any:
    """A value that fits the schema."""
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties") or {}
        return {name: _sample(member, random) for name, member in properties.items()}
    if kind == "array":
        return [_sample(schema.get("items") or {}, random) for _ in range(3)]
    if kind in ("number", "integer"):
        return random.randint(1, 100)
    if kind == "boolean":
        return random.random() < 0.5
    return _sentence(random, 3)


def _picture(request: ImageRequest, *, hue: int) -> str:
    width, height = max(request.width, 1), max(request.height, 1)
    size = max(min(width, height) // 24, 1)
    lines = _lines(request.prompt, max(int(width / (size * 0.62)) - 2, 1))
    shown = "".join(
        f'<tspan x="50%" dy="{size * 1.4:g}">{escape(line)}</tspan>' for line in lines
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="hsl({hue},45%,38%)"/>'
        f'<circle cx="75%" cy="30%" r="18%" fill="hsl({(hue + 40) % 360},60%,62%)"/>'
        f'<text y="40%" fill="white" font-family="sans-serif" font-size="{size}" '
        f'text-anchor="middle">{shown}</text>'
        f'<text x="50%" y="96%" fill="white" font-family="monospace" '
        f'font-size="{size}" text-anchor="middle">{width} x {height}</text></svg>'
    )


def _lines(text: str, width: int) -> list[str]:
    """The text in at most eight lines of about ``width`` characters."""
    lines = [""]
    for word in _UNPRINTABLE.sub(" ", text).split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines[:8]
