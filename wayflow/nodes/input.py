"""Input: the caller's values, or their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wayflow.config import Fields
from wayflow.contracts import Context
from wayflow.errors import MissingInput
from wayflow.graph import Node
from wayflow.ports import FromFields, rows
from wayflow.registry import NodeType


def emit_fields(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Each field's value; a single field's bare. Raises MissingInput."""
    given = ctx.run_inputs
    values = {
        field["name"]: _value(field, given) for field in rows(node.data.get("fields"))
    }
    return next(iter(values.values())) if len(values) == 1 else values


def is_empty(value: Any) -> bool:
    """Whether a value counts as left out: null, "" or []."""
    return value is None or value == "" or value == []


def _value(field: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    default = field.get("default")
    value = given.get(field["name"])
    if value is None:
        value = default
    if value is None:
        value = [] if field.get("multiple") else ""
    required = field.get("required") is not False
    if required and is_empty(value) and is_empty(default):
        raise MissingInput(field["name"])
    return value


INPUT = NodeType(
    type="input",
    handler=emit_fields,
    label="Input",
    category="Flow",
    icon="log-in",
    description="Where a run's values come in.",
    outputs=FromFields(),
    config={"fields": Fields(label="Fields")},
    unique=True,
    effects=False,
    inline=True,
)
