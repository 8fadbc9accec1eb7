"""Where the time of a run went: in the queue, at work, and waiting for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from runs.admin.excerpt import spelled
from runs.models import Review, Run

SCALE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A share of the time; ``x`` and ``width`` are its place in a drawing."""

    kind: str
    took: str
    x: int
    width: int


def duration_of(run: Run, now: datetime) -> timedelta | None:
    """How long the run took, or takes so far; None before it began."""
    if run.started_at is None:
        return None
    return (run.finished_at or now) - run.started_at


def spans_of(run: Run, reviews: Iterable[Review], now: datetime) -> list[Span]:
    """Queued, running and waiting, as shares of all the time since it was queued."""
    ends = run.finished_at or now
    started = run.started_at or ends
    waiting = _covered(
        (max(r.opened_at, started), min(r.decided_at or ends, ends)) for r in reviews
    )
    queued = max(started - run.created_at, timedelta())
    running = max(ends - started - waiting, timedelta())
    shares = {"queued": queued, "running": running, "waiting": waiting}
    return _drawn({kind: took for kind, took in shares.items() if took})


def _covered(stretches: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """How long at least one of the stretches lasted."""
    total, reached = timedelta(), None
    for begins, ends in sorted(stretches):
        since = begins if reached is None else max(begins, reached)
        if ends > since:
            total += ends - since
            reached = ends
    return total


def _drawn(shares: dict[str, timedelta]) -> list[Span]:
    whole = sum(shares.values(), timedelta()) or timedelta(1)
    spans, x = [], 0
    for kind, took in shares.items():
        width = round(took / whole * SCALE)
        spans.append(Span(kind=kind, took=spelled(took) or "", x=x, width=width))
        x += width
    return spans
