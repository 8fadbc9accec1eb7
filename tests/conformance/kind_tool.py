"""The kinds of case about what a tool looks like to a model."""

from __future__ import annotations

from typing import Any

from wayflow.contracts import Tool
from wayflow.errors import WayflowError
from wayflow.registry import define_tool
from wayflow.serializer import graph_of
from wayflow.tools import graph_to_tool, graphs_to_tools, tool_name

from .case import Case, Mode
from .compare import ERROR, demand, difference, record_difference
from .scene import Scene
from .wire import wire


async def check_graph_tool(case: Case, mode: Mode) -> None:
    """Tools made of workflows. Raises Mismatch."""
    try:
        actual = _of_graphs(case)
    except WayflowError as error:
        actual = {"error": wire(error.data())}
    demand(record_difference(case.expect, actual, "", ERROR))


async def check_define_tool(case: Case, mode: Mode) -> None:
    """A tool made of a declaration. Raises Mismatch."""
    tool = define_tool(
        description=case.body.get("description", ""),
        args=case.body.get("args"),
        run=lambda args, scope: None,
    )
    demand(difference(case.expect, {"tool": _described(tool)}))


async def check_describe(case: Case, mode: Mode) -> None:
    """The catalog of a runtime. Raises Mismatch."""
    catalog = Scene(case, mode).runtime.registry.describe_tools()
    demand(difference(case.expect, {"describe": {"tools": wire(catalog)}}))


async def check_snake_case(case: Case, mode: Mode) -> None:
    """Names of workflows as names of tools. Raises Mismatch."""
    rows = [tool_name(name) for name in case.body["rows"]]
    demand(difference(case.expect, {"rows": rows}))


def _of_graphs(case: Case) -> dict[str, Any]:
    if "graphs_list" in case.body:
        tools = graphs_to_tools([graph_of(g) for g in case.body["graphs_list"]])
        return {"tools": {name: _described(tool) for name, tool in tools.items()}}
    description = case.body.get("options", {}).get("description")
    tool = graph_to_tool(graph_of(case.body["graph"]), description=description)
    return {"tool": _described(tool)}


def _described(tool: Tool) -> Any:
    return wire({"description": tool.description, "parameters": tool.parameters})
