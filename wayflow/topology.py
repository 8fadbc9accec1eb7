"""A graph compiled once: order, degrees, cycle and fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from . import values
from .graph import Graph, Node, NodeId, PortId


class Wire(NamedTuple):
    """An edge as the engine walks it; ``key`` names the value it carries."""

    edge_id: str
    key: str
    port: PortId


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topology:
    """A graph by node index, in document order.

    ``incoming[i]`` are the wires into node i in edge order, ``outgoing[i]`` the ids of
    the edges out of it, ``successors[i]`` the indexes at their ends (one per edge),
    ``degrees[i]`` the number of wires into it.
    """

    graph: Graph
    nodes: tuple[Node, ...]
    index: dict[NodeId, int]
    incoming: tuple[tuple[Wire, ...], ...]
    outgoing: tuple[tuple[str, ...], ...]
    successors: tuple[tuple[int, ...], ...]
    degrees: tuple[int, ...]


_compiled: WeakKeyDictionary[Graph, Topology] = WeakKeyDictionary()


def topology_of(graph: Graph) -> Topology:
    """The compiled form of ``graph``, made at most once while it lives."""
    topology = _compiled.get(graph)
    if topology is None:
        topology = _compiled[graph] = _compile(graph)
    return topology


def value_key(node_id: str, port_id: str) -> str:
    """Under which a port's value is kept."""
    return f"{node_id}:{port_id}"


def _compile(graph: Graph) -> Topology:
    nodes = tuple(graph.nodes.values())
    index = {node.id: i for i, node in enumerate(nodes)}
    incoming: list[list[Wire]] = [[] for _ in nodes]
    outgoing: list[list[str]] = [[] for _ in nodes]
    successors: list[list[int]] = [[] for _ in nodes]
    for edge in graph.edges.values():
        source, target = index.get(edge.source), index.get(edge.target)
        if source is not None:
            outgoing[source].append(edge.id)
        if target is not None:
            key = value_key(edge.source, edge.source_port)
            incoming[target].append(Wire(edge.id, key, edge.target_port))
        if source is not None and target is not None:
            successors[source].append(target)
    return Topology(
        graph=graph,
        nodes=nodes,
        index=index,
        incoming=tuple(map(tuple, incoming)),
        outgoing=tuple(map(tuple, outgoing)),
        successors=tuple(map(tuple, successors)),
        degrees=tuple(map(len, incoming)),
    )


def find_cycle(graph: Graph) -> list[NodeId] | None:
    """Node ids along one cycle, the first repeated at the end; None when acyclic.

    The cycle starts at the node by which a walk in document order enters it.
    """
    topology = topology_of(graph)
    if _is_acyclic(topology.successors):
        return None
    return [topology.nodes[i].id for i in _first_cycle(topology.successors)]


def _is_acyclic(successors: Sequence[Sequence[int]]) -> bool:
    degrees = [0] * len(successors)
    for targets in successors:
        for target in targets:
            degrees[target] += 1
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
    return hashlib.sha256(values.json_bytes([nodes, edges])).hexdigest()
