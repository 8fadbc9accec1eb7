"""The difference of two graphs as a page tells it: in names, and key by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from wayflow.graph import EdgeId, Graph, NodeId
from workflows.diff import Change, GraphDiff, Members, MembersDiff
from workflows.picture import picture

from .nodes import NODES_DRAWN, name_of, written

MEMBERS_SHOWN = 200
"""Nodes, and connections, of which a page tells what changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """One value that became another; None: there was, or is, no value."""

    path: str
    before: str | None
    after: str | None
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMember:
    """A node or a connection; ``kind`` is added, removed, changed or moved."""

    kind: str
    name: str
    about: str
    changes: tuple[ShownChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChanges:
    """What is different; ``counts`` in words, empty if nothing is."""

    nodes: tuple[ShownMember, ...]
    edges: tuple[ShownMember, ...]
    metadata: tuple[ShownChange, ...]
    counts: tuple[str, ...]
    left_out: int
    truncated: bool

    @property
    def groups(self) -> tuple[tuple[str, tuple[ShownMember, ...]], ...]:
        """Nodes and connections under their headings."""
        return (("Nodes", self.nodes), ("Connections", self.edges))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPictures:
    """Both graphs, with what went marked in the first, what came in the second."""

    before: SafeString
    after: SafeString


def changes_of(diff: GraphDiff, before: Graph, after: Graph) -> ShownChanges:
    """What a page tells of ``diff``, which is that of these graphs."""
    names = {id: name_of(node) for g in (before, after) for id, node in g.nodes.items()}
    nodes = [*_nodes(diff.nodes, names)]
    edges = [*_edges(diff.edges, names)]
    return ShownChanges(
        nodes=tuple(nodes[:MEMBERS_SHOWN]),
        edges=tuple(edges[:MEMBERS_SHOWN]),
        metadata=tuple(_change(change) for change in diff.metadata),
        counts=(
            *_counts(diff.nodes, "node"),
            *_counts(diff.edges, "connection"),
            *(["other settings changed"] if diff.metadata else []),
            *(["order changed"] if diff.reordered else []),
        ),
        left_out=sum(max(len(found) - MEMBERS_SHOWN, 0) for found in (nodes, edges)),
        truncated=diff.truncated,
    )


def pictures_of(diff: GraphDiff, before: Graph, after: Graph) -> ShownPictures | None:
    """Both graphs drawn; None if they are too large for it."""
    if max(len(before.nodes), len(after.nodes)) > NODES_DRAWN:
        return None
    return ShownPictures(
        before=_picture(
            before, diff, "removed", diff.nodes.removed, diff.edges.removed
        ),
        after=_picture(after, diff, "added", diff.nodes.added, diff.edges.added),
    )


def _picture(
    graph: Graph,
    diff: GraphDiff,
    mark: str,
    nodes: Iterable[Members],
    edges: Iterable[Members],
) -> SafeString:
    states = dict.fromkeys(map(NodeId, diff.nodes.moved), "moved")
    states |= {NodeId(node["id"]): "changed" for node, _ in diff.nodes.changed}
    states |= {NodeId(node["id"]): mark for node in nodes}
    lines = {EdgeId(edge["id"]): "changed" for edge, _ in diff.edges.changed}
    lines |= {EdgeId(edge["id"]): mark for edge in edges}
    return picture(graph, states=states, edge_states=lines)


def _nodes(diff: MembersDiff, names: Mapping[NodeId, str]) -> Iterable[ShownMember]:
    def shown(kind: str, id: str, *changes: Change) -> ShownMember:
        told = tuple(map(_change, changes))
        return ShownMember(kind=kind, name=names[NodeId(id)], about=id, changes=told)

    yield from (shown("added", node["id"]) for node in diff.added)
    yield from (shown("removed", node["id"]) for node in diff.removed)
    yield from (shown("changed", node["id"], *found) for node, found in diff.changed)
    yield from (shown("moved", id) for id in diff.moved)


def _edges(diff: MembersDiff, names: Mapping[NodeId, str]) -> Iterable[ShownMember]:
    def shown(kind: str, edge: Members, *changes: Change) -> ShownMember:
        ends = (
            f"{names.get(edge[f'{end}NodeId'], edge[f'{end}NodeId'])}"
            f".{edge[f'{end}PortId']}"
            for end in ("source", "target")
        )
        told = tuple(map(_change, changes))
        return ShownMember(
            kind=kind, name=" → ".join(ends), about=edge["id"], changes=told
        )

    yield from (shown("added", edge) for edge in diff.added)
    yield from (shown("removed", edge) for edge in diff.removed)
    yield from (shown("changed", edge, *found) for edge, found in diff.changed)


def _change(change: Change) -> ShownChange:
    return ShownChange(
        path=_path(change.path),
        before=None if change.kind == "added" else written(change.before),
        after=None if change.kind == "removed" else written(change.after),
        is_cut=change.cut,
    )


def _path(path: Iterable[Any]) -> str:
    """As one writes it in code, but lists count from 1; a node's config is its own."""
    steps = list(path)
    if len(steps) > 1 and steps[0] == "data":
        steps = steps[1:]
    first, *rest = steps or ["all of it"]
    return str(first) + "".join(
        f" {step + 1}" if isinstance(step, int) else f".{step}" for step in rest
    )


def _counts(diff: MembersDiff, what: str) -> Iterable[str]:
    kinds = ("added", "removed", "changed", "moved")
    for kind in kinds:
        count = len(getattr(diff, kind))
        if count:
            yield f"{count} {what}{'' if count == 1 else 's'} {kind}"
