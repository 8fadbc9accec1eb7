"""The inside of a card: icon, name, type, mark of its state, and ports."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from wayflow.graph import Node, Port

from .cards import HEAD, MAX_ROWS, Card, row_middle, visible
from .markup import attribute, breadth, content, cut, number

EDGE, INSET, GAP = 12, 16, 12
TILE, TEXT = 30, 52
MARK_ROOM: Final = 36
NAME_SIZE, TYPE_SIZE, PORT_SIZE = 14, 12, 12.5

MARK: Final = (
    '<circle r="8"/><path d="M-3.6.3-1.2 2.8 3.6-2.6"/>'
    '<path d="M-3.4 0h6.8"/><path d="M-3.4 0h6.8"/>'
)
"""A disc, a tick and two strokes: the stylesheet shows what a state needs of them."""


def face(card: Card, state: str) -> str:
    """The markup of ``card``, its upper left corner at the origin."""
    width = number(card.width)
    return (
        f"<title>{content(_said(card.node))}</title><desc>{content(state)}</desc>"
        f'<rect class="picture-card" width="{width}" height="{number(card.height)}"'
        ' rx="12"/>'
        f'<rect class="picture-tile" x="{EDGE}" y="{EDGE}" width="{TILE}"'
        f' height="{TILE}" rx="8"/>'
        f'<path class="picture-icon" transform="translate(19 19)" d="{card.icon}"/>'
        f"{_heading(card)}"
        f'<g class="picture-mark" transform="translate({number(card.width - 20)}'
        f' {HEAD // 2})">{MARK}</g>'
        f"{''.join(_rows(card) if card.rows else _dots(card))}"
    )


def name_of(node: Node) -> str:
    """What people call the node."""
    return node.name.strip() or node.label.strip() or node.type


def _said(node: Node) -> str:
    name, kind = name_of(node), node.label.strip() or node.type
    return name if name == kind else f"{name} · {kind}"


def _heading(card: Card) -> str:
    room = card.width - TEXT - MARK_ROOM
    name, kind = name_of(card.node), card.node.label.strip() or card.node.type
    shown = cut(name, room, NAME_SIZE)
    if name == kind:
        return f'<text class="picture-name" x="{TEXT}" y="32">{shown}</text>'
    return (
        f'<text class="picture-name" x="{TEXT}" y="24">{shown}</text>'
        f'<text class="picture-type" x="{TEXT}" y="41">{cut(kind, room, TYPE_SIZE)}'
        "</text>"
    )


def _dots(card: Card) -> Iterator[str]:
    """Ports beside the head: one dot a side, however many there are."""
    for ports, x in ((card.node.inputs, 0.0), (card.node.outputs, card.width)):
        if ports:
            yield _port(ports[0], x, HEAD / 2)


def _rows(card: Card) -> Iterator[str]:
    yield f'<path class="picture-rule" d="M0 {HEAD}H{number(card.width)}"/>'
    inputs, outputs = card.node.inputs, card.node.outputs
    room = card.width - 2 * INSET
    pairs = zip_longest(visible(inputs), visible(outputs))
    for row, (left, right) in enumerate(pairs):
        y = row_middle(row)
        first, second = _shares(_label(left), _label(right), room)
        if left:
            yield _port(
                left, 0, y, _text("", INSET, y, cut(_label(left), first, PORT_SIZE))
            )
        if right:
            words = cut(_label(right), second, PORT_SIZE)
            yield _port(right, card.width, y, _text("end", room + INSET, y, words))
    yield from _rest(inputs, 0, INSET, "")
    yield from _rest(outputs, card.width, room + INSET, "end")


def _rest(ports: tuple[Port, ...], x: float, at: float, anchor: str) -> Iterator[str]:
    """The last row of more ports than have rows."""
    more = len(ports) - len(visible(ports))
    if more:
        y = row_middle(MAX_ROWS - 1)
        yield _port(ports[-1], x, y, _text(anchor, at, y, f"and {more} more"))


def _label(port: Port | None) -> str:
    return "" if port is None else port.label.strip() or port.id


def _shares(left: str, right: str, room: float) -> tuple[float, float]:
    """Room for both words of a row: what one leaves over is the other's."""
    wanted = [breadth(left, PORT_SIZE), breadth(right, PORT_SIZE)]
    half = (room - GAP) / 2 if left and right else room
    first = max(half, room - GAP - wanted[1]) if right else room
    second = max(half, room - GAP - wanted[0]) if left else room
    return first, second


def _port(port: Port, x: float, y: float, text: str = "") -> str:
    said = f"{_label(port)}: {port.data_type}"
    return (
        f'<g class="picture-port" data-type="{attribute(port.data_type[:40])}">'
        f"<title>{content(said)}</title>"
        f'<circle cx="{number(x)}" cy="{number(y)}" r="5"/>{text}</g>'
    )


def _text(anchor: str, x: float, y: float, words: str) -> str:
    end = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{number(x)}" y="{number(y + 4)}"{end}>{words}</text>'
