"""Workflows as tools: a graph's Input fields become a tool's parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .contracts import Scope, Tool
from .errors import ToolNoName
from .graph import Graph
from .ports import rows

_TYPED = {"string", "number", "boolean"}
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def tool_name(name: str) -> str | None:
    """The name in snake_case, ASCII only; None when nothing is left of it."""
    return _NOT_A_WORD.sub("_", name.lower()).strip("_") or None


def graph_to_tool(graph: Graph, *, description: str | None = None) -> Tool:
    """The workflow as a tool; ``description`` takes the place of its own.

    Calling it runs the graph with the arguments as inputs and gives its result.
    """

    async def run(args: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
        return await scope.run_graph(graph, args)

    if description is None:
        description = str(graph.metadata.get("description") or "")
    return Tool(description=description, parameters=_parameters(graph), run=run)


def graphs_to_tools(graphs: Iterable[Graph]) -> dict[str, Tool]:
    """Tools of named workflows, under their names in snake_case. Raises ToolNoName."""
    tools: dict[str, Tool] = {}
    for graph in graphs:
        name = tool_name(str(graph.metadata.get("name") or ""))
        if name is None:
            raise ToolNoName
        tools[name] = graph_to_tool(graph)
    return tools


def _parameters(graph: Graph) -> dict[str, Any]:
    fields = [
        field
        for node in graph.nodes.values()
        if node.type == "input"
        for field in rows(node.data.get("fields"))
    ]
    return {
        "type": "object",
        "properties": {field["name"]: _schema(field) for field in fields},
        "required": [field["name"] for field in fields if _is_required(field)],
    }


def _schema(field: Mapping[str, Any]) -> dict[str, Any]:
    data_type = field.get("dataType")
    typed = isinstance(data_type, str) and data_type in _TYPED
    schema: dict[str, Any] = {"type": data_type} if typed else {}
    return {"type": "array", "items": schema} if field.get("multiple") else schema


def _is_required(field: Mapping[str, Any]) -> bool:
    default = field.get("default")
    return field.get("required") is not False and default in (None, "", [])
