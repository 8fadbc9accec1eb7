"""How a workflow ran of late, and which of its runs a publication touches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import FloatField, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from runs.models import STATUS_CHOICES, Run, Trigger
from runs.statistics import percentile, success_rate
from runs.touched import counts_of, touched_runs
from wayflow.status import RunStatus
from workflows.models import Workflow

from .columns import badge
from .excerpt import spelled

LATEST = 50
"""Runs of late by which a workflow is judged."""

RUNS_LISTED = 5
TOUCHED_LISTED = 10

BARS = {
    RunStatus.COMPLETED.value: "bg-green-500",
    RunStatus.ERROR.value: "bg-red-500",
    RunStatus.PAUSED.value: "bg-orange-500",
    RunStatus.QUEUED.value: "bg-primary-500",
    RunStatus.RUNNING.value: "bg-blue-500",
    RunStatus.WAITING.value: "bg-blue-500",
    RunStatus.CANCELLED.value: "bg-base-400",
}
_WORDS = dict(STATUS_CHOICES)
_JUDGED = (RunStatus.COMPLETED.value, RunStatus.ERROR.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    """A run in a row, and the badge of its status."""

    run: Run
    badge: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRuns:
    """The newest runs of a workflow; ``bars`` has one for each, the oldest first."""

    runs: tuple[ListedRun, ...]
    total: int
    bars: tuple[Mapping[str, str], ...]
    counts: tuple[tuple[str, str, int], ...]
    triggers: tuple[tuple[str, int], ...]
    success: float | None
    median: str | None

    @property
    def percent(self) -> str | None:
        """The share of those that succeeded among those that ended by themselves."""
        return None if self.success is None else f"{self.success:.0%}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedRuns:
    """Runs that go on as they began, whatever is published; the oldest first."""

    counts: tuple[tuple[str, str, int], ...]
    first: tuple[ListedRun, ...]
    total: int


def latest_runs(workflow: Workflow, by: User) -> LatestRuns:
    """Those that ``by`` may see, with one question to the database."""
    newest = Run.objects.visible_to(by).filter(workflow=workflow)
    runs = list(_few_columns(newest.order_by("-created_at", "-id"))[:LATEST])
    counts = Counter(run.status for run in runs)
    took = [
        run.duration
        for run in runs
        if run.duration is not None and run.status in _JUDGED
    ]
    triggers = Counter(Trigger(run.trigger).label for run in runs)
    return LatestRuns(
        runs=tuple(map(_listed, runs[:RUNS_LISTED])),
        total=len(runs),
        bars=tuple(_bar(run) for run in reversed(runs)),
        counts=_counted(counts),
        triggers=tuple(triggers.most_common()),
        success=success_rate(counts),
        median=spelled(percentile(took, 0.5)),
    )


def shown_touched_runs(workflow: Workflow, by: User) -> TouchedRuns:
    """The paused and queued runs of ``workflow`` that ``by`` may see."""
    touched = touched_runs(workflow.pk, by)
    counts = counts_of(touched)
    return TouchedRuns(
        counts=_counted(counts),
        first=tuple(map(_listed, _few_columns(touched)[:TOUCHED_LISTED])),
        total=sum(counts.values()),
    )


def with_latest_runs(workflows: QuerySet[Workflow], by: User) -> QuerySet[Workflow]:
    """With ``last_status``, ``last_run_id`` and ``success``, as ``by`` may see them.

    ``success`` is the share of completed among the last LATEST that ended by
    themselves.
    """
    runs = Run.objects.visible_to(by).filter(workflow=OuterRef("pk"))
    newest = runs.order_by("-created_at", "-id")
    judged = newest.filter(status__in=_JUDGED).values("status")[:LATEST]
    return workflows.annotate(
        last_status=Subquery(newest.values("status")[:1]),
        last_run_id=Subquery(newest.values("pk")[:1]),
        success=_ShareOfCompleted(judged),
    )


class _ShareOfCompleted(Subquery):
    """The share of completed among statuses; None among none."""

    template = (
        "(SELECT AVG(CASE WHEN judged.status = 'completed' THEN 1.0 ELSE 0.0 END)"
        " FROM (%(subquery)s) judged)"
    )
    output_field = FloatField()


def _few_columns(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Without what may be large."""
    return runs.select_related("version", "owner").only(
        "status", "trigger", "created_at", "duration", "version", "owner__username"
    )


def _listed(run: Run) -> ListedRun:
    return ListedRun(run=run, badge=badge(run.status))


def _bar(run: Run) -> Mapping[str, str]:
    when = localtime(run.created_at).strftime("%-d %b, %H:%M")
    took = spelled(run.duration)
    return {
        "color": BARS[run.status],
        "tooltip": f"{_WORDS[run.status]}, {when}{f', {took}' if took else ''}",
        "href": reverse("admin:runs_run_change", args=[run.pk]),
    }


def _counted(counts: Mapping[str, int]) -> tuple[tuple[str, str, int], ...]:
    """Status, its word and how many, in the order of the states."""
    return tuple(
        (status, word, counts[status])
        for status, word in STATUS_CHOICES
        if counts.get(status)
    )
