"""Prompts with their variables filled in, as text or with images between texts."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from wayflow.bounds import UNBOUNDED, Bounds
from wayflow.contracts import ImagePart, Message, TextPart
from wayflow.jsontext import display
from wayflow.ports import VARIABLE, rows, variables
from wayflow.values import ABSENT

from .errors import TemplateVarMissing

Part = TextPart | ImagePart

_REMOTE = re.compile(r"https?://", re.IGNORECASE)


def fill(template: str, values: Mapping[str, Any], bounds: Bounds = UNBOUNDED) -> str:
    """``template`` with each ``{name}`` replaced.

    Raises TemplateVarMissing, and OutputTooLarge when the text would be.
    """
    pieces = enumerate(VARIABLE.split(template))
    return bounds.joined(
        "", (_render(_value(values, p)) if index % 2 else p for index, p in pieces)
    )


def resolve(
    config: Mapping[str, Any], inputs: Mapping[str, Any], *keys: str
) -> dict[str, Any]:
    """The values of the variables in the prompts under ``keys``, as far as there are.

    A wired value wins, null included; where it is "" or missing the variable's row
    in ``variableDefaults`` stands in.
    """
    defaults = {row["name"]: row.get("default") for row in _declared(config)}
    values: dict[str, Any] = {}
    for name in variables(*(config.get(key) for key in keys)):
        value = inputs.get(name, ABSENT)
        if value is ABSENT or value == "":
            value = defaults.get(name)
            if value is None or value == "":
                continue
        values[name] = value
    return values


def build_messages(
    config: Mapping[str, Any], inputs: Mapping[str, Any], bounds: Bounds = UNBOUNDED
) -> tuple[str | None, str | list[Part]]:
    """The system and the user message of an llm node.

    There is no system message without a text for it, and images never are in it. The
    user message is a list of parts when it has images. Raises TemplateVarMissing, and
    OutputTooLarge when a message would be.
    """
    values = resolve(config, inputs, "prompt", "systemPrompt")
    images = {r["name"] for r in _declared(config) if r.get("dataType") == "image"}
    unseen = {**values, **dict.fromkeys(images)}
    system = fill(_text(config.get("systemPrompt")), unseen, bounds)
    prompt = _text(config.get("prompt"))
    if images.isdisjoint(variables(prompt)):
        return system or None, fill(prompt, values, bounds)
    return system or None, list(_parts(prompt, values, images, bounds))


def conversation_start(system: str | None, user: str | list[Part]) -> list[Message]:
    """The messages that open a conversation."""
    opening: list[Message] = []
    if system is not None:
        opening.append({"role": "system", "content": system})
    return [*opening, {"role": "user", "content": user}]


async def inline_images(
    content: str | list[Part], fetch: Callable[[str], Awaitable[str]]
) -> str | list[Part]:
    """A message's content with its remote images read into it, one by one."""
    if isinstance(content, str):
        return content
    inlined: list[Part] = []
    for part in content:
        if part["type"] == "image_url" and _REMOTE.match(part["url"]):
            part = {"type": "image_url", "url": await fetch(part["url"])}
        inlined.append(part)
    return inlined


def text_of(content: str | Sequence[Part]) -> str:
    """The text of a message, without its images."""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part["type"] == "text")


def _parts(
    template: str, values: Mapping[str, Any], images: set[str], bounds: Bounds
) -> Iterator[Part]:
    text, size = "", 0
    for index, piece in enumerate(VARIABLE.split(template)):
        is_name = index % 2 == 1
        value = _value(values, piece) if is_name else piece
        urls = _image_urls(value) if is_name and piece in images else None
        if urls is None:
            rendered = _render(value)
            size += len(rendered)
            bounds.refuse(size)
            text += rendered
            continue
        if text and urls:
            yield {"type": "text", "text": text}
            text = ""
        for url in urls:
            yield {"type": "image_url", "url": url}
    if text:
        yield {"type": "text", "text": text}


def _image_urls(value: Any) -> list[str] | None:
    """The images in a variable's value; None when it is no image after all."""
    if value is None:
        return []
    urls = value if isinstance(value, list) else [value]
    return urls if all(isinstance(url, str) for url in urls) else None


def _render(value: Any) -> str:
    """A value inside a prompt; a list of plain values is a numbered list."""
    if not isinstance(value, list):
        return display(value)
    if any(isinstance(item, list | dict) for item in value):
        return display(value)
    lines = (f"{number}. {display(item)}" for number, item in enumerate(value, 1))
    return "\n".join(lines)


def _value(values: Mapping[str, Any], name: str) -> Any:
    value = values.get(name, ABSENT)
    if value is ABSENT:
        raise TemplateVarMissing(name)
    return value


def _declared(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return rows(config.get("variableDefaults"))


def _text(prompt: Any) -> str:
    return prompt if isinstance(prompt, str) else ""
