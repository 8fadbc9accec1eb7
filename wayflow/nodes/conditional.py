"""Conditional: the value leaves by the port of the answer."""

from __future__ import annotations

from typing import Any

from wayflow.config import Select, Text, choices
from wayflow.contracts import Context
from wayflow.graph import Node
from wayflow.ports import Fixed
from wayflow.registry import NodeType
from wayflow.values import number, text

from .operators import MATCHES, OPERATORS, ORDERING, compiled, holds, matching


def choose(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """``{"true": value}`` or ``{"false": value}``."""
    name = text(_given(node.data.get("operator"), "=="))
    value, target = inputs.get("value"), inputs.get("target")
    if name == MATCHES:
        return _choose_by_pattern(node, value, target, ctx)
    if value is None:
        value = _default(node, "valueDefault", name)
    if target is None:
        target = _default(node, "targetDefault", name)
    return _branch(holds(name, value, target), value)


async def _choose_by_pattern(node: Node, value: Any, target: Any, ctx: Context) -> Any:
    if target is None:
        target = _given(node.data.get("targetDefault"), "")
    subject = text(value)
    if value is None:
        # The reference reads this default as a pattern too: it shows as {} and is
        # matched by its spelling.
        default = text(_given(node.data.get("valueDefault"), ""))
        value, subject = {}, str(await ctx.in_thread(compiled, default))
    [answer] = await ctx.in_thread(matching, text(target), [subject], ctx.shared)
    return _branch(answer, value)


def _default(node: Node, key: str, name: str) -> Any:
    default = _given(node.data.get(key), "")
    return number(default) if name in ORDERING else default


def _given(value: Any, default: Any) -> Any:
    return default if value is None else value


def _branch(answer: bool, value: Any) -> dict[str, Any]:
    return {"true" if answer else "false": value}


CONDITIONAL = NodeType(
    type="conditional",
    handler=choose,
    label="Conditional",
    category="Logic",
    icon="split",
    description="Sends a value one way or the other.",
    inputs=Fixed({"value": "any", "target": "any"}),
    outputs=Fixed({"true": "any", "false": "any"}),
    config={
        "operator": Select(label="Operator", options=choices(OPERATORS), default="=="),
        "valueDefault": Text(label="Value when not wired"),
        "targetDefault": Text(label="Compare with"),
    },
    mappable=True,
    effects=False,
    inline=True,
)
