"""What the scripted tools of a case do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from wayflow.contracts import Scope, Tool, ToolFunction
from wayflow.errors import Cancelled, WayflowError
from wayflow.graph import Graph
from wayflow.registry import define_tool
from wayflow.tools import graph_to_tool, graphs_to_tools
from wayflow.values import ABSENT, number, text

from .behaviours import ThrownText

Args = Mapping[str, Any]
Script = Mapping[str, Any]


def tools(body: Mapping[str, Any], graphs: Mapping[str, Graph]) -> dict[str, Tool]:
    """The tools of a case by name, in the order of their registration."""
    scripted = {
        name: _tool(script, graphs) for name, script in body.get("tools", {}).items()
    }
    named = [graphs[name] for name in body.get("graphs_as_tools", ())]
    return scripted | graphs_to_tools(named)


def _tool(script: Script, graphs: Mapping[str, Graph]) -> Tool:
    if script["do"] == "graph":
        description = script.get("description")
        return graph_to_tool(graphs[script["graph"]], description=description)
    return define_tool(
        description=script.get("description", ""),
        args=script.get("args"),
        run=_function(script, graphs),
    )


def _function(script: Script, graphs: Mapping[str, Graph]) -> ToolFunction:
    """Raises KeyError for a behaviour that nobody has described."""
    act = _ACTS[script["do"]]

    async def run(args: Args, scope: Scope) -> Any:
        if script["do"] == "wait":
            await asyncio.sleep(script["ms"] / 1000)
        if script["do"] == "run_graph":
            return await scope.run_graph(graphs[script["graph"]], args)
        return act(script, args)

    return run


def _value(script: Script, args: Args) -> Any:
    return script.get("value", ABSENT)


def _nothing(script: Script, args: Args) -> Any:
    return ABSENT


def _echo_args(script: Script, args: Args) -> Any:
    return dict(args)


def _add(script: Script, args: Args) -> Any:
    a, b = args.get("a", ABSENT), args.get("b", ABSENT)
    if isinstance(a, str) or isinstance(b, str):
        return text(a) + text(b)
    return number(a) + number(b)


def _upper(script: Script, args: Args) -> Any:
    return text(args.get("text", ABSENT)).upper()


def _fail(script: Script, args: Args) -> Any:
    raise RuntimeError(script["message"])


def _fail_value(script: Script, args: Args) -> Any:
    raise ThrownText(script["message"])


def _fail_coded(script: Script, args: Args) -> Any:
    raise WayflowError.of(script["error"])


def _abort_error(script: Script, args: Args) -> Any:
    raise Cancelled("stopped")


_ACTS = {
    "const": _value,
    "nothing": _nothing,
    "echo_args": _echo_args,
    "add": _add,
    "upper": _upper,
    "fail": _fail,
    "fail_value": _fail_value,
    "fail_coded": _fail_coded,
    "abort_error": _abort_error,
    "wait": _value,
    "run_graph": _nothing,
}
