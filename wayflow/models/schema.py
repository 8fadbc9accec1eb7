"""Structured output: what is asked of a model, and how its answer is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wayflow.jsontext import json_text, parse
from wayflow.ports import rows
from wayflow.values import ABSENT, plain

from .errors import (
    OutputInvalidJson,
    OutputMissingField,
    OutputNotObject,
    OutputWrongType,
)

_TYPES = {"number": "number", "boolean": "boolean", "json": "object"}
_KINDS = {bool: "a boolean", str: "a string", list: "a list", type(None): "null"}


def is_structured(fields: Any) -> bool:
    """Whether the output fields need more than plain text."""
    declared = list(rows(fields))
    if len(declared) != 1:
        return bool(declared)
    (only,) = declared
    return only.get("dataType") != "string" or bool(only.get("multiple"))


def output_schema(fields: Any) -> dict[str, Any]:
    """The JSON schema of the object with these fields, all of them required."""
    properties = {row["name"]: _property(row) for row in rows(fields)}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def instructions(schema: Mapping[str, Any]) -> str:
    """The schema in words, for backends that cannot enforce one."""
    return (
        "Answer with one JSON object and nothing else: no prose, no code fence. "
        f"It must match this JSON schema:\n{json_text(dict(schema))}"
    )


def read_answer(answer: str, fields: Any) -> Any:
    """The value in a model's JSON text: the object, or its value if it has one field.

    Raises OutputInvalidJson, OutputNotObject and OutputMissingField.
    """
    try:
        value = parse(answer)
    except ValueError as error:
        raise OutputInvalidJson(str(error)) from error
    if not isinstance(value, dict):
        raise OutputNotObject(_kind(value))
    names = [row["name"] for row in rows(fields)]
    for name in names:
        if name not in value:
            raise OutputMissingField(name, names)
    return _unwrapped(value, names)


def read_value(value: Any, fields: Any) -> Any:
    """What a plain handler gave as structured output; objects pass unchecked.

    Raises OutputWrongType, and for a text what ``read_answer`` raises.
    """
    value = plain(value)
    if isinstance(value, str):
        return read_answer(value, fields)
    if not isinstance(value, dict):
        raise OutputWrongType(_kind(value))
    return _unwrapped(value, [row["name"] for row in rows(fields)])


def _property(row: Mapping[str, Any]) -> dict[str, Any]:
    declared = {"type": _TYPES.get(str(row.get("dataType")), "string")}
    return {"type": "array", "items": declared} if row.get("multiple") else declared


def _unwrapped(value: dict[str, Any], names: Sequence[str]) -> Any:
    return value.get(names[0], ABSENT) if len(names) == 1 else value


def _kind(value: Any) -> str:
    return "no value" if value is ABSENT else _KINDS.get(type(value), "a number")
