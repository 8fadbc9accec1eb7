"""Runs whose owner is gone: given to the next owner, or ended where that is no use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from wayflow.checkpoint import Decision
from wayflow.errors import WayflowError
from wayflow.status import RunStatus

from .claims import LEASE
from .models import Review, Run
from .reviews import answer
from .settling import settle, settle_cancelled
from .writing import write_atomic

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


def _cancel_sleepers(now: datetime) -> None:
    """End the runs that paused while the request to cancel them was on its way."""
    asleep = Run.objects.filter(status__in=(RunStatus.PAUSED, RunStatus.WAITING))
    asked = asleep.exclude(cancel_requested_at=None)
    for run_id in asked.values_list("pk", flat=True):
        settle_cancelled(run_id, now=now)


def recover(now: datetime) -> list[UUID]:
    """Take the runs whose owner let its lease expire; what is to be driven is returned.

    That includes runs whose review nobody answered in time. A run that is to be
    cancelled, or that has had ``MAX_TAKEOVERS`` owners die, ends.
    """
    dead = Run.objects.filter(status=RunStatus.RUNNING, lease_expires_at__lt=now)
    for run_id, takeovers in dead.values_list("pk", "takeovers"):
        if settle_cancelled(run_id, now=now):
            continue
        if takeovers >= settings.WAYFLOW["MAX_TAKEOVERS"]:
            error = OwnersDied(takeovers + 1)
            settle(dead, run_id, RunStatus.ERROR, error=error.data())
            continue
        with write_atomic():
            dead.move(run_id, RunStatus.QUEUED, takeovers=F("takeovers") + 1)
    _cancel_sleepers(now)
    waiting = Run.objects.filter(status=RunStatus.QUEUED, created_at__lt=now - PATIENCE)
    oldest = waiting.order_by("created_at", "pk").values_list("pk", flat=True)
    return [*expire_reviews(now), *oldest[:AT_ONCE]]
