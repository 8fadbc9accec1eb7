"""What the card of a node shows, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wayflow.graph import Graph, Node, Port, PortId, Side

from .icons import icon_of

HEAD: Final = 54
ROW: Final = 24
FOOT: Final = 8
WIDTH: Final = 220
NARROWEST, WIDEST = 160, 320

MAX_ROWS: Final = 14
"""Of ports; those beyond share the last row."""

DETAILED: Final = 500
"""Nodes of the largest graph whose ports are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A node as it is drawn, from its own upper left corner.

    ``rows`` is 0 where the ports sit beside the head, unnamed: a node with at most one
    on either side needs no more.
    """

    node: Node
    icon: str
    width: float
    rows: int
    outlets: Mapping[tuple[Side, PortId], float]

    @property
    def height(self) -> float:
        return HEAD + self.rows * ROW + (2 * FOOT if self.rows else 0)

    def outlet(self, side: Side, port: PortId) -> float:
        """How far below the corner the port sits; beside the head if unknown."""
        return self.outlets.get((side, port), HEAD / 2)

    def share(self, side: Side, port: PortId) -> float:
        """How far down the card the port sits, from -0.5 at its top to 0.5."""
        return self.outlet(side, port) / self.height - 0.5


def cards_of(graph: Graph) -> list[Card]:
    """A card for each node, in the order of the graph."""
    drawn = graph.document["nodes"]
    detailed = len(graph.nodes) <= DETAILED
    return [_card(drawn[id], node, detailed) for id, node in graph.nodes.items()]


def _card(drawn: Mapping[str, Any], node: Node, detailed: bool) -> Card:
    most = max(len(node.inputs), len(node.outputs))
    rows = min(most, MAX_ROWS) if detailed and most > 1 else 0
    return Card(
        node=node,
        icon=icon_of(drawn.get("icon"), node.type),
        width=_width(drawn.get("size")),
        rows=rows,
        outlets={
            (port.side, port.id): row_middle(min(row, rows - 1))
            for ports in (node.inputs, node.outputs)
            for row, port in enumerate(ports)
        }
        if rows
        else {},
    )


def row_middle(row: int) -> float:
    """How far below the card's corner the ports of this row sit."""
    return HEAD + FOOT + row * ROW + ROW / 2


def visible(ports: tuple[Port, ...]) -> tuple[Port, ...]:
    """Those that have a row of their own."""
    return ports if len(ports) <= MAX_ROWS else ports[: MAX_ROWS - 1]


def _width(size: Any) -> float:
    width = size.get("width") if isinstance(size, dict) else None
    if isinstance(width, bool) or not isinstance(width, int | float):
        return WIDTH
    return width if NARROWEST <= width <= WIDEST else WIDTH
