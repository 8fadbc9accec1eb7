"""Pure: what a repeated run may take over from the run that it repeats."""

from __future__ import annotations

from collections.abc import Collection

from wayflow.graph import Graph, Node, NodeId
from wayflow.topology import topology_of

Wiring = frozenset[tuple[NodeId, str, str]]


def reusable(before: Graph, after: Graph, again: Collection[NodeId]) -> set[NodeId]:
    """The nodes of ``after`` that would do nothing else than they did in ``before``.

    Not those of ``again``, nor any node that depends on one of them. A node is the same
    if its type, config, ports and connections are, and all that it depends on is.
    """
    wiring_before, wiring_after = _wiring(before), _wiring(after)
    topology = topology_of(after)
    changed = {
        node.id
        for node in topology.nodes
        if node.id in again
        or not _same(before.nodes.get(node.id), node)
        or wiring_before[node.id] != wiring_after[node.id]
    }
    pending = list(changed)
    while pending:
        for i in topology.successors[topology.index[pending.pop()]]:
            target = topology.nodes[i].id
            if target not in changed:
                changed.add(target)
                pending.append(target)
    return set(after.nodes) - changed


def _same(before: Node | None, after: Node) -> bool:
    return before is not None and (
        (before.type, before.data) == (after.type, after.data)
        and [port.id for port in before.inputs] == [port.id for port in after.inputs]
        and [port.id for port in before.outputs] == [port.id for port in after.outputs]
    )


def _wiring(graph: Graph) -> dict[NodeId, Wiring]:
    """What each node is fed from: source, its port, the node's own port."""
    fed: dict[NodeId, set[tuple[NodeId, str, str]]] = {i: set() for i in graph.nodes}
    for edge in graph.edges.values():
        fed[edge.target].add((edge.source, edge.source_port, edge.target_port))
    return {node_id: frozenset(wires) for node_id, wires in fed.items()}
