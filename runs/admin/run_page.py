"""What the page of a run shows, each part bounded however long the run was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest

from runs.graphs import graphs
from runs.models import JournalEntry, Run
from runs.node_runs import NodeRun, node_runs
from runs.records import Record, Told, records_of, told
from wayflow.events import Event
from wayflow.status import NodeStatus, RunStatus
from workflows.models import Workflow

from .excerpt import Excerpt, excerpt, spelled

EVENTS_AT_ONCE = 200
ROWS_AT_ONCE = 20
NODES_SHOWN = 100
RELOAD_SECONDS = 2

VALUE_LIMIT = 20_000
NODE_VALUE_LIMIT = 2_000
EVENT_LIMIT = 2_000
EVENT_BRIEF = 160
"""Characters of one value that the page shows."""

STATUS_COLOURS = {
    RunStatus.QUEUED.value: "primary",
    RunStatus.RUNNING.value: "info",
    RunStatus.PAUSED.value: "warning",
    RunStatus.WAITING.value: "info",
    RunStatus.COMPLETED.value: "success",
    RunStatus.ERROR.value: "danger",
}
NODE_COLOURS = {
    NodeStatus.RUNNING.value: "info",
    NodeStatus.WAITING.value: "warning",
    NodeStatus.COMPLETE.value: "success",
    NodeStatus.ERROR.value: "danger",
}
_MOVING = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING)
_URGENT = (NodeStatus.ERROR, NodeStatus.RUNNING, NodeStatus.WAITING)
_VALUES = ("inputs", "outputData", "args", "result")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNode:
    """A node's part in the run, beside what the template cannot work out."""

    run: NodeRun
    colour: str
    duration: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvent:
    """One event of the journal; ``brief`` is the line for one that is long."""

    seq: int
    name: str
    data: Excerpt
    brief: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A stretch of the journal; ``next`` is the number to go on after, if any."""

    events: list[ShownEvent]
    after: int
    next: int | None


def page_of(run: Run, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The context of the page of ``run``, as the sender of ``request`` may see it."""
    user = cast(User, request.user)
    after = _whole_number(request.GET.get("after", ""))
    is_moving = run.status in _MOVING and not after
    reloads = is_moving and request.GET.get("reload") != "off"
    # Further pages of the journal show nothing else.
    nodes = [] if after else _nodes_of(run)
    return {
        "run": run,
        "colour": STATUS_COLOURS.get(run.status, ""),
        "duration": spelled(duration_of(run, now)),
        "is_moving": is_moving,
        "reload_seconds": RELOAD_SECONDS if reloads else None,
        "inputs": excerpt(run.inputs, VALUE_LIMIT),
        "result": None if run.result is None else excerpt(run.result, VALUE_LIMIT),
        "review": _open_review(run),
        "nodes": nodes[:NODES_SHOWN],
        "node_total": len(nodes),
        "journal": _events_after(run.pk, after, run.last_seq),
        "newest_after": max(run.last_seq - EVENTS_AT_ONCE, 0),
        "sees_workflow": _sees(user, run.workflow),
        "may_run_again": _may_run_again(run, user),
        "may_cancel": _may_cancel(run, user),
    }


def duration_of(run: Run, now: datetime) -> timedelta | None:
    """How long the run took, or takes so far; None before it began."""
    if run.started_at is None:
        return None
    return (run.finished_at or now) - run.started_at


def _open_review(run: Run) -> dict[str, Any] | None:
    review = run.reviews.open().order_by("opened_seq").last()
    if review is None:
        return None
    asked = review.wire()
    if "data" in asked:
        asked["data"] = excerpt(asked["data"], VALUE_LIMIT)
    return {**asked, "opened_at": review.opened_at}


def _nodes_of(run: Run) -> list[ShownNode]:
    """The nodes in the order in which they began; of too many, the urgent first."""
    entries = JournalEntry.objects.filter(run=run).order_by("first_seq")
    rows = entries.values_list("events", flat=True).iterator(chunk_size=ROWS_AT_ONCE)
    graph = graphs.load(run.document.digest)
    nodes = node_runs(graph, _lightened(told(rows)))
    if len(nodes) > NODES_SHOWN:
        nodes.sort(key=lambda node: node.status not in _URGENT)
    return [
        ShownNode(
            run=node,
            colour=NODE_COLOURS.get(node.status, ""),
            duration=None
            if node.duration_ms is None
            else spelled(timedelta(milliseconds=node.duration_ms)),
        )
        for node in nodes
    ]


def _lightened(records: Iterable[Told]) -> Iterator[Told]:
    """The nodes' events with excerpts for values: all at once they are too many."""
    for event, _ in records:
        data = event["data"]
        if "nodeId" in data:
            light = {
                key: excerpt(value, NODE_VALUE_LIMIT) if key in _VALUES else value
                for key, value in data.items()
            }
            yield Event(event=event["event"], data=light), None


def _events_after(run_id: UUID, after: int, last_seq: int) -> EventPage:
    entries = JournalEntry.objects.filter(run=run_id, last_seq__gt=after)
    rows = entries.order_by("first_seq").values_list("first_seq", "events")
    few = rows[:EVENTS_AT_ONCE].iterator(chunk_size=ROWS_AT_ONCE)
    records = (record for row in few for record in records_of(*row))
    unseen = (record for record in records if record.seq > after)
    events = [_shown(record) for record in islice(unseen, EVENTS_AT_ONCE)]
    reached = events[-1].seq if events else after
    return EventPage(
        events=events, after=after, next=reached if reached < last_seq else None
    )


def _shown(record: Record) -> ShownEvent:
    data = excerpt(record.data.decode(), EVENT_LIMIT)
    brief = data.text[:EVENT_BRIEF] if data.size > EVENT_BRIEF else ""
    return ShownEvent(seq=record.seq, name=record.name, data=data, brief=brief)


def _sees(user: User, workflow: Workflow | None) -> bool:
    """Whether the admin has a page of the workflow for ``user``."""
    return (
        workflow is not None
        and workflow.deleted_at is None
        and user.has_perm("workflows.view_workflow")
    )


def _may_run_again(run: Run, user: User) -> bool:
    if run.workflow_id is None:
        return False
    return Workflow.objects.runnable_by(user).filter(pk=run.workflow_id).exists()


def _may_cancel(run: Run, user: User) -> bool:
    if RunStatus(run.status).is_terminal:
        return False
    return Run.objects.cancellable_by(user).filter(pk=run.pk).exists()


def _whole_number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
