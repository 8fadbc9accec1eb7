"""The timeline: a lane per node, drawn on one scale, a page of lanes at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runs.admin.excerpt import clipped, spelled
from runs.node_runs import NodeRun
from wayflow.graph import NodeId
from wayflow.status import NodeStatus

from .addresses import Place
from .sight import Sight
from .story import FAILED, PAUSE, Bar, Story

LANES_SHOWN = 200
SCALE = 1000
LEAST_WIDTH = 4
"""Of the drawing: how wide it is, and the narrowest bar that can be seen."""

TICKS = 4

_SAID = {
    FAILED: "failed, another attempt followed",
    PAUSE: "waited for the next attempt",
    NodeStatus.RUNNING: "at work",
    NodeStatus.WAITING: "waited for a person",
    NodeStatus.COMPLETE: "completed",
    NodeStatus.ERROR: "failed",
    NodeStatus.CANCELLED: "interrupted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """A bar at its place in the drawing, and what it says."""

    kind: str
    x: int
    width: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLane:
    """A node's row; ``note`` says why it has no bar.

    A nameless node has the name of its type, as others may have.
    """

    node: NodeRun
    name: str
    bars: Sequence[DrawnBar]
    duration: str
    note: str
    is_nameless: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A state that the lanes can be narrowed down to; "" is any."""

    state: str
    count: int
    is_chosen: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The lanes of a page of it, ``first`` to ``last`` of ``total``."""

    lanes: Sequence[DrawnLane]
    choices: Sequence[Choice]
    ticks: Sequence[str]
    first: int
    last: int
    total: int
    previous_href: str | None
    next_href: str | None


@dataclass(frozen=True, slots=True)
class _Scale:
    begins: int
    ends: int

    def drawn(self, bar: Bar) -> DrawnBar:
        ends = self.ends if bar.ends is None else bar.ends
        length = max(self.ends - self.begins, 1)
        x = _between(round((bar.begins - self.begins) * SCALE / length))
        end = _between(round((ends - self.begins) * SCALE / length))
        width = max(end - x, LEAST_WIDTH)
        took = spelled(timedelta(milliseconds=ends - bar.begins))
        return DrawnBar(
            kind=bar.kind,
            x=min(x, SCALE - width),
            width=width,
            said=f"{_SAID.get(bar.kind, bar.kind)}, {took}",
        )


def timeline_of(sight: Sight, story: Story, place: Place, now: datetime) -> Timeline:
    """What the address of the page asks to see of the timeline."""
    nodes = list(story.nodes.values())
    counts = Counter(str(node.status) for node in nodes)
    chosen = [n for n in nodes if not place.show or n.status == place.show]
    first = min(place.row, max(len(chosen) - 1, 0) // LANES_SHOWN * LANES_SHOWN)
    scale = _scale_of(sight, now)
    last = min(first + LANES_SHOWN, len(chosen))
    lanes = [_lane(n, story, scale, place) for n in chosen[first:last]]
    return Timeline(
        lanes=lanes,
        choices=_choices(counts, place),
        ticks=_ticks(scale),
        first=first + 1 if chosen else 0,
        last=last,
        total=len(chosen),
        previous_href=place.at(row=max(first - LANES_SHOWN, 0)) if first else None,
        next_href=place.at(row=last) if last < len(chosen) else None,
    )


def _scale_of(sight: Sight, now: datetime) -> _Scale:
    run = sight.run
    begins, ends = run.started_at or run.created_at, run.finished_at or now
    return _Scale(int(begins.timestamp() * 1000), int(ends.timestamp() * 1000))


def _lane(node: NodeRun, story: Story, scale: _Scale, place: Place) -> DrawnLane:
    lane = story.lanes.get(node.node_id)
    bars = lane.bars if lane is not None else []
    took = sum((bar.ends or scale.ends) - bar.begins for bar in bars)
    return DrawnLane(
        node=node,
        name=clipped(node.label or node.node_id),
        bars=[scale.drawn(bar) for bar in bars],
        duration=(spelled(timedelta(milliseconds=took)) or "") if bars else "",
        note="" if bars else _note(node),
        is_nameless=not story.graph.nodes[NodeId(node.node_id)].name.strip(),
        href=place.at(node=node.node_id),
    )


def _note(node: NodeRun) -> str:
    if node.status == NodeStatus.IDLE:
        return "not reached"
    # It has no beginning here: it began in another run.
    return "taken over" if node.status == NodeStatus.COMPLETE else str(node.status)


def _choices(counts: Counter[str], place: Place) -> list[Choice]:
    states = ["", *(s for s in map(str, NodeStatus) if counts[s] or s == place.show)]
    return [
        Choice(
            state=state,
            count=counts[state] if state else counts.total(),
            is_chosen=state == place.show,
            href=place.at(show=state, row=0),
        )
        for state in states
    ]


def _ticks(scale: _Scale) -> list[str]:
    length = scale.ends - scale.begins
    return [
        spelled(timedelta(milliseconds=length * i / TICKS)) or ""
        for i in range(TICKS + 1)
    ]


def _between(x: int) -> int:
    return min(max(x, 0), SCALE)
