"""Puts nodes that have no places of their own into columns, sources first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

COLUMN_GAP, ROW_GAP, BAND_GAP = 80.0, 28.0, 64.0
FEWEST_ROWS, FEWEST_COLUMNS = 40, 24
ASPECT = 1.6
LONGEST_ROUTE = 12
"""Columns that an edge may pass on a lane of its own; a longer one passes beneath."""
LANES_PER_NODE = 2
"""Where edges would need more than so many, all of them pass beneath."""


class Point(NamedTuple):
    """A place in the picture, in pixels to the right and down."""

    x: float
    y: float


class Size(NamedTuple):
    """How much of the picture something takes, in pixels."""

    width: float
    height: float


LANE = Size(0, 8)


class Arrow(NamedTuple):
    """The numbers of the nodes that an edge joins, and where at their sides it ends.

    ``leaves`` and ``reaches`` are from -0.5 at the top to 0.5 at the bottom.
    """

    source: int
    target: int
    leaves: float = 0
    reaches: float = 0


End: TypeAlias = tuple[int, float]
"""The node at the other end of an arrow, and where at its side."""


class Layout(NamedTuple):
    """Upper left corners of nodes, and by arrow the points its line passes between."""

    corners: list[Point]
    routes: dict[int, list[Point]]


class Box(NamedTuple):
    """An upper left corner, and the width of the column it is in."""

    x: float
    y: float
    column: float


def layered(sizes: Sequence[Size], arrows: Sequence[Arrow]) -> Layout:
    """Places for nodes of these sizes, such that arrows lead to the right.

    Where they form a cycle one of them leads back. Columns too high for the picture are
    parted, and too many go on in a band below. The work grows with nodes and arrows.
    """
    ranks = _ranks(len(sizes), arrows)
    lanes = _lanes(ranks, arrows)
    for number, lane in enumerate(lanes):
        ranks.extend(ranks[arrows[number].source] + 1 + i for i in range(len(lane)))
    columns = _columns(ranks)
    _untangle(columns, list(_hops(arrows, lanes)))
    tallest = max(FEWEST_ROWS, math.ceil(1.5 * math.sqrt(len(ranks))))
    parted = [
        column[start : start + tallest]
        for column in columns
        for start in range(0, len(column), tallest)
    ]
    lane_sizes = [LANE] * (len(ranks) - len(sizes))
    boxes = _stacked(parted, [*sizes, *lane_sizes])
    return Layout(
        corners=[Point(box.x, box.y) for box in boxes[: len(sizes)]],
        routes={
            number: [p for stop in lane for p in _through(boxes[stop])]
            for number, lane in enumerate(lanes)
            if lane
        },
    )


def _lanes(ranks: Sequence[int], arrows: Sequence[Arrow]) -> list[range]:
    """For each arrow the numbers, after those of the nodes, of the lanes it takes."""
    passed = [ranks[arrow.target] - ranks[arrow.source] - 1 for arrow in arrows]
    needed = [count if 0 < count <= LONGEST_ROUTE else 0 for count in passed]
    if sum(needed) > LANES_PER_NODE * len(ranks):
        needed = [0] * len(arrows)
    ends = accumulate(needed, initial=len(ranks))
    return [range(start, end) for start, end in pairwise(ends)]


def _hops(arrows: Sequence[Arrow], lanes: Sequence[range]) -> Iterator[Arrow]:
    """The arrows, parted by the lanes they take."""
    for (source, target, leaves, reaches), lane in zip(arrows, lanes, strict=True):
        stops = [source, *lane, target]
        last = len(stops) - 2
        for number, (start, end) in enumerate(pairwise(stops)):
            yield Arrow(
                start, end, 0 if number else leaves, 0 if number < last else reaches
            )


def _through(box: Box) -> tuple[Point, Point]:
    y = box.y + LANE.height / 2
    return Point(box.x, y), Point(box.x + box.column, y)


def _ranks(count: int, arrows: Sequence[Arrow]) -> list[int]:
    """The longest way from a source to each node; a cycle is cut where it is met."""
    following: list[list[int]] = [[] for _ in range(count)]
    pending = [0] * count
    for source, target, _, _ in arrows:
        following[source].append(target)
        pending[target] += 1
    ranks, seen = [0] * count, [False] * count
    sources = [node for node in range(count) if not pending[node]]
    for start in (*sources, *range(count)):
        reached = [] if seen[start] else [start]
        seen[start] = True
        while reached:
            node = reached.pop()
            for target in following[node]:
                if seen[target]:
                    continue
                ranks[target] = max(ranks[target], ranks[node] + 1)
                pending[target] -= 1
                if not pending[target]:
                    seen[target] = True
                    reached.append(target)
    return ranks


def _columns(ranks: Sequence[int]) -> list[list[int]]:
    columns: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for node, rank in enumerate(ranks):
        columns[rank].append(node)
    return [column for column in columns if column]


def _untangle(columns: list[list[int]], arrows: Sequence[Arrow]) -> None:
    """Sorts each column by the mean height of what leads to it, then of what follows.

    ``columns`` are changed in place.
    """
    before: dict[int, list[End]] = {}
    after: dict[int, list[End]] = {}
    for source, target, leaves, reaches in arrows:
        before.setdefault(target, []).append((source, leaves))
        after.setdefault(source, []).append((target, reaches))
    heights: dict[int, float] = {}
    for column in columns:
        _note(column, heights)
    for ends, walk in ((before, 1), (after, -1), (before, 1)):
        for column in columns[::walk]:
            means = {node: _mean(node, ends, heights) for node in column}
            column.sort(key=means.__getitem__)
            _note(column, heights)


def _note(column: Sequence[int], heights: dict[int, float]) -> None:
    middle = (len(column) - 1) / 2
    heights.update((node, row - middle) for row, node in enumerate(column))


def _mean(node: int, ends: dict[int, list[End]], heights: dict[int, float]) -> float:
    near = ends.get(node)
    if not near:
        return heights[node]
    return sum(heights[end] + share for end, share in near) / len(near)


def _stacked(columns: Sequence[Sequence[int]], sizes: Sequence[Size]) -> list[Box]:
    boxes = [Box(0, 0, 0)] * len(sizes)
    heights = [
        sum(sizes[node].height + ROW_GAP for node in column) - ROW_GAP
        for column in columns
    ]
    wide = _columns_per_band(len(columns), heights, sizes)
    top = 0.0
    for start in range(0, len(columns), wide):
        end = start + wide
        band = max(heights[start:end])
        left = 0.0
        for column, height in zip(columns[start:end], heights[start:end], strict=True):
            width = max(sizes[node].width for node in column)
            y = top + (band - height) / 2
            for node in column:
                boxes[node] = Box(left, y, width)
                y += sizes[node].height + ROW_GAP
            left += width + COLUMN_GAP
        top += band + BAND_GAP
    return boxes


def _columns_per_band(
    columns: int, heights: Sequence[float], sizes: Sequence[Size]
) -> int:
    if columns <= FEWEST_COLUMNS:
        return FEWEST_COLUMNS
    pitch = max(size.width for size in sizes) + COLUMN_GAP
    area = columns * pitch * (max(heights) + BAND_GAP)
    return max(FEWEST_COLUMNS // 2, math.ceil(math.sqrt(area * ASPECT) / pitch))
