"""Plain endpoints in the words of the API's schema, and the one shape of errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
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
ANYTHING: Schema = {"type": "object", "additionalProperties": True}


def shape(*required: str, **properties: Schema) -> Schema:
    """An object with these properties, of which some are always there."""
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def parameter(place: str, name: str, description: str, schema: Schema) -> Schema:
    """Something beside the body; ``place`` is query or header."""
    return {"in": place, "name": name, "description": description, "schema": schema}


def answer(
    description: str,
    schema: Schema | None = None,
    *,
    events: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Schema:
    """A response: JSON if ``schema`` is given, server-sent events like ``events``.

    ``headers`` are names with what they tell.
    """
    content: Schema = {}
    if schema is not None:
        content[JSON] = {"schema": schema}
    if events is not None:
        content[EVENTS] = {"schema": TEXT, "example": events}
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
) -> Schema:
    """What ``view`` does at one path and method; its docstring describes it."""
    described: Schema = {
        "operationId": id,
        "description": getdoc(view),
        "tags": [id.partition("_")[0]],
        "parameters": list(parameters),
        "security": [{"session": []}, {"token": []}],
        "responses": {str(status): told for status, told in answers.items()},
    }
    if body is not None:
        described["requestBody"] = {"content": {JSON: {"schema": body}}}
    return described


def with_paths(result: Schema, paths: Paths) -> Schema:
    """The schema ``result`` with ``paths``, their ids among the parameters."""
    for path, operations in paths.items():
        ids = [
            {"in": "path", "name": name, "required": True, "schema": ID}
            for name in re.findall(r"{(\w+)}", path)
        ]
        for method, described in operations.items():
            whole = {**described, "parameters": ids + described["parameters"]}
            result["paths"].setdefault(path, {})[method] = whole
    result["paths"] = dict(sorted(result["paths"].items()))
    return result


ERROR: Schema = {
    "description": "What went wrong. `error` repeats the first `detail`.",
    **shape(
        "error",
        "type",
        "errors",
        error=TEXT,
        type={"enum": ["client_error", "validation_error", "server_error"]},
        errors=listed(
            shape(
                "code",
                "detail",
                "attr",
                code={**TEXT, "description": "Stable: programs may rely on it."},
                detail={**TEXT, "description": "For people."},
                attr={
                    "type": ["string", "null"],
                    "description": "The field that is wrong.",
                },
                hint={**TEXT, "description": "What can be done about it."},
            )
        ),
    ),
    "examples": [
        {
            "error": 'The input "n" must be a number, not a text.',
            "type": "client_error",
            "errors": [
                {
                    "code": "WF_INPUT_WRONG_TYPE",
                    "detail": 'The input "n" must be a number, not a text.',
                    "attr": "inputs.n",
                    "hint": "Look up the type of the field in the workflow's"
                    " Input node.",
                }
            ],
        }
    ],
}

_PAGE = {"type": ["string", "null"], "format": "uri"}


def complete_schema(
    result: Schema, generator: object, request: object, public: bool
) -> Schema:
    """Add to every operation how it says what went wrong; the last of the hooks."""
    schemas = result["components"]["schemas"]
    schemas["Error"] = ERROR
    for name, schema in schemas.items():
        if name.startswith("Paginated"):
            schema["properties"] |= {"next": _PAGE, "previous": _PAGE}
    failed = answer("What went wrong.", {"$ref": "#/components/schemas/Error"})
    for operations in result["paths"].values():
        for described in operations.values():
            described["responses"]["default"] = failed
    return result
