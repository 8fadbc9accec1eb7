"""Models that a plain handler serves instead of a provider."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from wayflow.contracts import Context, Handler, Output
from wayflow.graph import Node
from wayflow.registry import Style, style_of
from wayflow.values import ABSENT, plain, text


async def served_text(
    handler: Handler, node: Node, inputs: dict[str, Any], ctx: Context
) -> AsyncGenerator[str | Output, None]:
    """What the handler gives, item by item, as text; an ``Output`` stays one."""
    if style_of(handler) is not Style.STREAM:
        yield text(plain(await _called(handler, node, inputs, ctx)))
        return
    items = handler(node, inputs, ctx)
    try:
        async for item in items:
            yield item if isinstance(item, Output) else text(plain(item))
    finally:
        await items.aclose()


async def served_value(
    handler: Handler, node: Node, inputs: dict[str, Any], ctx: Context
) -> Any:
    """The handler's value: of a generator its ``Output``, or else all its text."""
    if style_of(handler) is not Style.STREAM:
        return await _called(handler, node, inputs, ctx)
    value: Any = ""
    async for item in served_text(handler, node, inputs, ctx):
        value = item.value if isinstance(item, Output) else value + item
    return value


async def served_last(
    handler: Handler, node: Node, inputs: dict[str, Any], ctx: Context
) -> Any:
    """The handler's value: of a generator the last one it yields."""
    if style_of(handler) is not Style.STREAM:
        return await _called(handler, node, inputs, ctx)
    last: Any = ABSENT
    async for item in handler(node, inputs, ctx):
        last = item.value if isinstance(item, Output) else item
    return last


async def _called(
    handler: Handler, node: Node, inputs: dict[str, Any], ctx: Context
) -> Any:
    if style_of(handler) is Style.ASYNC:
        return await handler(node, inputs, ctx)
    return await ctx.in_thread(handler, node, inputs, ctx)
