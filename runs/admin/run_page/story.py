"""What a run's journal tells, folded once: its nodes, their times, its edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from runs.graphs import graphs
from runs.models import JournalEntry
from runs.node_runs import NodeRun, idle, node_runs
from runs.records import Told, said
from wayflow.events import (
    EDGE_STATUS,
    NODE_ATTEMPT,
    NODE_STATUS,
    TOOL_CALL_END,
    TOOL_CALL_START,
    Event,
)
from wayflow.graph import EdgeId, Graph, NodeId
from wayflow.status import EdgeStatus, NodeStatus

from .sight import Sight

ROWS_AT_ONCE = 20
_WITH_VALUES = (NODE_STATUS, TOOL_CALL_START, TOOL_CALL_END)
_VALUES = ("inputs", "outputData", "args", "result")
_DONE = (NodeStatus.COMPLETE, NodeStatus.SKIPPED)
_OPEN = (NodeStatus.RUNNING, NodeStatus.WAITING)

FAILED, PAUSE = "failed", "pause"
"""Bars of no node's state: an attempt that another follows, and the time between."""

Waits = Mapping[str, list[datetime]]
"""By node, when each of its reviews was opened, the oldest first."""


@dataclass(slots=True, kw_only=True)
class Bar:
    """A stretch of a node's time, in ms since the epoch; ``ends`` None: still on.

    ``kind`` is the word of a node's state, FAILED or PAUSE.
    """

    kind: str
    begins: int
    ends: int | None = None


@dataclass(slots=True)
class Lane:
    """The stretches of one node, in order, at most ``MOST`` of them."""

    MOST = 100

    waits: list[datetime]
    bars: list[Bar] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Learn from a ``node_status`` or ``node_attempt``."""
        data = event["data"]
        if event["event"] == NODE_ATTEMPT:
            # Those who wrote before it was told when: the pause counted as the attempt.
            self._close(FAILED, data.get("failedAt", data["retryAt"]))
            if "failedAt" in data:
                self._begin(PAUSE, data["failedAt"])
        elif data["status"] == NodeStatus.RUNNING:
            if "startedAt" in data:
                self._close(NodeStatus.CANCELLED, data["startedAt"])
                self._begin(NodeStatus.RUNNING, data["startedAt"])
        elif data["status"] == NodeStatus.WAITING:
            self._wait()
        elif "finishedAt" in data:
            self._close(data["status"], data["finishedAt"])

    def end(self, at: int) -> None:
        """The run is over, and with it whatever has no end yet."""
        self._close(NodeStatus.CANCELLED, at)

    def _wait(self) -> None:
        if self.waits:
            opened = int(self.waits.pop(0).timestamp() * 1000)
            self._close(NodeStatus.COMPLETE, opened)
            self._begin(NodeStatus.WAITING, opened)

    def _begin(self, kind: str, at: int) -> None:
        self.bars.append(Bar(kind=kind, begins=at))
        del self.bars[: -self.MOST]

    def _close(self, kind: str, at: int) -> None:
        if self.bars and self.bars[-1].ends is None:
            bar = self.bars[-1]
            bar.ends = max(at, bar.begins)
            if bar.kind not in (NodeStatus.WAITING, PAUSE):
                bar.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened up to event number ``last_seq``.

    ``nodes`` are all of the graph's by id: those that the run came to in the order in
    which it did, without values, then the others. In a run that ended nothing goes on:
    what was at work then is cancelled.
    """

    graph: Graph
    last_seq: int
    nodes: Mapping[str, NodeRun]
    lanes: Mapping[str, Lane]
    edges: Mapping[EdgeId, str]

    @property
    def states(self) -> dict[NodeId, str]:
        return {NodeId(id): node.status for id, node in self.nodes.items()}

    @property
    def failed(self) -> NodeRun | None:
        """The first node that failed."""
        states = self.nodes.values()
        return next((n for n in states if n.status == NodeStatus.ERROR), None)

    @property
    def is_complete(self) -> bool:
        """Whether every node completed or was skipped: nothing is left to retry."""
        states = self.nodes.values()
        return all(node.status in _DONE for node in states)


def story_of(sight: Sight, waits: Waits) -> Story:
    """Everything but the values, in one query and a little memory."""
    run = sight.run
    graph = graphs.load(run.document.digest)
    fold = _Fold(waits)
    entries = JournalEntry.objects.filter(run=run.pk).order_by("first_seq")
    reached = node_runs(graph, fold.listening(entries))
    nodes = {node.node_id: node for node in reached}
    for node_id in graph.nodes:
        nodes.setdefault(node_id, idle(graph, node_id))
    if sight.has_ended and run.finished_at is not None:
        _end(nodes, fold, int(run.finished_at.timestamp() * 1000))
    return Story(
        graph=graph,
        last_seq=fold.last_seq,
        nodes=nodes,
        lanes=fold.lanes,
        edges=fold.edges,
    )


def _end(nodes: Mapping[str, NodeRun], fold: _Fold, at: int) -> None:
    for node_id, node in nodes.items():
        if node.status in _OPEN:
            node.status = NodeStatus.CANCELLED
            fold.lanes[node_id].end(at)
    for edge_id, state in fold.edges.items():
        if state == EdgeStatus.ACTIVE:
            fold.edges[edge_id] = EdgeStatus.IDLE


class _Fold:
    """Hears the events on their way to the nodes' own fold."""

    def __init__(self, waits: Waits) -> None:
        self.last_seq = 0
        self.lanes: dict[str, Lane] = {}
        self.edges: dict[EdgeId, str] = {}
        self._waits = waits

    def listening(self, entries: QuerySet[JournalEntry]) -> Iterator[Told]:
        rows = entries.values_list("last_seq", "events").iterator(ROWS_AT_ONCE)
        for last_seq, events in rows:
            yield from self._heard(said([events]))
            self.last_seq = last_seq

    def _heard(self, records: Iterable[Told]) -> Iterator[Told]:
        for event, _ in records:
            name, data = event["event"], event["data"]
            if name == EDGE_STATUS:
                self.edges[EdgeId(data["edgeId"])] = data["status"]
            elif name in (NODE_STATUS, NODE_ATTEMPT):
                self._lane(data["nodeId"]).take(event)
            if name in _WITH_VALUES:
                # All values at once may be too many.
                event = Event(event=name, data=_without_values(data))
            yield event, None

    def _lane(self, node_id: str) -> Lane:
        if node_id not in self.lanes:
            self.lanes[node_id] = Lane(list(self._waits.get(node_id, ())))
        return self.lanes[node_id]


def _without_values(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in _VALUES}
