"""Asking a run to stop."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from runs.executor import executor
from runs.models import TERMINAL_VALUES, OnDisconnect, Run
from runs.settling import settle_cancelled
from runs.writing import write_atomic

from .finding import found

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def request_cancel(*, run_id: UUID, by: User) -> None:
    """Cancel a run: at once when nobody drives it, else as soon as its owner hears it.

    Asking again, and asking a run that ended, changes nothing. Raises RunNotFound and
    NotAllowed.
    """
    found(Run.objects.cancellable_by(by), run_id, by, "cancel this run")
    _cancel(run_id, by)


def abandon(*, run_id: UUID, by: User) -> None:
    """The client of a run went away: cancel it if that is its policy."""
    leashed = Run.objects.filter(pk=run_id, on_disconnect=OnDisconnect.CANCEL)
    if leashed.exclude(status__in=TERMINAL_VALUES).exists():
        _cancel(run_id, by)


def _cancel(run_id: UUID, by: User) -> None:
    now = timezone.now()
    unasked = Run.objects.filter(pk=run_id, cancel_requested_at=None)
    with write_atomic():
        # First the request: whoever moves the run from now on finds and honours it.
        unasked.exclude(status__in=TERMINAL_VALUES).update(
            cancel_requested_at=now, cancel_requested_by=by
        )
        if not settle_cancelled(run_id, now=now):
            transaction.on_commit(partial(executor().cancel, run_id))
