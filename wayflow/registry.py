"""What is installed: node types, tools and models, as one value to pass around."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from .config import Setting
from .contracts import Handler, Models, Tool, ToolFunction
from .graph import Node
from .policy import ONCE, POLICY, Policy
from .ports import NO_PORTS, Fixed, PortRule


class Style(Enum):
    """How a handler is called."""

    INLINE = "inline"
    # At once, on the loop: pure and quick, no I/O.
    ASYNC = "async"
    STREAM = "stream"
    # An async generator of text chunks.
    THREAD = "thread"
    # A plain function, in a worker thread.


def style_of(handler: Callable[..., Any], *, inline: bool = False) -> Style:
    """How ``handler`` is to be called.

    Raises TypeError for ``inline`` on anything but a plain function.
    """
    called = handler if inspect.isroutine(handler) else _call_of(handler)
    if inspect.isasyncgenfunction(called):
        style = Style.STREAM
    elif inspect.iscoroutinefunction(called):
        style = Style.ASYNC
    else:
        style = Style.INLINE if inline else Style.THREAD
    if inline and style is not Style.INLINE:
        raise TypeError(f"An inline handler must be a plain function: {handler!r}")
    return style


def _call_of(handler: Callable[..., Any]) -> Any:
    partial = getattr(handler, "func", None)
    return partial or type(handler).__call__


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """A kind of node: how it looks, what it takes and emits, and what it does.

    ``effects`` says that running it twice may be seen outside, so that nothing after it
    starts before its completion is durable. ``permission`` is a Django permission
    (``app.codename``) that whoever saves or runs it must have. ``policy`` is that of
    nodes which say nothing else.
    """

    type: str
    handler: Handler
    label: str = ""
    category: str = "Custom"
    icon: str = ""
    description: str = ""
    inputs: PortRule = NO_PORTS
    outputs: PortRule = NO_PORTS
    config: Mapping[str, Setting] = field(default_factory=dict)
    unique: bool = False
    mappable: bool = False
    effects: bool = True
    inline: bool = False
    permission: str | None = None
    policy: Policy = ONCE
    style: Style = field(init=False)

    def __post_init__(self) -> None:
        style = style_of(self.handler, inline=self.inline)
        object.__setattr__(self, "style", style)

    def describe(self) -> dict[str, Any]:
        """The definition as JSON, enough for an editor to draw and configure it."""
        return {
            "type": self.type,
            "label": self.label or self.type,
            "category": self.category,
            "icon": self.icon,
            "description": self.description,
            "inputs": self.inputs.describe(),
            "outputs": self.outputs.describe(),
            "config": {key: s.describe() for key, s in self.config.items()},
            "unique": self.unique,
            "mappable": self.mappable,
            "permission": self.permission,
            "policy": self.policy.describe(),
        }

    def policy_of(self, node: Node) -> Policy:
        """How ``node``, which is of this type, is tried. Raises PolicyInvalid."""
        given = node.data.get(POLICY)
        return self.policy if given is None else self.policy.changed(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Node types by type, tools by name, and who serves which model."""

    nodes: Mapping[str, NodeType] = field(default_factory=dict)
    tools: Mapping[str, Tool] = field(default_factory=dict)
    models: Models = field(default_factory=Models)

    def extended(
        self,
        *,
        handlers: Mapping[str, Handler | NodeType] | None = None,
        tools: Mapping[str, Tool] | None = None,
        models: Models | None = None,
    ) -> Registry:
        """A registry with these added; a type or name of before is replaced."""
        added = {
            key: h if isinstance(h, NodeType) else NodeType(type=key, handler=h)
            for key, h in (handlers or {}).items()
        }
        return replace(
            self,
            nodes={**self.nodes, **added},
            tools={**self.tools, **(tools or {})},
            models=models or self.models,
        )

    def describe_tools(self) -> dict[str, dict[str, Any]]:
        """The catalog of tools, without what they do."""
        return {name: tool.describe() for name, tool in self.tools.items()}


def define_tool(
    *,
    description: str = "",
    args: Mapping[str, str | Mapping[str, Any]] | None = None,
    run: ToolFunction,
    permission: str | None = None,
) -> Tool:
    """A tool whose arguments are ``name: "string"`` or ``name: {type, description?}``.

    Every argument is required.
    """
    properties = {
        name: {"type": spec} if isinstance(spec, str) else dict(spec)
        for name, spec in (args or {}).items()
    }
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
    return Tool(
        description=description, parameters=parameters, run=run, permission=permission
    )


class Collection:
    """What modules register while they are imported; read once, as a Registry."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeType] = {}
        self._tools: dict[str, Tool] = {}

    def node_type(
        self,
        type: str,
        *,
        inputs: Mapping[str, str] | PortRule = NO_PORTS,
        outputs: Mapping[str, str] | PortRule = NO_PORTS,
        **options: Any,
    ) -> Callable[[Handler], Handler]:
        """Register the decorated handler; ``options`` are the fields of ``NodeType``.

        Ports may be given as ``{id: dataType}``. Raises ValueError when the type is
        taken.
        """

        def register(handler: Handler) -> Handler:
            self._claim(type, self._nodes, "node type")
            self._nodes[type] = NodeType(
                type=type,
                handler=handler,
                inputs=_rule(inputs),
                outputs=_rule(outputs),
                **options,
            )
            return handler

        return register

    def tool(
        self, name: str, **declaration: Any
    ) -> Callable[[ToolFunction], ToolFunction]:
        """Register the decorated function as a tool, declared as in ``define_tool``.

        Raises ValueError when the name is taken.
        """

        def register(function: ToolFunction) -> ToolFunction:
            self._claim(name, self._tools, "tool")
            self._tools[name] = define_tool(run=function, **declaration)
            return function

        return register

    def registry(self, *, nodes: Iterable[NodeType], models: Models) -> Registry:
        """The registry of ``nodes`` and everything registered so far."""
        return Registry(
            nodes={n.type: n for n in nodes} | self._nodes,
            tools=dict(self._tools),
            models=models,
        )

    def _claim(self, name: str, taken: Mapping[str, Any], what: str) -> None:
        if name in taken:
            raise ValueError(f'The {what} "{name}" is registered twice.')


def _rule(ports: Mapping[str, str] | PortRule) -> PortRule:
    return Fixed(ports) if isinstance(ports, Mapping) else ports


installed = Collection()
"""Filled by ``wayflow_nodes`` modules when Django is ready, then passed in."""

node_type = installed.node_type
tool = installed.tool
