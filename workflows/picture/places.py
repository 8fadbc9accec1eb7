"""Where the cards stand: as the editor left them, else in layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from wayflow.graph import EdgeId, Graph, NodeId, PortId, Side

from .cards import HEAD, WIDTH, Card, cards_of
from .layers import Arrow, Point, Size, layered

FARTHEST: Final = 1_000_000
"""Pixels from the origin beyond which a position is a mistake."""

SPARSE, SPARSE_PER_NODE = 4_000, 600
"""A drawing wider or higher than this many pixels, and so many per node, is lost."""

LANE_DEPTH: Final = 24
"""How far below a card an edge passes that leads back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A card, and where in the picture its upper left corner is."""

    card: Card
    x: float
    y: float

    @property
    def right(self) -> float:
        return self.x + self.card.width

    @property
    def floor(self) -> float:
        return self.y + self.card.height

    def outlet(self, side: Side, port: PortId) -> Point:
        """Where edges meet the port."""
        x = self.x if side == "input" else self.right
        return Point(x, self.y + self.card.outlet(side, port))


def lane_between(source: Place, target: Place) -> float:
    """The height at which an edge passes that leads back to the left."""
    if target.y > source.floor + LANE_DEPTH:
        return source.floor + LANE_DEPTH
    if source.y > target.floor + LANE_DEPTH:
        return target.floor + LANE_DEPTH
    return max(source.floor, target.floor) + LANE_DEPTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The nodes at their places, in their order, and what edges pass on their way.

    Nothing is above or left of zero. Where edges have to wind between cards, ``routes``
    has pairs of points between which they run straight.
    """

    places: Mapping[NodeId, Place]
    routes: Mapping[EdgeId, Sequence[Point]]


def has_places(graph: Graph) -> bool:
    """Whether its document says where to draw the nodes, in a way that can be read.

    So it is when every node has a position, they are within sight of each other, and at
    most a quarter of the nodes lie on top of another.
    """
    corners = _corners(graph)
    return len(corners) == len(graph.nodes) and _is_legible(corners)


def plan_of(graph: Graph) -> Plan:
    """Where everything in ``graph`` is drawn: at its own places, if it has any."""
    cards = cards_of(graph)
    routes: Mapping[EdgeId, Sequence[Point]] = {}
    if has_places(graph):
        corners = _at_zero(_corners(graph))
    else:
        arrows = _arrows(graph, cards)
        sizes = [Size(card.width, card.height) for card in cards]
        corners, by_number = layered(sizes, list(arrows.values()))
        ids = list(arrows)
        routes = {ids[number]: route for number, route in by_number.items()}
    places = {
        card.node.id: Place(card=card, x=corner.x, y=corner.y)
        for card, corner in zip(cards, corners, strict=True)
    }
    return Plan(places=places, routes=routes)


def _corners(graph: Graph) -> list[Point]:
    """The positions that there are."""
    read = (_position(drawn.get("position")) for drawn in _drawn(graph))
    return [corner for corner in read if corner is not None]


def _at_zero(corners: Sequence[Point]) -> list[Point]:
    left = min((corner.x for corner in corners), default=0)
    top = min((corner.y for corner in corners), default=0)
    return [Point(corner.x - left, corner.y - top) for corner in corners]


def _drawn(graph: Graph) -> Iterator[Mapping[str, Any]]:
    return (graph.document["nodes"][id] for id in graph.nodes)


def _position(value: Any) -> Point | None:
    if not isinstance(value, dict):
        return None
    x, y = value.get("x"), value.get("y")
    return Point(float(x), float(y)) if _is_sane(x) and _is_sane(y) else None


def _is_sane(value: Any) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -FARTHEST <= value <= FARTHEST  # which no NaN is


def _is_legible(corners: Sequence[Point]) -> bool:
    if not corners:
        return True
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    limit = SPARSE + SPARSE_PER_NODE * len(corners)
    if max(xs) - min(xs) > limit or max(ys) - min(ys) > limit:
        return False
    spots = Counter((x // (WIDTH / 2), y // HEAD) for x, y in corners)
    stacked = sum(count for count in spots.values() if count > 1)
    return stacked <= len(corners) / 4


def _arrows(graph: Graph, cards: Sequence[Card]) -> dict[EdgeId, Arrow]:
    index = {card.node.id: i for i, card in enumerate(cards)}
    return {
        edge.id: Arrow(
            source=index[edge.source],
            target=index[edge.target],
            leaves=cards[index[edge.source]].share("output", edge.source_port),
            reaches=cards[index[edge.target]].share("input", edge.target_port),
        )
        for edge in graph.edges.values()
        if edge.source in index and edge.target in index
        if edge.source != edge.target
    }
