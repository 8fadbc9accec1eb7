"""Merge: several inputs become one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wayflow.bounds import Bounds
from wayflow.config import Fields, Select
from wayflow.contracts import Context
from wayflow.graph import Node
from wayflow.ports import FromFields, TypedBy
from wayflow.registry import NodeType
from wayflow.values import ABSENT, text

Inputs = dict[str, Any]


def _first(inputs: Inputs, bounds: Bounds) -> Any:
    return next(iter(inputs.values()), ABSENT)


def _lines(inputs: Inputs, bounds: Bounds) -> str:
    return bounds.joined("\n", (text(value) for value in inputs.values()))


def _zipped(inputs: Inputs, bounds: Bounds) -> list[Inputs]:
    lengths = [len(value) for value in inputs.values() if isinstance(value, list)]
    rows = min(lengths, default=0)
    bounds.refuse(rows * 2 * len(inputs))
    return [
        {
            field: value[i] if isinstance(value, list) else value
            for field, value in inputs.items()
        }
        for i in range(rows)
    ]


MODES: Mapping[str, Callable[[Inputs, Bounds], Any]] = {
    "pass-through": _first,
    "combine": lambda inputs, _: dict(inputs),
    "concatenate": _lines,
    "zip": _zipped,
}


def merge(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """The inputs merged by the node's mode; one that is not known passes through."""
    return MODES.get(text(node.data.get("mode")), _first)(inputs, ctx.bounds)


MERGE = NodeType(
    type="merge",
    handler=merge,
    label="Merge",
    category="Logic",
    icon="merge",
    description="Joins branches or builds one value out of several.",
    inputs=FromFields(),
    outputs=TypedBy(
        port="output", key="mode", types={"combine": "json", "concatenate": "string"}
    ),
    config={
        "fields": Fields(label="Inputs"),
        "mode": Select(
            label="Mode",
            default="pass-through",
            options={
                "pass-through": "First value",
                "combine": "Object",
                "concatenate": "Lines of text",
                "zip": "Rows out of lists",
            },
        ),
    },
    effects=False,
    inline=True,
)
