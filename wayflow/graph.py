"""A graph as data: nodes with typed ports, joined by edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NewType

NodeId = NewType("NodeId", str)
EdgeId = NewType("EdgeId", str)
PortId = NewType("PortId", str)

Side = Literal["input", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One connection point of a node."""

    id: PortId
    side: Side
    data_type: str = "any"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of the drawing; ``data`` is its config."""

    id: NodeId
    type: str
    label: str = ""
    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A connection from an output port to an input port."""

    id: EdgeId
    source: NodeId
    source_port: PortId
    target: NodeId
    target_port: PortId


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedEdge:
    """An edge that reading left out, and why."""

    id: EdgeId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Graph:
    """A graph, in the order of its document.

    ``document`` is the plain ``{nodes, edges, metadata?}`` object with everything the
    editor put there; the typed views are read from it. Neither may be changed.
    """

    document: Mapping[str, Any]
    nodes: Mapping[NodeId, Node]
    edges: Mapping[EdgeId, Edge]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    dropped: tuple[DroppedEdge, ...] = ()
