"""List operations: one list in, a list or a value out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cmp_to_key, reduce
from operator import add
from typing import Any

from wayflow import collation
from wayflow.bounds import Bounds
from wayflow.config import ListOperation
from wayflow.contracts import Context
from wayflow.graph import Node
from wayflow.jsontext import display
from wayflow.numbers import EXACT
from wayflow.ports import Fixed
from wayflow.registry import NodeType
from wayflow.values import ABSENT, number, plain, text

from .operators import MATCHES, holds, matching

Operation = Mapping[str, Any]


def operate(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """The list after the node's operation; one that is not known leaves it alone."""
    operation = node.data.get("operation")
    if not isinstance(operation, dict):
        operation = {"op": "count"}
    name = text(operation.get("op"))
    items = _listed(inputs.get("list", ABSENT))
    if name == "join":
        return _join(items, operation, ctx.bounds)
    apply = OPERATIONS.get(name)
    if apply is _filter and _operator(operation) == MATCHES:
        return _filter_by_pattern(items, operation, ctx)
    return items if apply is None else apply(items, operation)


def _listed(value: Any) -> list[Any]:
    if value is ABSENT:
        return []
    return value if isinstance(value, list) else [value]


def _picked(item: Any, operation: Operation) -> Any:
    field = operation.get("field")
    if field and isinstance(item, dict):
        return item.get(field, ABSENT)
    return item


def _sum(items: list[Any], operation: Operation) -> Any:
    # Double by double: ``sum`` may be more exact than JavaScript is.
    numbers = (float(number(_picked(item, operation))) for item in items)
    return plain(reduce(add, numbers, 0.0))


def _join(items: list[Any], operation: Operation, bounds: Bounds) -> str:
    separator = operation.get("separator")
    separator = ", " if separator is None else text(separator)
    shown = (display(_picked(item, operation)) for item in items)
    return bounds.joined(separator, shown)


def _integer(value: Any) -> int:
    """ECMAScript's ToIntegerOrInfinity; what is beyond any list ends at EXACT."""
    converted = number(value)
    if math.isnan(converted):
        return 0
    return int(max(-EXACT, min(converted, EXACT)))


def _take(items: list[Any], operation: Operation) -> list[Any]:
    count = _integer(operation.get("count"))
    return items[:count] if count > 0 else []


def _slice(items: list[Any], operation: Operation) -> list[Any]:
    start = _integer(operation.get("start"))
    end = _integer(operation["end"]) if "end" in operation else None
    return items[start:end]


def _operator(operation: Operation) -> str:
    return text(_given(operation.get("operator"), "=="))


def _filter(items: list[Any], operation: Operation) -> list[Any]:
    name, target = _operator(operation), _given(operation.get("value"), "")
    return [i for i in items if holds(name, _picked(i, operation), target)]


async def _filter_by_pattern(
    items: list[Any], operation: Operation, ctx: Context
) -> list[Any]:
    source = text(_given(operation.get("value"), ""))
    texts = [text(_picked(item, operation)) for item in items]
    answers = await ctx.in_thread(matching, source, texts, ctx.shared)
    return [item for item, kept in zip(items, answers, strict=True) if kept]


def _given(value: Any, default: Any) -> Any:
    return default if value is None else value


def _compared(a: Any, b: Any) -> int:
    if _is_number(a) and _is_number(b):
        return int(a > b) - int(a < b)
    return collation.compare(text(a), text(b))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sort(items: list[Any], operation: Operation) -> list[Any]:
    sign = -1 if operation.get("direction") == "desc" else 1

    def compare(a: Any, b: Any) -> int:
        return sign * _compared(_picked(a, operation), _picked(b, operation))

    return sorted(items, key=cmp_to_key(compare))


def _unique(items: list[Any], operation: Operation) -> list[Any]:
    kept: dict[str, Any] = {}
    for item in items:
        kept.setdefault(display(_picked(item, operation)), item)
    return list(kept.values())


def _pluck(items: list[Any], operation: Operation) -> list[Any]:
    picked = [_picked(item, operation) for item in items]
    return [None if value is ABSENT else value for value in picked]


OPERATIONS: Mapping[str, Callable[[list[Any], Operation], Any]] = {
    "count": lambda items, _: len(items),
    "sum": _sum,
    "first": lambda items, _: items[0] if items else ABSENT,
    "last": lambda items, _: items[-1] if items else ABSENT,
    "take": _take,
    "slice": _slice,
    "filter": _filter,
    "sort": _sort,
    "unique": _unique,
    "pluck": _pluck,
}

ARRAY_OPS = NodeType(
    type="arrayOps",
    handler=operate,
    label="List operation",
    category="Data",
    icon="list",
    description="Counts, filters, sorts or reshapes a list.",
    inputs=Fixed({"list": "any"}),
    outputs=Fixed({"result": "any"}),
    config={"operation": ListOperation(label="Operation", default={"op": "count"})},
    effects=False,
    inline=True,
)
