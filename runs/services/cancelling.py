"""Asking runs to stop."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.writing import write_atomic
from runs.executor import executor
from runs.models import TERMINAL_VALUES, OnDisconnect, Run
from runs.settling import settle_cancelled

from .finding import found

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CancelOutcome(StrEnum):
    """What became of asking a run to stop."""

    CANCELLED = "cancelled"  # at once, for nobody drove it
    REQUESTED = "requested"  # its owner is told
    ENDED = "ended"  # before it was asked
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"  # or not to be seen


def request_cancel(*, run_id: UUID, by: User) -> CancelOutcome:
    """Cancel a run: at once when nobody drives it, else as soon as its owner hears it.

    Asking again, and asking a run that ended, changes nothing. Raises RunNotFound and
    NotAllowed.
    """
    found(Run.objects.cancellable_by(by), run_id, by, "cancel this run")
    return _cancel(run_id, by)


def request_cancels(*, run_ids: Sequence[UUID], by: User) -> dict[UUID, CancelOutcome]:
    """Cancel several runs, each on its own: what became of one changes no other.

    Each as with ``request_cancel``; what that raises is an outcome here.
    """
    visible = Run.objects.visible_to(by).filter(pk__in=run_ids)
    seen = set(visible.values_list("pk", flat=True))
    allowed = Run.objects.cancellable_by(by).filter(pk__in=run_ids)
    cancellable = set(allowed.values_list("pk", flat=True))
    outcomes: dict[UUID, CancelOutcome] = {}
    for run_id in run_ids:
        if run_id in cancellable:
            outcomes[run_id] = _cancel(run_id, by)
        elif run_id in seen:
            outcomes[run_id] = CancelOutcome.NOT_ALLOWED
        else:
            outcomes[run_id] = CancelOutcome.NOT_FOUND
    return outcomes


def abandon(*, run_id: UUID, by: User) -> None:
    """The client of a run went away: cancel it if that is its policy."""
    leashed = Run.objects.filter(pk=run_id, on_disconnect=OnDisconnect.CANCEL)
    if leashed.exclude(status__in=TERMINAL_VALUES).exists():
        _cancel(run_id, by)


def _cancel(run_id: UUID, by: User) -> CancelOutcome:
    now = timezone.now()
    going_on = Run.objects.filter(pk=run_id).exclude(status__in=TERMINAL_VALUES)
    with write_atomic():
        # First the request: whoever moves the run from now on finds and honours it.
        going_on.filter(cancel_requested_at=None).update(
            cancel_requested_at=now, cancel_requested_by=by
        )
        if settle_cancelled(run_id, now=now):
            return CancelOutcome.CANCELLED
        if not going_on.exists():
            return CancelOutcome.ENDED
        transaction.on_commit(partial(executor().cancel, run_id))
        return CancelOutcome.REQUESTED
