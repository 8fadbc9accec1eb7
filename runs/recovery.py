"""Runs whose owner is gone: given to the next owner, or ended where that is no use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from access.writing import write_atomic
from wayflow.checkpoint import Decision
from wayflow.errors import WayflowError
from wayflow.events import NODE_STATUS
from wayflow.status import RunStatus

from .claims import LEASE
from .models import JournalEntry, Review, Run
from .records import SETTLED, said
from .reviews import answer
from .settling import settle, settle_cancelled
from .turns import next_of_all

PATIENCE = LEASE / 3
"""Age at which a queued run is taken to be forgotten by whoever queued it."""

AT_ONCE = 500
"""Queued runs that one host takes up in one go."""


class OwnersDied(WayflowError):
    """The run was taken over again and again, and every owner died with it."""

    code = "WF_RUN_OWNERS_DIED"
    hint = (
        "Look into the server's log: a node may exhaust the memory or end the process."
    )

    def __init__(self, takeovers: int) -> None:
        super().__init__(f"The server died {takeovers} times while it drove the run.")


def expire_reviews(now: datetime) -> list[UUID]:
    """Answer the reviews whose time is over; their runs are to be driven."""
    due = Review.objects.open().filter(expires_at__lte=now).order_by("expires_at", "pk")
    answered: list[UUID] = []
    for review in due[:AT_ONCE]:
        with write_atomic():
            if answer(review, Decision(review.expiry_branch), by=None, now=now):
                answered.append(review.run_id)
            else:
                transaction.set_rollback(True)
    return answered


def _has_advanced(run: Run) -> bool:
    """Whether a node settled since an owner last died with the run."""
    if not run.takeovers:
        return False
    since = JournalEntry.objects.filter(run=run, first_seq__gt=run.taken_over_seq)
    return any(
        event["event"] == NODE_STATUS and event["data"]["status"] in SETTLED
        for event, _ in said(since.values_list("events", flat=True))
    )


def _cancel_sleepers(now: datetime) -> None:
    """End the runs that paused while the request to cancel them was on its way."""
    asleep = Run.objects.filter(status__in=(RunStatus.PAUSED, RunStatus.WAITING))
    asked = asleep.exclude(cancel_requested_at=None)
    for run_id in asked.values_list("pk", flat=True):
        settle_cancelled(run_id, now=now)


def recover(now: datetime) -> list[UUID]:
    """Take the runs whose owner let its lease expire; what is to be driven is returned.

    That includes runs whose review nobody answered in time, and queued ones that wait
    no longer for others of their owner. A run that is to be cancelled, or with which
    ``MAX_TAKEOVERS`` owners died before any further node settled, ends.
    """
    dead = Run.objects.filter(status=RunStatus.RUNNING, lease_expires_at__lt=now)
    for run in dead.only("takeovers", "taken_over_seq", "last_seq"):
        run_id = run.pk
        takeovers = 0 if _has_advanced(run) else run.takeovers
        if settle_cancelled(run_id, now=now):
            continue
        if takeovers >= settings.WAYFLOW["MAX_TAKEOVERS"]:
            error = OwnersDied(takeovers + 1)
            settle(dead, run_id, RunStatus.ERROR, error=error.data())
            continue
        with write_atomic():
            dead.move(
                run_id,
                RunStatus.QUEUED,
                takeovers=takeovers + 1,
                taken_over_seq=F("last_seq"),
            )
    _cancel_sleepers(now)
    forgotten = next_of_all(queued_before=now - PATIENCE, most=AT_ONCE)
    return [*expire_reviews(now), *forgotten]
