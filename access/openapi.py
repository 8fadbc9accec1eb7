"""Plain endpoints in the words of the API's schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
Paths: TypeAlias = Mapping[str, Mapping[str, Schema]]
"""Operations by path and method in lower case."""

JSON = "application/json"
EVENTS = "text/event-stream"
TEXT: Schema = {"type": "string"}
YES_OR_NO: Schema = {"type": "boolean"}
ID: Schema = {"type": "string", "format": "uuid"}
COUNTED: Schema = {"type": "integer", "minimum": 1}
ANYTHING: Schema = {"type": "object", "additionalProperties": True}

FAILS = "x-fails"
"""Under it an operation lists the statuses that no rule would give it."""

PLAIN = "x-plain"
"""Marks operations of plain endpoints, as long as the schema is in the making."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """A stream: some ``frames`` of it, and the component that describes one event."""

    frames: str
    one: str


def shape(*required: str, **properties: Schema) -> Schema:
    """An object with these properties, of which some are always there."""
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def closed(schema: Schema) -> Schema:
    """The same object, in which an unknown property is refused."""
    return {**schema, "additionalProperties": False}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def component(name: str) -> Schema:
    """Refers to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(place: str, name: str, description: str, schema: Schema) -> Schema:
    """Something beside the body; ``place`` is query or header."""
    return {"in": place, "name": name, "description": description, "schema": schema}


def answer(
    description: str,
    schema: Schema | None = None,
    *,
    events: Events | None = None,
    headers: Mapping[str, str] | None = None,
) -> Schema:
    """A response: JSON if ``schema`` is given, server-sent events if ``events`` are.

    ``headers`` are names with what they tell.
    """
    content: Schema = {}
    if schema is not None:
        content[JSON] = {"schema": schema}
    if events is not None:
        content[EVENTS] = {"schema": component(events.one), "example": events.frames}
    told: Schema = {"description": description}
    if content:
        told["content"] = content
    if headers:
        told["headers"] = {
            name: {"description": use, "schema": TEXT} for name, use in headers.items()
        }
    return told


def operation(
    view: Callable[..., object],
    id: str,
    answers: Mapping[int, Schema],
    *,
    body: Schema | None = None,
    parameters: Sequence[Schema] = (),
    fails: Collection[int] = (),
    does: str | None = None,
) -> Schema:
    """What ``view`` does at one path and method: ``does``, or what its docstring says.

    ``fails`` are statuses which the rules for all operations do not give it.
    """
    described: Schema = {
        "operationId": id,
        "description": does or getdoc(view),
        "parameters": list(parameters),
        "security": [{"session": []}, {"token": []}],
        "responses": {str(status): told for status, told in answers.items()},
        FAILS: list(fails),
        PLAIN: True,
    }
    if body is not None:
        described["requestBody"] = {"content": {JSON: {"schema": body}}}
    return described


def with_paths(result: Schema, paths: Paths) -> Schema:
    """The schema ``result`` with ``paths``, their ids among the parameters.

    An ``{id}`` is a UUID, whatever else is in a path is counted from 1, unless an
    operation describes it otherwise.
    """
    for path, operations in paths.items():
        ids = [
            {
                "in": "path",
                "name": name,
                "required": True,
                "schema": ID if name == "id" else COUNTED,
            }
            for name in re.findall(r"{(\w+)}", path)
        ]
        for method, described in operations.items():
            # Whatever the rules for all operations add is added to this copy.
            whole = deepcopy(described)
            names = {parameter["name"] for parameter in whole["parameters"]}
            whole["parameters"][:0] = [id for id in ids if id["name"] not in names]
            result["paths"].setdefault(path, {})[method] = whole
    result["paths"] = dict(sorted(result["paths"].items()))
    return result
