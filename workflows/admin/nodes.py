"""The nodes of a graph as a page lists them: each with all its settings, readable."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from wayflow.graph import Graph, Node, NodeId
from workflows.catalog import node_types, registry
from workflows.picture import has_places, picture

NODES_SHOWN = 200
"""Nodes whose settings one page lists; the picture leads to any other."""

NODES_DRAWN = 3_000
NODES_ON_CANVAS = 200
"""Nodes of the largest graphs that have a picture, and the editor's canvas."""

SHORT = 80
LONGEST = 10_000
ROWS_SHOWN = 50
COLUMNS_SHOWN = 8
"""Characters, rows and columns of one setting that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSetting:
    """One setting: a short text, a long one, or the rows of a table.

    ``cut`` says what is left out, if anything is.
    """

    label: str
    text: str = ""
    is_long: bool = False
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNode:
    """One node; ``number`` is its place in the graph, which is its anchor too."""

    number: int
    id: str
    name: str
    type: str
    label: str
    settings: tuple[ShownSetting, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGraph:
    """A graph to look at; ``drawing`` None: it is too large for a picture.

    ``canvas`` is what the editor's canvas needs to show it; None: it is too large, or
    has no places for its nodes, which the picture finds.
    """

    drawing: SafeString | None
    canvas: Mapping[str, Any] | None
    nodes: tuple[ShownNode, ...]
    total: int


def shown_graph(graph: Graph, chosen: str = "") -> ShownGraph:
    """``graph`` with a picture whose nodes lead to their settings; one is ``chosen``.

    Takes time in proportion to the graph.
    """
    numbers = {id: number for number, id in enumerate(graph.nodes, 1)}
    selected = NodeId(chosen) if chosen in graph.nodes else None

    def link(id: NodeId) -> str:
        anchor = f"#node-{numbers[id]}"
        listed = numbers[id] <= NODES_SHOWN
        return anchor if listed else f"?{urlencode({'node': id})}{anchor}"

    drawn = len(graph.nodes) <= NODES_DRAWN
    listed = list(graph.nodes.values())[:NODES_SHOWN]
    if selected is not None and numbers[selected] > NODES_SHOWN:
        listed.append(graph.nodes[selected])
    return ShownGraph(
        drawing=picture(graph, selected=selected, link=link) if drawn else None,
        canvas=_canvas(graph, link),
        nodes=tuple(_node(node, numbers[node.id], selected) for node in listed),
        total=len(graph.nodes),
    )


def name_of(node: Node) -> str:
    """What people call the node."""
    return node.name.strip() or node.label.strip() or node.type


def written(value: Any) -> str:
    """A value as one reads it: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


def _canvas(graph: Graph, link: Callable[[NodeId], str]) -> Mapping[str, Any] | None:
    if not 0 < len(graph.nodes) <= NODES_ON_CANVAS or not has_places(graph):
        return None
    used = {node.type for node in graph.nodes.values()}
    return {
        "graph": graph.document,
        "nodeTypes": [type for type in node_types() if type["type"] in used],
        "links": {id: link(id) for id in graph.nodes},
    }


def _node(node: Node, number: int, chosen: NodeId | None) -> ShownNode:
    known = registry().nodes.get(node.type)
    labels = {key: s.label for key, s in known.config.items()} if known else {}
    return ShownNode(
        number=number,
        id=node.id,
        name=name_of(node),
        type=node.type,
        label=known.label if known else "Unknown type",
        settings=tuple(
            _setting(labels.get(key, key), value) for key, value in node.data.items()
        ),
        is_chosen=node.id == chosen,
    )


def _setting(label: str, value: Any) -> ShownSetting:
    columns = _columns(value)
    if columns:
        rows = tuple(
            tuple(_cell(row.get(column)) for column in columns)
            for row in value[:ROWS_SHOWN]
        )
        more = len(value) - len(rows)
        cut = f"{more} more rows are not shown." if more else ""
        return ShownSetting(label=label, columns=columns, rows=rows, cut=cut)
    text = written(value)
    more = len(text) - LONGEST
    return ShownSetting(
        label=label,
        text=text[:LONGEST],
        is_long=len(text) > SHORT or "\n" in text,
        cut=f"{more} more characters are not shown." if more > 0 else "",
    )


def _columns(value: Any) -> tuple[str, ...]:
    """The keys of a list of flat objects; none if ``value`` is anything else."""
    if not (isinstance(value, list) and value):
        return ()
    if not all(isinstance(row, Mapping) and row for row in value):
        return ()
    keys = dict.fromkeys(key for row in value[:ROWS_SHOWN] for key in row)
    return tuple(keys) if len(keys) <= COLUMNS_SHOWN else ()


def _cell(value: Any) -> str:
    text = "" if value is None else json.dumps(value, ensure_ascii=False)
    text = value if isinstance(value, str) else text
    return text if len(text) <= 2 * SHORT else f"{text[: 2 * SHORT]}…"
