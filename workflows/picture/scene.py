"""Draws a graph: its edges, and above them a card for each node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from django.utils.safestring import SafeString

from wayflow.graph import EdgeId, Graph, NodeId
from wayflow.status import EdgeStatus, NodeStatus

from .curves import line
from .faces import face
from .layers import Size
from .markup import attribute, content, number
from .places import LANE_DEPTH, Place, Plan, lane_between, plan_of

MARGIN: Final = 16 + LANE_DEPTH
LEAST: Final = Size(360, 96)

STEPS: Final = {"s": 480, "m": 960, "l": 1_440, "xl": 2_160}
"""The widest picture of each ``data-size``, in pixels; a wider one is xxl."""

Link = Callable[[NodeId], str]


def picture(
    graph: Graph,
    *,
    states: Mapping[NodeId, str] | None = None,
    edge_states: Mapping[EdgeId, str] | None = None,
    selected: NodeId | None = None,
    link: Link | None = None,
) -> SafeString:
    """An ``<svg>`` of ``graph`` for an HTML page that loads ``workflows/picture.css``.

    ``states`` are NodeStatus and ``edge_states`` EdgeStatus words; what is not named is
    idle. Every node is a group with ``data-node-id``, every edge a path with
    ``data-edge-id``; a script repaints either by setting its ``data-state`` (and the
    text of a node's ``<desc>``, which says the same aloud). Ids hold U+FFFD where
    XML has no such character. Edges that lack a node are left out.

    ``link`` gives the address that a node's card leads to. Raises ValueError for one
    that is neither an anchor, a query nor a path.
    """
    plan = plan_of(graph)
    edges = _edges(graph, plan, edge_states or {})
    nodes = (
        _node(place, (states or {}).get(id, NodeStatus.IDLE), id == selected, link)
        for id, place in plan.places.items()
    )
    return SafeString(
        f"{_opening(graph, plan, linked=link is not None)}"
        f'<g class="picture-edges">{"".join(edges)}</g>'
        f'<g class="picture-nodes">{"".join(nodes)}</g></svg>'
    )


def _opening(graph: Graph, plan: Plan, *, linked: bool) -> str:
    """The start of the picture, which says what it shows."""
    places = plan.places.values()
    width = max((place.right for place in places), default=LEAST.width)
    height = max((place.floor for place in places), default=LEAST.height)
    width, height = width + 2 * MARGIN, height + 2 * MARGIN
    size = next((name for name, most in STEPS.items() if width <= most), "xxl")
    name, about = graph.metadata.get("name"), graph.metadata.get("description")
    counted = f"{len(graph.nodes)} nodes, {len(graph.edges)} connections."
    return (
        # What one can tab to must not lie inside an image.
        f'<svg xmlns="http://www.w3.org/2000/svg" role="{"group" if linked else "img"}"'
        f' class="picture" data-size="{size}"'
        f' width="{number(width)}" height="{number(height)}"'
        f' viewBox="{-MARGIN} {-MARGIN} {number(width)} {number(height)}">'
        f"<title>{content(_words(name) or 'Workflow')}</title>"
        f"<desc>{content(f'{counted} {_words(about)}')}</desc>"
        f"{'' if places else _nothing()}"
    )


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _nothing() -> str:
    middle = f'x="{LEAST.width / 2:g}" y="{LEAST.height / 2:g}"'
    return f'<text class="picture-nothing" {middle}>No nodes yet</text>'


def _edges(graph: Graph, plan: Plan, states: Mapping[EdgeId, str]) -> Iterator[str]:
    for edge in graph.edges.values():
        source, target = plan.places.get(edge.source), plan.places.get(edge.target)
        if source is None or target is None:
            continue
        lane = lane_between(source, target)
        start = source.outlet("output", edge.source_port)
        end = target.outlet("input", edge.target_port)
        yield (
            f'<path class="picture-edge" data-edge-id="{attribute(edge.id)}"'
            f' data-state="{attribute(states.get(edge.id, EdgeStatus.IDLE))}"'
            f' d="{line(start, plan.routes.get(edge.id, ()), end, lane)}"/>'
        )


def _node(place: Place, state: str, is_selected: bool, link: Link | None) -> str:
    node = place.card.node
    inside = face(place.card, state)
    if link is not None:
        inside = f'<a href="{_address(link(node.id))}">{inside}</a>'
    mark = ' data-selected="true"' if is_selected else ""
    return (
        f'<g class="picture-node" data-node-id="{attribute(node.id)}"'
        f' data-state="{attribute(state)}" data-type="{attribute(node.type)}"{mark}'
        f' transform="translate({number(place.x)} {number(place.y)})">{inside}</g>'
    )


def _address(address: str) -> str:
    if address[:1] not in {"#", "?", "/"} or address[:2] in {"//", "/\\"}:
        raise ValueError(f"A node cannot lead to {address!r}.")
    return attribute(address)
