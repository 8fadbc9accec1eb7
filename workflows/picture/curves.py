"""The line of an edge, from the port it leaves to the port it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .layers import Point
from .markup import number

TURN: Final = 44
"""How far the control points of a turning back lie aside: the line stays within."""


def line(start: Point, route: Sequence[Point], end: Point, lane: float) -> str:
    """The path data of an edge, straight between each pair of points of ``route``.

    Where it has to lead back to the left it does so at the height of ``lane``.
    """
    data = f"M{number(start.x)} {number(start.y)}"
    for enter, leave in zip(route[::2], route[1::2], strict=True):
        data += f"{_curve(start, enter, lane)}H{number(leave.x)}"
        start = leave
    return data + _curve(start, end, lane)


def _curve(start: Point, end: Point, lane: float) -> str:
    ahead = end.x - start.x
    if ahead >= 0:
        pull = max(ahead / 2, min(abs(end.y - start.y) / 2, 40))
        return _bend(Point(start.x + pull, start.y), Point(end.x - pull, end.y), end)
    right, left = start.x + TURN, end.x - TURN
    away = _bend(Point(right, start.y), Point(right, lane), Point(start.x, lane))
    back = _bend(Point(left, lane), Point(left, end.y), end)
    return f"{away}H{number(end.x)}{back}"


def _bend(leave: Point, arrive: Point, end: Point) -> str:
    points = " ".join(f"{number(p.x)} {number(p.y)}" for p in (leave, arrive, end))
    return f"C{points}"
