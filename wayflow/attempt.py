"""One node, once: its context, per-item calls, chunks, outcome and routing."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from types import CoroutineType
from typing import Any, Protocol

from . import events
from .contracts import BoundTool, Models, Output, Suspend, Tool
from .errors import (
    MapMultipleLists,
    MapSuspend,
    MultiPortMismatch,
    OutputNotSerializable,
    OutputTooLarge,
    TooManyEvents,
    error_of,
)
from .events import Event
from .graph import Graph, Node
from .registry import NodeType, Registry, Style, style_of
from .threads import Threads
from .values import ABSENT, NotSerializable, plain, text, truncated

MAX_TEXT = 4_000_000
"""Characters that one node may stream."""

MAX_EVENTS = 10_000
"""Events that one node may emit by itself."""

BREATH = 64
"""Chunks after which a stream that never suspends lets others run."""


class Host(Protocol):
    """What an attempt needs of the run around it."""

    @property
    def run_id(self) -> str: ...
    @property
    def run_inputs(self) -> Mapping[str, Any]: ...
    @property
    def metadata(self) -> Mapping[str, Any]: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def max_concurrency(self) -> int: ...
    def emit(self, event: Event) -> None: ...
    def chunk(self, event: Event) -> None: ...
    def show_inputs(self, node_id: str, inputs: Mapping[str, Any]) -> None: ...
    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None
    ) -> dict[str, Any]: ...


class NodeContext:
    """What the handler of one node may know and do; see ``contracts.Context``."""

    __slots__ = (
        "_calls",
        "_events",
        "_host",
        "_parent",
        "_tools",
        "collected",
        "item",
        "node",
    )

    def __init__(
        self,
        host: Host,
        node: Node,
        parent: NodeContext | None = None,
        item: int | None = None,
    ) -> None:
        self.node = node
        self.item = item
        self._host = host
        self._parent = parent
        self._tools: dict[str, BoundTool] | None = None
        self._calls = 0
        self._events = 0
        self.collected: dict[str, Any] = {} if parent is None else parent.collected

    @property
    def run_id(self) -> str:
        return self._host.run_id

    @property
    def node_id(self) -> str:
        return self.node.id

    @property
    def run_inputs(self) -> Mapping[str, Any]:
        return self._host.run_inputs

    @property
    def metadata(self) -> Mapping[str, Any]:
        return self._host.metadata

    @property
    def models(self) -> Models:
        return self._host.registry.models

    @property
    def idempotency_key(self) -> str:
        key = f"{self.run_id}:{self.node_id}"
        return key if self.item is None else f"{key}:{self.item}"

    @property
    def tools(self) -> Mapping[str, BoundTool]:
        if self._tools is None:
            installed = self._host.registry.tools
            self._tools = {
                name: _AnnouncedTool(name, installed[name], self)
                for name in selected_tools(self.node)
                if name in installed
            }
        return self._tools

    def emit(self, event: Event) -> None:
        name, data = event["event"], event["data"]
        if name in _ENGINE_EVENTS or "\n" in name or "\r" in name:
            raise ValueError(f"A handler may not emit {name!r}.")
        self.count_event()
        own: Event = {"event": name, "data": _serializable(data)}
        if name == events.NODE_CHUNK:
            self._host.chunk(own)
        else:
            self._host.emit(own)

    def report_inputs(self, inputs: Mapping[str, Any]) -> None:
        if self.item is None:
            self.count_event()
            self._host.show_inputs(self.node_id, _serializable(dict(inputs)))

    def collect(self, fields: Mapping[str, Any]) -> None:
        self.collected.update(_serializable(dict(fields)))

    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return await self._host.run_graph(graph, inputs)

    def for_item(self, index: int) -> NodeContext:
        """The context of one list element; it counts and collects with this one."""
        return NodeContext(self._host, self.node, parent=self, item=index)

    def next_call_id(self) -> str:
        """``<node>-tc-<n>``, counting over all items of the node."""
        counter = self._parent or self
        counter._calls += 1
        return f"{self.node_id}-tc-{counter._calls}"

    def count_event(self) -> None:
        """Raises TooManyEvents when the node has emitted its share."""
        counter = self._parent or self
        counter._events += 1
        if counter._events > MAX_EVENTS:
            raise TooManyEvents(MAX_EVENTS)

    def announce(self, event: Event) -> None:
        """Send an event of the engine's own on the node's behalf."""
        self.count_event()
        self._host.emit(event)

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """What a plain function returns, or what the awaitable it returns gives."""
        value = await self._host.threads.call(function, *args)
        return await value if inspect.isawaitable(value) else value


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
        args = _serializable(dict(args))
        context.announce(events.tool_call_start(node_id, call_id, self.name, args))
        began = time.monotonic()
        end: dict[str, Any] = {}
        try:
            value = _serializable(await self._run(args))
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


_ENGINE_EVENTS = {events.RUN_STATUS, events.NODE_STATUS}


def selected_tools(node: Node) -> list[str]:
    """The tool names that a node selects, each once, in its order."""
    tools = node.data.get("tools")
    names = tools if isinstance(tools, list) else []
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def call_inline(
    node_type: NodeType, inputs: dict[str, Any], context: NodeContext
) -> Any:
    """What an inline node emits; a coroutine of it when the work needs to wait.

    Raises what the handler raises.
    """
    node = context.node
    if node.data.get("runPerItem") is True:
        return _per_item(node_type, inputs, context)
    value = node_type.handler(node, inputs, context)
    if type(value) is CoroutineType:
        return _awaited(value)
    return _serializable(value)


async def call(
    node_type: NodeType, inputs: dict[str, Any], context: NodeContext
) -> Any:
    """What the node's handler emits: a value, ABSENT or a ``Suspend``.

    Raises what the handler raises.
    """
    if context.node.data.get("runPerItem") is True:
        return await _per_item(node_type, inputs, context)
    return _serializable(await _once(node_type, inputs, context))


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


def _serializable(value: Any) -> Any:
    if type(value) is Suspend:
        data = value.data if value.data is ABSENT else _serializable(value.data)
        return Suspend(instructions=text(value.instructions), data=data)
    try:
        return plain(value)
    except NotSerializable as error:
        raise OutputNotSerializable(str(error)) from error


async def _awaited(value: Coroutine[Any, Any, Any]) -> Any:
    return _serializable(await value)


async def _once(
    node_type: NodeType, inputs: dict[str, Any], context: NodeContext
) -> Any:
    handler, node = node_type.handler, context.node
    if node_type.style is Style.ASYNC:
        return await handler(node, inputs, context)
    if node_type.style is Style.STREAM:
        return await _streamed(handler(node, inputs, context), context)
    if node_type.style is Style.INLINE:
        value = handler(node, inputs, context)
    else:
        value = await context.in_thread(handler, node, inputs, context)
    return await value if inspect.isawaitable(value) else value


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
                raise OutputTooLarge(MAX_TEXT)
            if context.item is None:
                context._host.chunk(events.node_chunk(context.node_id, delta, content))
            count += 1
            if not count % BREATH:
                await asyncio.sleep(0)
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
            value = _serializable(await _once(node_type, item_inputs, item))
            if type(value) is Suspend:
                raise MapSuspend
            emitted[index] = value

    await _together(work, min(len(calls), context._host.max_concurrency))
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
