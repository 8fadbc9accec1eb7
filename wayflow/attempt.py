"""One node, once: its context, per-item calls, chunks, outcome and routing."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from . import events
from .bounds import Bounds
from .contracts import BoundTool, Journal, Models, Output, Suspend, Tool, Usage
from .errors import (
    HandlerThrew,
    MapMultipleLists,
    MapSuspend,
    MultiPortMismatch,
    OutputTooLarge,
    TooManyEvents,
    error_of,
)
from .events import Event
from .graph import Graph, Node
from .registry import NodeType, Registry, Style, style_of
from .threads import Threads
from .truncation import truncated
from .values import ABSENT, text

MAX_TEXT = 1_000_000
"""Characters that one node may stream."""

MAX_EVENTS = 10_000
"""Events that one node may emit by itself."""

BREATH = 64
"""Chunks after which a stream that never suspends lets others run."""


class Engine(Protocol):
    """What all runs of one runtime share. Timeouts are in seconds."""

    registry: Registry
    threads: Threads
    max_concurrency: int
    node_timeout: float | None
    run_timeout: float | None
    bounds: Bounds


class RunPlan(Protocol):
    """What handlers may know of the run's beginning."""

    @property
    def run_id(self) -> str: ...
    @property
    def inputs(self) -> Mapping[str, Any]: ...
    @property
    def metadata(self) -> Mapping[str, Any]: ...


class Narrator(Protocol):
    def show_inputs(self, node_id: str, inputs: Mapping[str, Any]) -> None: ...


class Host(Protocol):
    """What an attempt needs of the run around it."""

    @property
    def engine(self) -> Engine: ...
    @property
    def plan(self) -> RunPlan: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def report(self) -> Narrator: ...
    def on_loop(self, function: Callable[..., None], *args: Any) -> None: ...
    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None, run_id: str
    ) -> dict[str, Any]: ...


class NodeContext:
    """What the handler of one node may know and do; see ``contracts.Context``.

    Once ``closed`` the node has settled, and a handler left behind is not heard.
    """

    # A context is made for every node, and few ever need more than the three below.
    item: int | None = None
    closed = False
    _parent: NodeContext | None = None
    _shared: dict[str, Any] | None = None
    _tools: dict[str, BoundTool] | None = None
    _calls = _events = _graphs = 0

    def __init__(self, host: Host, node: Node) -> None:
        self.host = host
        self.node = node
        self.collected: dict[str, Any] = {}

    @property
    def run_id(self) -> str:
        return self.host.plan.run_id

    @property
    def node_id(self) -> str:
        return self.node.id

    @property
    def run_inputs(self) -> Mapping[str, Any]:
        return self.host.plan.inputs

    @property
    def metadata(self) -> Mapping[str, Any]:
        return self.host.plan.metadata

    @property
    def models(self) -> Models:
        return self.host.engine.registry.models

    @property
    def bounds(self) -> Bounds:
        return self.host.engine.bounds

    @property
    def shared(self) -> dict[str, Any]:
        owner = self._parent or self
        if owner._shared is None:
            owner._shared = {}
        return owner._shared

    @property
    def idempotency_key(self) -> str:
        key = f"{self.run_id}:{self.node_id}"
        return key if self.item is None else f"{key}:{self.item}"

    @property
    def tools(self) -> Mapping[str, BoundTool]:
        if self._tools is None:
            installed = self.host.engine.registry.tools
            self._tools = {
                name: _AnnouncedTool(name, installed[name], self)
                for name in selected_tools(self.node)
                if name in installed
            }
        return self._tools

    def emit(self, event: Event) -> None:
        name = event["event"]
        if name in _ENGINE_EVENTS or "\n" in name or "\r" in name:
            raise ValueError(f"A handler may not emit {name!r}.")
        self.announce({"event": name, "data": self.bounds.clean(event["data"])})

    def announce(self, event: Event) -> None:
        """Send an event on the node's behalf. Raises TooManyEvents."""
        self._count_event()
        self.host.on_loop(self._send, event)

    def report_inputs(self, inputs: Mapping[str, Any]) -> None:
        if self.item is None:
            self._count_event()
            shown = self.bounds.clean(dict(inputs))
            self.host.on_loop(self._show_inputs, shown)

    def report_usage(self, usage: Usage, model: str) -> None:
        # Not counted as an event: one follows each answer of a model.
        event = events.model_usage(
            self.node_id, model, usage.input_tokens, usage.output_tokens
        )
        self.host.on_loop(self._send, event)

    def collect(self, fields: Mapping[str, Any]) -> None:
        self.collected.update(fields)

    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        self._graphs += 1
        run_id = f"{self.idempotency_key}/{self._graphs}"
        return await self.host.run_graph(graph, inputs, run_id)

    def for_item(self, index: int) -> NodeContext:
        """The context of one list element; it counts and collects with this one."""
        context = NodeContext(self.host, self.node)
        context.item, context._parent = index, self
        context.collected = self.collected
        return context

    def renewed(self) -> NodeContext:
        """The context of another attempt, which counts on from this one."""
        context = NodeContext(self.host, self.node)
        context._calls, context._events = self._calls, self._events
        return context

    def next_call_id(self) -> str:
        """``<node>-tc-<n>``, counting over all items of the node."""
        counter = self._parent or self
        counter._calls += 1
        return f"{self.node_id}-tc-{counter._calls}"

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """What a plain function returns, or what the awaitable it returns gives."""
        value = await self.host.engine.threads.call(function, *args)
        return await value if inspect.isawaitable(value) else value

    def _count_event(self) -> None:
        counter = self._parent or self
        counter._events += 1
        if counter._events > MAX_EVENTS:
            raise TooManyEvents(MAX_EVENTS)

    def _send(self, event: Event) -> None:
        if (self._parent or self).closed:
            return
        if event["event"] == events.NODE_CHUNK:
            self.host.journal.chunk(event)
        else:
            self.host.journal.append(event)

    def _show_inputs(self, inputs: Mapping[str, Any]) -> None:
        if not self.closed:
            self.host.report.show_inputs(self.node_id, inputs)


class _AnnouncedTool:
    """A registered tool whose calls the run's watchers can follow."""

    __slots__ = ("_context", "_tool", "name")

    def __init__(self, name: str, tool: Tool, context: NodeContext) -> None:
        self.name = name
        self._tool = tool
        self._context = context

    @property
    def description(self) -> str:
        return self._tool.description

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self._tool.parameters

    async def __call__(self, args: Mapping[str, Any]) -> Any:
        context = self._context
        node_id, call_id = context.node_id, context.next_call_id()
        args = context.bounds.clean(dict(args))
        context.announce(events.tool_call_start(node_id, call_id, self.name, args))
        began = time.monotonic()
        end: dict[str, Any] = {}
        try:
            value = context.bounds.clean(await self._run(args))
            if value is not ABSENT:
                end["result"] = truncated(value)
            return value
        except BaseException as error:
            end["error"] = error_of(error).data()
            raise
        finally:
            end["durationMs"] = round((time.monotonic() - began) * 1000)
            context.announce(events.tool_call_end(node_id, call_id, **end))

    async def _run(self, args: Mapping[str, Any]) -> Any:
        if style_of(self._tool.run) is Style.ASYNC:
            return await self._tool.run(args, self._context)
        return await self._context.in_thread(self._tool.run, args, self._context)


_ENGINE_EVENTS = {
    events.RUN_STATUS,
    events.NODE_STATUS,
    events.NODE_ATTEMPT,
    events.MODEL_USAGE,
}


def selected_tools(node: Node) -> list[str]:
    """The tool names that a node selects, each once, in its order."""
    names = node.data.get("tools")
    if not isinstance(names, list):
        return []
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def call_inline(
    node_type: NodeType, inputs: dict[str, Any], context: NodeContext
) -> Any:
    """What an inline node's handler answers; a coroutine of it when it must wait.

    Raises what the handler raises; it cannot end the process.
    """
    node = context.node
    if node.data.get("runPerItem") is True:
        return _per_item(node_type, inputs, context)
    try:
        return node_type.handler(node, inputs, context)
    except SystemExit as error:
        raise _exit(error) from error


async def call(
    node_type: NodeType, inputs: dict[str, Any], context: NodeContext
) -> Any:
    """What the node's handler answers: a value, ABSENT or a ``Suspend``.

    Raises what the handler raises.
    """
    if context.node.data.get("runPerItem") is True:
        return await _per_item(node_type, inputs, context)
    return await _once(node_type, inputs, context)


def routed(node: Node, value: Any) -> dict[str, Any]:
    """The value by output port; a port that is missing was not emitted.

    Raises MultiPortMismatch when several ports are to share what is no object.
    """
    ports = node.outputs
    if len(ports) == 1:
        return {ports[0].id: value}
    if not ports:
        return {}
    return {p.id: value[p.id] for p in ports if p.id in _by_port(node, value)}


def _by_port(node: Node, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MultiPortMismatch(node.type, [port.id for port in node.outputs])
    return value


async def _once(
    node_type: NodeType, inputs: dict[str, Any], context: NodeContext
) -> Any:
    handler, node, style = node_type.handler, context.node, node_type.style
    try:
        if style is Style.ASYNC:
            return await handler(node, inputs, context)
        if style is Style.STREAM:
            return await _streamed(handler(node, inputs, context), context)
        if style is Style.INLINE:
            value = handler(node, inputs, context)
        else:
            value = await context.in_thread(handler, node, inputs, context)
        return await value if inspect.isawaitable(value) else value
    except SystemExit as error:
        raise _exit(error) from error


def _exit(error: SystemExit) -> HandlerThrew:
    """On a loop SystemExit would end the loop, and with it every other run."""
    return HandlerThrew(f"SystemExit: {error}")


async def _streamed(chunks: Any, context: NodeContext) -> Any:
    content = ""
    count = 0
    async with aclosing(chunks):
        async for item in chunks:
            if type(item) is Output:
                return item.value
            delta = text(item)
            content += delta
            if len(content) > MAX_TEXT:
                raise OutputTooLarge(MAX_TEXT, "characters")
            if context.item is None and not context.closed:
                chunk = events.node_chunk(context.node_id, delta, content)
                context.host.journal.chunk(chunk)
            count += 1
            if not count % BREATH:
                await context.host.journal.ready()
    return content


async def _per_item(
    node_type: NodeType, inputs: dict[str, Any], context: NodeContext
) -> Any:
    lists = [port for port, value in inputs.items() if type(value) is list]
    if len(lists) > 1:
        raise MapMultipleLists
    if lists:
        port = lists[0]
        calls = [{**inputs, port: element} for element in inputs[port]]
    else:
        calls = [inputs]
    emitted: list[Any] = [ABSENT] * len(calls)
    pending = iter(enumerate(calls))

    async def work() -> None:
        for index, item_inputs in pending:
            item = context.for_item(index)
            value = await _once(node_type, item_inputs, item)
            if type(value) is Suspend:
                raise MapSuspend
            emitted[index] = value

    await _together(work, min(len(calls), context.host.engine.max_concurrency))
    return _gathered(context.node, emitted)


async def _together(work: Callable[[], Coroutine[Any, Any, None]], many: int) -> None:
    """``work`` ``many`` times at once; the first failure stops the others."""
    tasks = [asyncio.ensure_future(work()) for _ in range(many)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _gathered(node: Node, emitted: list[Any]) -> Any:
    if len(node.outputs) < 2:
        return [None if value is ABSENT else value for value in emitted]
    objects = [_by_port(node, value) for value in emitted]
    return {p.id: [value.get(p.id) for value in objects] for p in node.outputs}
