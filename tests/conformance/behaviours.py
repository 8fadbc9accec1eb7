"""What the scripted nodes of a case do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from copy import deepcopy
from typing import Any

from wayflow.contracts import BoundTool, Context, Handler, Output, Suspend
from wayflow.errors import Cancelled, WayflowError
from wayflow.graph import Graph, Node
from wayflow.values import ABSENT, text

from .compare import difference
from .wire import wire

Inputs = dict[str, Any]


class ThrownText(Exception):
    """A bare text that was thrown; Python can only throw it inside an exception."""


def handlers(
    scripted: Mapping[str, Mapping[str, Any]],
    *,
    graphs: Mapping[str, Graph],
    cancel: Callable[[], None],
) -> dict[str, Handler]:
    """Handlers by node type. ``cancel`` sets the cancellation of the run under way.

    Raises KeyError for a behaviour that nobody has described.
    """
    behaviours = {
        **_ALONE,
        "abort_run": _abort_run(cancel),
        "run_graph": _run_graph(graphs),
    }
    return {node_type: behaviours[s["do"]] for node_type, s in scripted.items()}


async def _const(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return node.data.get("value", ABSENT)


async def _echo(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return inputs


async def _first(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return next(iter(inputs.values()), ABSENT)


async def _upper(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return text(await _first(node, inputs, ctx)).upper()


async def _suffix(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return text(await _first(node, inputs, ctx)) + text(node.data["suffix"])


async def _kinds(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return {port.id: _kind(inputs.get(port.id, ABSENT)) for port in node.inputs}


async def _object(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return node.data.get("object", ABSENT)


async def _stream(
    node: Node, inputs: Inputs, ctx: Context
) -> AsyncGenerator[Any, None]:
    for chunk in node.data["chunks"]:
        yield chunk
    if "failAfter" in node.data:
        raise RuntimeError(node.data["failAfter"])
    if "returns" in node.data:
        yield Output(node.data["returns"])


async def _fail(node: Node, inputs: Inputs, ctx: Context) -> Any:
    raise RuntimeError(node.data["message"])


async def _fail_value(node: Node, inputs: Inputs, ctx: Context) -> Any:
    raise ThrownText(node.data["message"])


async def _fail_coded(node: Node, inputs: Inputs, ctx: Context) -> Any:
    raise WayflowError.of(node.data["error"])


async def _fail_if(node: Node, inputs: Inputs, ctx: Context) -> Any:
    value = await _first(node, inputs, ctx)
    if _equal(value, node.data["when"]):
        raise RuntimeError(node.data["message"])
    return value


async def _abort_error(node: Node, inputs: Inputs, ctx: Context) -> Any:
    raise Cancelled("stopped")


async def _suspend(node: Node, inputs: Inputs, ctx: Context) -> Any:
    data = node.data.get("data", inputs)
    return Suspend(instructions=node.data["instructions"], data=data)


async def _suspend_if(node: Node, inputs: Inputs, ctx: Context) -> Any:
    value = await _first(node, inputs, ctx)
    if _equal(value, node.data["when"]):
        return Suspend(instructions=node.data["instructions"], data=inputs)
    return value


async def _wait(node: Node, inputs: Inputs, ctx: Context) -> Any:
    value = await _first(node, inputs, ctx)
    await asyncio.sleep(value * node.data.get("msPerUnit", 5) / 1000)
    return value


async def _collect(node: Node, inputs: Inputs, ctx: Context) -> Any:
    ctx.collect(node.data["fields"])
    return await _first(node, inputs, ctx)


async def _emit_inputs(node: Node, inputs: Inputs, ctx: Context) -> Any:
    ctx.report_inputs(node.data["report"])
    return await _first(node, inputs, ctx)


async def _emit(node: Node, inputs: Inputs, ctx: Context) -> Any:
    for event in deepcopy(node.data["events"]):
        ctx.emit(event)
    return await _first(node, inputs, ctx)


async def _run_inputs(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return dict(ctx.run_inputs)


async def _list_tools(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return [
        {"name": t.name, "description": t.description, "parameters": dict(t.parameters)}
        for t in ctx.tools.values()
    ]


async def _call_tool(node: Node, inputs: Inputs, ctx: Context) -> Any:
    return await _called(ctx.tools, node.data)


async def _call_tools(node: Node, inputs: Inputs, ctx: Context) -> Any:
    answers = []
    for call in node.data["calls"]:
        try:
            answers.append({"ok": await _called(ctx.tools, call)})
        except Exception as error:
            answers.append({"error": str(error)})
    return answers


def _abort_run(cancel: Callable[[], None]) -> Handler:
    async def abort_run(node: Node, inputs: Inputs, ctx: Context) -> Any:
        cancel()
        if node.data.get("then") == "throw":
            raise RuntimeError(node.data["message"])
        return await _first(node, inputs, ctx)

    return abort_run


def _run_graph(graphs: Mapping[str, Graph]) -> Handler:
    async def run_graph(node: Node, inputs: Inputs, ctx: Context) -> Any:
        return await ctx.run_graph(graphs[node.data["graph"]], node.data.get("args"))

    return run_graph


_ALONE: Mapping[str, Handler] = {
    "const": _const,
    "echo": _echo,
    "first": _first,
    "upper": _upper,
    "suffix": _suffix,
    "kinds": _kinds,
    "object": _object,
    "stream": _stream,
    "fail": _fail,
    "fail_value": _fail_value,
    "fail_coded": _fail_coded,
    "fail_if": _fail_if,
    "abort_error": _abort_error,
    "suspend": _suspend,
    "suspend_if": _suspend_if,
    "wait": _wait,
    "collect": _collect,
    "emit_inputs": _emit_inputs,
    "emit": _emit,
    "run_inputs": _run_inputs,
    "list_tools": _list_tools,
    "call_tool": _call_tool,
    "call_tools": _call_tools,
}


async def _called(tools: Mapping[str, BoundTool], call: Mapping[str, Any]) -> Any:
    tool = tools.get(call["tool"])
    if tool is None:
        raise RuntimeError(f"tool not available: {call['tool']}")
    return await tool(call.get("args", {}))


def _kind(value: Any) -> str:
    if value is ABSENT:
        return "absent"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "list"
    return "object" if isinstance(value, dict) else "number"


def _equal(value: Any, other: Any) -> bool:
    return value is not ABSENT and difference(wire(other), wire(value)) is None
