"""The plain endpoints of design time in the words of the API's schema."""

from __future__ import annotations

from access.openapi import (
    ANYTHING,
    TEXT,
    YES_OR_NO,
    Paths,
    Schema,
    answer,
    listed,
    operation,
    parameter,
    shape,
    with_paths,
)

from . import editor
from .resource import STALE_BODY
from .serializers import GRAPH

SNAPSHOT = shape("graph", version={"type": "integer"}, graph=GRAPH, viewport=ANYTHING)
TOOLS = {
    "type": "object",
    "description": "Tools by name; `parameters` is a JSON schema.",
    "additionalProperties": shape(
        "description", "parameters", description=TEXT, parameters=ANYTHING
    ),
}
MODELS = shape("llm", "imageGeneration", llm=listed(TEXT), imageGeneration=listed(TEXT))
NODE_TYPE = shape(
    "type",
    "label",
    "category",
    "inputs",
    "outputs",
    "config",
    type=TEXT,
    label=TEXT,
    category=TEXT,
    icon=TEXT,
    description=TEXT,
    inputs=ANYTHING,
    outputs=ANYTHING,
    config=ANYTHING,
    unique=YES_OR_NO,
    mappable=YES_OR_NO,
    permission={"type": ["string", "null"]},
)
ETAG = {"ETag": "The present state, for `If-Match`."}
IF_MATCH = parameter(
    "header", "If-Match", "The ETag that was read; 412 when it is not the last.", TEXT
)
IF_NONE_MATCH = parameter(
    "header", "If-None-Match", "The ETag that was read; 304 while it is the last.", TEXT
)

PATHS: Paths = {
    "/api/workflow/{id}": {
        "get": operation(
            editor.workflow,
            "editor_load",
            {
                200: answer("The newest graph.", SNAPSHOT, headers=ETAG),
                304: answer("It is known.", headers=ETAG),
            },
            parameters=[IF_NONE_MATCH],
            does="Load a workflow's newest graph into an editor.",
        ),
        "put": operation(
            editor.workflow,
            "editor_save",
            {
                204: answer("It is saved.", headers=ETAG),
                412: answer(
                    "The workflow has changed since: `current` is what it is now.",
                    STALE_BODY,
                    headers=ETAG,
                ),
            },
            body=SNAPSHOT,
            parameters=[IF_MATCH],
            does="Save an editor's graph. A free id becomes a new workflow.",
        ),
    },
    "/api/models": {
        "get": operation(
            editor.models, "editor_models", {200: answer("Ids by family.", MODELS)}
        )
    },
    "/api/tools": {
        "get": operation(
            editor.tools, "editor_tools", {200: answer("Definitions.", TOOLS)}
        )
    },
    "/api/node-types": {
        "get": operation(
            editor.node_types,
            "editor_node_types",
            {200: answer("Definitions.", listed(NODE_TYPE))},
        )
    },
}


def add_endpoints(
    result: Schema, generator: object, request: object, public: bool
) -> Schema:
    """What the schema's generator calls."""
    return with_paths(result, PATHS)
