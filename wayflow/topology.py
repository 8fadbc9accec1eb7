"""A graph compiled once: order, degrees, cycle and fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from .graph import EdgeId, Graph, Node, NodeId, PortId
from .jsontext import json_bytes

Wire: TypeAlias = tuple[EdgeId, int, PortId, PortId]
"""An edge as the engine walks it: its id, the index and port of the node it comes from,
and the port it leads to. A bare tuple, for a graph has many."""

NOBODY: Final = -1
"""The index of a node that does not exist; as an index it is the last place of all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topology:
    """A graph by node index, in document order. It does not keep the graph alive.

    ``incoming[i]`` are the wires into node i in edge order, ``outgoing[i]`` the ids of
    the edges out of it, ``successors[i]`` the indexes at their ends (one per edge),
    ``degrees[i]`` the number of wires into it.
    """

    nodes: Sequence[Node]
    index: Mapping[NodeId, int]
    incoming: Sequence[Sequence[Wire]]
    outgoing: Sequence[Sequence[EdgeId]]
    successors: Sequence[Sequence[int]]
    degrees: Sequence[int]


_compiled: WeakKeyDictionary[Graph, Topology] = WeakKeyDictionary()


def topology_of(graph: Graph) -> Topology:
    """The compiled form of ``graph``, made at most once while it lives."""
    topology = _compiled.get(graph)
    if topology is None:
        topology = _compiled[graph] = _compile(graph)
    return topology


def _compile(graph: Graph) -> Topology:
    nodes = tuple(graph.nodes.values())
    index = {node.id: i for i, node in enumerate(nodes)}
    incoming: list[list[Wire]] = [[] for _ in nodes]
    outgoing: list[list[EdgeId]] = [[] for _ in nodes]
    successors: list[list[int]] = [[] for _ in nodes]
    for edge in graph.edges.values():
        source = index.get(edge.source, NOBODY)
        target = index.get(edge.target, NOBODY)
        if target != NOBODY:
            wire = (edge.id, source, edge.source_port, edge.target_port)
            incoming[target].append(wire)
        if source != NOBODY:
            outgoing[source].append(edge.id)
            if target != NOBODY:
                successors[source].append(target)
    return Topology(
        nodes=nodes,
        index=index,
        incoming=incoming,
        outgoing=outgoing,
        successors=successors,
        degrees=list(map(len, incoming)),
    )


def find_cycle(graph: Graph) -> list[NodeId] | None:
    """Node ids along one cycle, the first repeated at the end; None when acyclic.

    The cycle starts at the node by which a walk in document order enters it.
    """
    topology = topology_of(graph)
    if _is_acyclic(topology):
        return None
    cycle = _first_cycle(topology.successors)
    return [topology.nodes[i].id for i in cycle] or None


def _is_acyclic(topology: Topology) -> bool:
    successors, degrees = topology.successors, list(topology.degrees)
    free = [i for i, degree in enumerate(degrees) if not degree]
    for i in free:
        for target in successors[i]:
            degrees[target] -= 1
            if not degrees[target]:
                free.append(target)
    return len(free) == len(successors)


def _first_cycle(successors: Sequence[Sequence[int]]) -> list[int]:
    finished: set[int] = set()
    for root in range(len(successors)):
        path: dict[int, Iterator[int]] = {}
        current = None if root in finished else root
        while current is not None:
            branches = path.setdefault(current, iter(successors[current]))
            following = next((i for i in branches if i not in finished), None)
            if following in path:
                walked = list(path)
                return [*walked[walked.index(following) :], following]
            if following is None:
                finished.add(current)
                del path[current]
                following = next(reversed(path), None)
            current = following
    return []


def fingerprint(graph: Graph) -> str:
    """A digest of the structure: node ids and types, port ids and sides, connections.

    Config, labels, positions, edge ids and the order of anything do not count.
    """
    nodes = sorted(
        [
            node.id,
            node.type,
            sorted(port.id for port in node.inputs),
            sorted(port.id for port in node.outputs),
        ]
        for node in graph.nodes.values()
    )
    edges = sorted(
        [edge.source, edge.source_port, edge.target, edge.target_port]
        for edge in graph.edges.values()
    )
    return hashlib.sha256(json_bytes([nodes, edges])).hexdigest()
