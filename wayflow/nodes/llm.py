"""The LLM node: asks a language model and streams or structures its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import Any

from wayflow.config import Fields, Model, Number, Slider, Template, Tools
from wayflow.contracts import ChatRequest, Context, Handler, ModelProvider, Output
from wayflow.graph import Node
from wayflow.models.chat import Conversation
from wayflow.models.errors import ModelNotFound
from wayflow.models.handlers import served_text, served_value
from wayflow.models.prompts import (
    build_messages,
    conversation_start,
    inline_images,
    resolve,
)
from wayflow.models.routing import served_by
from wayflow.models.schema import is_structured, output_schema, read_answer, read_value
from wayflow.ports import FromFields, FromVariables
from wayflow.registry import NodeType

PROMPTS = ("prompt", "systemPrompt")
FIELDS = "outputSchema"

Pieces = AsyncGenerator[str | Output, None]
Target = ModelProvider | Handler


async def ask(node: Node, inputs: dict[str, Any], ctx: Context) -> Pieces:
    """The model's text as it comes, or one ``Output`` by the node's output fields.

    Raises the ``ModelError`` that fits, and what the provider or handler raises.
    """
    model = str(node.data.get("model") or "")
    target = served_by(ctx.models.llm, model)
    if target is None:
        raise ModelNotFound(model)
    if is_structured(node.data.get(FIELDS)):
        yield Output(await _structured(target, node, inputs, ctx))
        return
    pieces = await _text(target, node, inputs, ctx)
    try:
        async for piece in pieces:
            yield piece
    finally:
        await pieces.aclose()


async def _text(
    target: Target, node: Node, inputs: dict[str, Any], ctx: Context
) -> AsyncGenerator[str | Output, None] | AsyncGenerator[str, None]:
    if callable(target):
        return served_text(target, node, inputs, ctx)
    return (await _conversation(target, node, inputs, ctx)).deltas()


async def _structured(
    target: Target, node: Node, inputs: dict[str, Any], ctx: Context
) -> Any:
    fields = node.data.get(FIELDS)
    if callable(target):
        return read_value(await served_value(target, node, inputs, ctx), fields)
    conversation = await _conversation(target, node, inputs, ctx)
    return read_answer(await conversation.json(output_schema(fields)), fields)


async def _conversation(
    provider: ModelProvider, node: Node, inputs: dict[str, Any], ctx: Context
) -> Conversation:
    """The conversation that the node's settings describe, its variables reported."""
    ctx.report_inputs(resolve(node.data, inputs, *PROMPTS))
    system, user = build_messages(node.data, inputs, ctx.bounds)
    if not provider.accepts_image_urls:
        user = await inline_images(user, ctx.models.fetch or _fetcher())
    limit = _number(node.data.get("maxTokens"))
    model = str(node.data.get("model") or "")
    return Conversation(
        provider=provider,
        models=ctx.models,
        tools=ctx.tools,
        bounds=ctx.bounds,
        spent=partial(ctx.report_usage, model=model),
        opening=ChatRequest(
            model=model,
            messages=conversation_start(system, user),
            temperature=_number(node.data.get("temperature")),
            max_tokens=None if limit is None else int(limit),
        ),
    )


def _fetcher() -> Callable[[str], Awaitable[str]]:
    from wayflow.models.fetching import ImageFetcher  # slow to import, seldom needed

    return ImageFetcher()


def _number(setting: Any) -> float | None:
    """A setting that counts only as a number."""
    is_number = isinstance(setting, int | float) and not isinstance(setting, bool)
    return setting if is_number else None


LLM = NodeType(
    type="llm",
    handler=ask,
    label="LLM",
    category="AI",
    icon="sparkles",
    description="Asks a language model; it may use tools and answer with fields.",
    inputs=FromVariables(PROMPTS),
    outputs=FromFields(FIELDS),
    config={
        "model": Model(label="Model"),
        "systemPrompt": Template(
            label="System prompt", help="Who the model is and how it should answer."
        ),
        "prompt": Template(label="Prompt", help="Each {name} becomes an input."),
        "variableDefaults": Fields(
            label="Variables", help="Types, and values for what is not connected."
        ),
        "outputSchema": Fields(
            label="Output fields",
            help="One text field streams; anything else is asked for as JSON.",
            default=[{"name": "response", "dataType": "string"}],
        ),
        "tools": Tools(label="Tools"),
        "temperature": Slider(label="Temperature", minimum=0, maximum=2),
        "maxTokens": Number(label="Token limit", minimum=1),
    },
    mappable=True,
)
