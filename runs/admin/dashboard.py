"""The index of the admin: how runs go, who drives them, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from runs.models import OPEN_VALUES, Run, RunQuerySet
from runs.statistics import (
    Day,
    Health,
    HostLoad,
    SlowNode,
    health,
    hosts,
    runs_per_day,
    slowest_nodes,
    standing,
    success_rate,
)
from runs.stuck import stuck
from wayflow.jsontext import json_text
from wayflow.status import RunStatus

from .excerpt import spelled
from .inbox import waiting_for

DAYS: Final = 14

_BARS: Final = (
    ("Completed", "completed", (RunStatus.COMPLETED.value,)),
    ("Error", "error", (RunStatus.ERROR.value,)),
    ("Cancelled", "cancelled", (RunStatus.CANCELLED.value,)),
    ("Going on", "open", OPEN_VALUES),
)
_CHART: Final = {
    "animation": False,
    "maintainAspectRatio": False,
    "interaction": {"mode": "index", "intersect": False},
    "plugins": {
        "legend": {
            "align": "end",
            "labels": {
                "boxHeight": 6,
                "boxWidth": 6,
                "color": "#94a3b8",
                "usePointStyle": True,
            },
        }
    },
    "scales": {
        "x": {
            "stacked": True,
            "grid": {"display": False},
            "ticks": {"color": "#94a3b8", "maxRotation": 0, "autoSkipPadding": 12},
        },
        "y": {
            "stacked": True,
            "beginAtZero": True,
            "border": {"display": False},
            "ticks": {"color": "#94a3b8", "precision": 0, "maxTicksLimit": 6},
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that somebody looks for; ``link`` leads to what it counts."""

    title: str
    value: str
    note: str
    link: str
    is_alarm: bool = False


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """``context`` with the statistics of the runs that the sender may see."""
    user = cast(User, request.user)
    now = timezone.now()
    runs = Run.objects.visible_to(user)
    sees_all = user.has_perm("runs.view_run")
    days = runs_per_day(runs, now, DAYS)
    return {
        **context,
        "title": "Dashboard",
        "days": DAYS,
        "sees_all": sees_all,
        "figures": _figures(user, runs, days, now),
        "chart": json_text(_chart(days)),
        "chart_options": json_text(_CHART),
        "chart_rows": [_day_row(day) for day in days],
        "bar_titles": [title for title, _, _ in _BARS],
        "health": [_health_row(of) for of in health(runs, now - timedelta(days=DAYS))],
        "nodes": [_node_row(of) for of in slowest_nodes(runs)],
        "hosts": [_host_row(of, now) for of in hosts(runs, now)] if sees_all else [],
        "sees_workflows": user.has_perm("workflows.view_workflow"),
    }


def _figures(
    user: User, runs: RunQuerySet, days: Sequence[Day], now: datetime
) -> list[Figure]:
    counts, queued_since = standing(runs)
    hung = stuck(runs, now).count()
    waiting = waiting_for(user).count()
    listed = reverse("admin:runs_run_changelist")
    link = listed if user.has_perm("runs.view_run") else ""
    waits = f"the first since {spelled(now - queued_since)}" if queued_since else ""
    return [
        Figure(
            title="Running",
            value=str(counts.get(RunStatus.RUNNING, 0)),
            note=f"{counts.get(RunStatus.PAUSED, 0)} wait for a person",
            link=link and f"{listed}?show=open",
        ),
        Figure(
            title="Queued",
            value=str(counts.get(RunStatus.QUEUED, 0)),
            note=waits or "none waits to start",
            link=link and f"{listed}?status__in=queued",
        ),
        Figure(
            title="Stuck",
            value=str(hung),
            note="look into them" if hung else "none seems to be",
            link=link and f"{listed}?show=stuck",
            is_alarm=hung > 0,
        ),
        Figure(
            title="Your inbox",
            value=str(waiting),
            note="reviews wait for you" if waiting else "nothing waits for you",
            link=reverse("admin:runs_review_changelist"),
        ),
        _success(days),
    ]


def _success(days: Sequence[Day]) -> Figure:
    total: Counter[str] = Counter()
    for day in days:
        total.update(day.counts)
    rate = success_rate(total)
    return Figure(
        title="Success",
        value="-" if rate is None else _percent(rate),
        note=f"of {total[RunStatus.COMPLETED] + total[RunStatus.ERROR]} in {DAYS} days",
        link="",
    )


def _chart(days: Sequence[Day]) -> Mapping[str, Any]:
    return {
        "labels": [f"{day.date:%d.%m.}" for day in days],
        "datasets": [
            {
                "label": title,
                "data": [_sum(day, statuses) for day in days],
                "backgroundColor": f"var(--chart-{colour})",
                "maxBarThickness": 28,
            }
            for title, colour, statuses in _BARS
        ],
    }


def _day_row(day: Day) -> Mapping[str, Any]:
    counted = [_sum(day, statuses) for _, _, statuses in _BARS]
    return {"date": day.date, "counts": counted}


def _sum(day: Day, statuses: Sequence[str]) -> int:
    return sum(day.counts.get(status, 0) for status in statuses)


def _health_row(of: Health) -> Mapping[str, Any]:
    return {
        "id": of.workflow_id,
        "name": of.name,
        "total": of.total,
        "failed": of.counts.get(RunStatus.ERROR, 0),
        "success": None if of.success is None else _percent(of.success),
        "share": None if of.success is None else f"{of.success:.4f}",
        "median": spelled(of.median) or "-",
        "p95": spelled(of.p95) or "-",
    }


def _node_row(of: SlowNode) -> Mapping[str, Any]:
    return {
        "workflow": of.workflow,
        "id": of.workflow_id,
        "label": of.label,
        "times": of.times,
        "median": spelled(of.median),
        "slowest": spelled(of.slowest),
    }


def _host_row(of: HostLoad, now: datetime) -> Mapping[str, Any]:
    left = abs(of.lease_expires_at - now)
    return {
        "name": of.name,
        "runs": of.runs,
        "oldest": of.oldest_start and spelled(now - of.oldest_start),
        "is_dead": of.is_dead,
        "lease": f"over for {spelled(left)}" if of.is_dead else f"{spelled(left)} left",
    }


def _percent(share: float) -> str:
    """Rounded down: 100 % is said only of all."""
    return f"{int(share * 1000) / 10:g} %"
