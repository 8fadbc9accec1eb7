"""What is different between two graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from wayflow.graph import Graph
from wayflow.jsontext import json_text

ROOM: Final = 1_000_000
"""Characters of JSON for all changes of values; nodes and edges are listed anyway."""

LONGEST: Final = 2_000
"""Characters of JSON that a changed value may have to be shown whole."""

PLACE: Final = frozenset({"position", "size", "zIndex"})
"""Where and how large a node is drawn."""

EDGE_ENDS: Final = ("sourceNodeId", "sourcePortId", "targetNodeId", "targetPortId")

Path: TypeAlias = tuple[str | int, ...]
Members: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that came, went, or became another.

    ``path`` are the keys and list indexes that lead to it. ``cut``: one of the values
    is too long to be shown whole; what is shown is the beginning of its JSON.
    """

    path: Path
    kind: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None
    cut: bool = False

    def data(self) -> dict[str, Any]:
        """The change as the API carries it."""
        data: dict[str, Any] = {"path": list(self.path), "kind": self.kind}
        if self.kind != "added":
            data["before"] = self.before
        if self.kind != "removed":
            data["after"] = self.after
        return data | {"cut": self.cut}


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersDiff:
    """How nodes, or edges, differ, in the order of the graphs.

    Each is told by its ``id`` and what it is; ``changed`` with its changes. ``moved``
    are the ids of nodes that are drawn elsewhere, and of which nothing else changed.
    """

    added: tuple[Members, ...]
    removed: tuple[Members, ...]
    changed: tuple[tuple[Members, tuple[Change, ...]], ...]
    moved: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The difference as the API carries it."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": [
                {**member, "changes": [change.data() for change in changes]}
                for member, changes in self.changed
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphDiff:
    """How one graph became another.

    ``metadata`` are the changes of all that is neither node nor edge. ``reordered``:
    what is in both graphs comes in another order. ``truncated``: there are changes
    that are not listed.
    """

    nodes: MembersDiff
    edges: MembersDiff
    metadata: tuple[Change, ...]
    reordered: bool
    truncated: bool

    @property
    def is_empty(self) -> bool:
        parts = (self.nodes, self.edges)
        differ = any(p.added or p.removed or p.changed or p.moved for p in parts)
        return not (differ or self.metadata or self.reordered)

    def data(self) -> dict[str, Any]:
        """The difference as the API carries it."""
        return {
            "nodes": {**self.nodes.data(), "moved": list(self.nodes.moved)},
            "edges": self.edges.data(),
            "metadata": [change.data() for change in self.metadata],
            "reordered": self.reordered,
            "truncated": self.truncated,
        }


def diff_graphs(before: Graph, after: Graph) -> GraphDiff:
    """What has to be done to ``before`` to make it ``after``.

    Objects are compared key by key, in any order; lists item by item if they are of
    one length, else as a whole. Takes time in proportion to the graphs.
    """
    listed = _Listed()
    old, new = before.document, after.document
    return GraphDiff(
        nodes=_members(old["nodes"], new["nodes"], listed, _node, place=PLACE),
        edges=_members(old["edges"], new["edges"], listed, _edge),
        metadata=listed.changes(_rest(old), _rest(new)),
        reordered=any(_reordered(old[key], new[key]) for key in ("nodes", "edges")),
        truncated=listed.truncated,
    )


class _Listed:
    """Lists changes as long as there is room."""

    def __init__(self) -> None:
        self._room = ROOM
        self.truncated = False

    def changes(self, before: Members, after: Members) -> tuple[Change, ...]:
        found: list[Change] = []
        for change in _changes(before, after, ()):
            self._room -= len(json_text(change.data()))
            if self._room < 0:
                self.truncated = True
                break
            found.append(change)
        return tuple(found)


def _members(
    old: Mapping[str, Members],
    new: Mapping[str, Members],
    listed: _Listed,
    told: Callable[[str, Members], Members],
    *,
    place: frozenset[str] = frozenset(),
) -> MembersDiff:
    changed: list[tuple[Members, tuple[Change, ...]]] = []
    moved: list[str] = []
    for id, before in old.items():
        after = new.get(id)
        if after is None or _same(before, after):
            continue
        if place and _same(_without(before, place), _without(after, place)):
            moved.append(id)
        else:
            changed.append((told(id, after), listed.changes(before, after)))
    return MembersDiff(
        added=tuple(told(*member) for member in new.items() if member[0] not in old),
        removed=tuple(told(*member) for member in old.items() if member[0] not in new),
        changed=tuple(changed),
        moved=tuple(moved),
    )


def _node(id: str, node: Members) -> Members:
    return {"id": id, **{key: node.get(key) or "" for key in ("type", "label")}}


def _edge(id: str, edge: Members) -> Members:
    return {"id": id, **{end: edge[end] for end in EDGE_ENDS}}


def _rest(document: Members) -> Members:
    return _without(document, frozenset({"nodes", "edges"}))


def _without(members: Members, keys: frozenset[str]) -> Members:
    return {key: value for key, value in members.items() if key not in keys}


def _reordered(old: Members, new: Members) -> bool:
    return [id for id in old if id in new] != [id for id in new if id in old]


def _changes(before: Any, after: Any, path: Path) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in after:
                yield from _changes(value, after[key], (*path, key))
            else:
                yield _change("removed", (*path, key), before=value)
        for key, value in after.items():
            if key not in before:
                yield _change("added", (*path, key), after=value)
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
    ):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _changes(*pair, (*path, index))
    elif not _same(before, after):
        yield _change("changed", path, before=before, after=after)


def _change(
    kind: Literal["added", "removed", "changed"],
    path: Path,
    *,
    before: Any = None,
    after: Any = None,
) -> Change:
    old, new = _shown(before), _shown(after)
    cut = old is not before or new is not after
    return Change(path=path, kind=kind, before=old, after=new, cut=cut)


def _shown(value: Any) -> Any:
    """``value`` itself, or the beginning of what is too long."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST]
    if isinstance(value, dict | list):
        text = json_text(value)
        return value if len(text) <= LONGEST else text[:LONGEST]
    return value


def _same(one: Any, other: Any) -> bool:
    """Whether JSON has one text for both; but for the order of keys."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other) or (one != one and other != other)
