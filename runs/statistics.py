"""How the runs of late went, in a few bounded questions to the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Length
from django.utils import timezone

from wayflow.events import NODE_STATUS
from wayflow.graph import NodeId
from wayflow.status import NodeStatus, RunStatus
from workflows.models import Workflow

from .graphs import graphs
from .models import OPEN_VALUES, TERMINAL_VALUES, JournalEntry, RunQuerySet
from .records import said

ENDED_READ: Final = 10_000
"""Of so many ended runs the newest are measured."""

ROWS_READ: Final = 1_000
LONGEST_ROW: Final = 16_000
"""How many of the journal's rows are read for the slowest nodes, and how long ones."""

WORKFLOWS_SHOWN: Final = 10
NODES_SHOWN: Final = 6
HOSTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How many runs were started on a day, by the status that they have now."""

    date: date
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the ended runs of a workflow went; None is for graphs without one.

    The durations are those of completed and failed runs, as far as there are any.
    """

    workflow_id: UUID | None
    name: str
    counts: Mapping[str, int]
    median: timedelta | None
    p95: timedelta | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def success(self) -> float | None:
        """The share of completed runs among those that nobody cancelled."""
        return success_rate(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowNode:
    """How long a node takes when it takes longest; a review's wait is none of it."""

    workflow_id: UUID | None
    workflow: str
    label: str
    times: int
    slowest: timedelta
    median: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLoad:
    """A server with the runs that it drives, as long as its lease lasts."""

    name: str
    runs: int
    oldest_start: datetime | None
    lease_expires_at: datetime
    is_dead: bool


class _Story(NamedTuple):
    """Of what a stretch of the journal tells."""

    run_id: UUID
    workflow_id: UUID | None
    digest: str


class _Node(NamedTuple):
    """A node of one graph."""

    workflow_id: UUID | None
    digest: str
    node_id: str


def runs_per_day(runs: RunQuerySet, now: datetime, days: int) -> list[Day]:
    """The last ``days`` days of the current time zone, the oldest first."""
    today = timezone.localtime(now).date()
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    starts = [_midnight(day) for day in [*dates, today + timedelta(days=1)]]
    within = {
        f"day{i}": Count(
            "pk", filter=Q(created_at__gte=starts[i], created_at__lt=starts[i + 1])
        )
        for i in range(days)
    }
    recent = runs.filter(created_at__gte=starts[0]).order_by()
    rows: list[Any] = list(recent.values("status").annotate(**within))
    return [
        Day(date=day, counts={row["status"]: row[f"day{i}"] for row in rows})
        for i, day in enumerate(dates)
    ]


def standing(runs: RunQuerySet) -> tuple[Mapping[str, int], datetime | None]:
    """How many of ``runs`` are in each status but the last ones, and since when one
    that is queued was.
    """
    going_on = runs.filter(status__in=OPEN_VALUES).order_by()
    rows = going_on.values("status").annotate(many=Count("pk"), first=Min("created_at"))
    found = {row["status"]: row for row in rows}
    queued = found.get(RunStatus.QUEUED.value)
    counts = {status: row["many"] for status, row in found.items()}
    return counts, queued and queued["first"]


def health(runs: RunQuerySet, since: datetime) -> list[Health]:
    """The workflows that ran most since then, as the newest ended runs tell it."""
    ended = runs.filter(status__in=TERMINAL_VALUES, created_at__gte=since)
    rows = ended.order_by("-created_at", "-pk").values_list(
        "workflow_id", "status", "duration"
    )
    counts: dict[UUID | None, Counter[str]] = defaultdict(Counter)
    took: dict[UUID | None, list[timedelta]] = defaultdict(list)
    for workflow_id, status, duration in rows[:ENDED_READ]:
        counts[workflow_id][status] += 1
        if duration is not None and status != RunStatus.CANCELLED:
            took[workflow_id].append(duration)
    most = sorted(counts, key=lambda id: counts[id].total(), reverse=True)
    shown = most[:WORKFLOWS_SHOWN]
    names = names_of(shown)
    return [
        Health(
            workflow_id=id,
            name=names[id],
            counts=counts[id],
            median=percentile(took[id], 0.5),
            p95=percentile(took[id], 0.95),
        )
        for id in shown
    ]


def slowest_nodes(runs: RunQuerySet) -> list[SlowNode]:
    """The slowest nodes of ended runs, as far as the end of the journal tells.

    Rows of the journal that are long are passed over.
    """
    newest = JournalEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    ended = runs.filter(status__in=TERMINAL_VALUES, pk=OuterRef("run"))
    rows = JournalEntry.objects.annotate(size=Length("events")).filter(
        Exists(ended), pk__gt=(newest or 0) - ROWS_READ, size__lte=LONGEST_ROW
    )
    columns = ("run_id", "run__workflow_id", "run__document__digest", "events")
    stories: dict[_Story, list[str]] = defaultdict(list)
    for *story, events in rows.order_by("pk").values_list(*columns):
        stories[_Story(*story)].append(events)
    took: dict[_Node, list[int]] = defaultdict(list)
    for of, told in stories.items():
        for node_id, milliseconds in _node_times(told):
            took[_Node(of.workflow_id, of.digest, node_id)].append(milliseconds)
    slowest = sorted(took, key=lambda node: max(took[node]), reverse=True)
    shown = slowest[:NODES_SHOWN]
    names = names_of([node.workflow_id for node in shown])
    return [_slow(node, took[node], names[node.workflow_id]) for node in shown]


def hosts(runs: RunQuerySet, now: datetime) -> list[HostLoad]:
    """The servers that drive ``runs``, the one with the oldest lease first."""
    driven = runs.filter(status=RunStatus.RUNNING, lease_expires_at__isnull=False)
    rows = (
        driven.order_by()
        .values("host")
        .annotate(
            runs=Count("pk"), start=Min("started_at"), lease=Min("lease_expires_at")
        )
    )
    return [
        HostLoad(
            name=row["host"],
            runs=row["runs"],
            oldest_start=row["start"],
            lease_expires_at=row["lease"],
            is_dead=row["lease"] < now,
        )
        for row in rows.order_by("lease", "host")[:HOSTS_SHOWN]
    ]


def success_rate(counts: Mapping[str, int]) -> float | None:
    """The share of completed among completed and failed; None without any."""
    completed = counts.get(RunStatus.COMPLETED.value, 0)
    judged = completed + counts.get(RunStatus.ERROR.value, 0)
    return completed / judged if judged else None


def percentile(values: Sequence[Any], share: float) -> Any:
    """The smallest of ``values`` that ``share`` of them do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[ceil(share * len(values)) - 1]


def names_of(workflow_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The names by id, also what runs without a workflow are called."""
    found = Workflow.objects.filter(pk__in=[id for id in workflow_ids if id])
    return {None: "Graphs of their own", **dict(found.values_list("pk", "name"))}


def _node_times(rows: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The milliseconds of each attempt at a node that nobody had to wait for."""
    began: dict[str, int] = {}
    for event, _ in said(rows):
        if event["event"] != NODE_STATUS:
            continue
        data = event["data"]
        node_id, status = data["nodeId"], data["status"]
        if status == NodeStatus.RUNNING and "startedAt" in data:
            began[node_id] = data["startedAt"]
        elif status == NodeStatus.WAITING:
            began.pop(node_id, None)
        elif node_id in began and "finishedAt" in data:
            yield node_id, data["finishedAt"] - began.pop(node_id)


def _slow(node: _Node, took: list[int], workflow: str) -> SlowNode:
    drawn = graphs.load(node.digest).nodes[NodeId(node.node_id)]
    return SlowNode(
        workflow_id=node.workflow_id,
        workflow=workflow,
        label=drawn.name or drawn.label or node.node_id,
        times=len(took),
        slowest=timedelta(milliseconds=max(took)),
        median=timedelta(milliseconds=percentile(took, 0.5)),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
