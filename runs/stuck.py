"""Which runs hang, and by which sign one sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, CharField, Q, Value, When

from wayflow.status import RunStatus

from .models import OPEN_VALUES, RunQuerySet

QUEUED_LONG: Final = timedelta(minutes=5)
RUNNING_LONG: Final = timedelta(hours=1)
CANCELLING_LONG: Final = timedelta(minutes=1)


def stuck(runs: RunQuerySet, now: datetime) -> RunQuerySet:
    """Those of ``runs`` that show a sign of hanging.

    The server that drove it let its lease expire; it was asked to stop a minute ago and
    goes on; it is queued, and was started 5 minutes ago; it runs, and began an hour
    ago.
    """
    any_sign = Q()
    for sign in _signs(now).values():
        any_sign |= sign
    return runs.filter(any_sign, status__in=OPEN_VALUES)


def with_signs(runs: RunQuerySet, now: datetime) -> RunQuerySet:
    """``runs``, each with the first ``sign`` that it shows, in words, or None."""
    cases = [When(sign, then=Value(words)) for words, sign in _signs(now).items()]
    return runs.annotate(
        sign=Case(*cases, default=None, output_field=CharField(null=True))
    )


def _signs(now: datetime) -> dict[str, Q]:
    return {
        "its server is gone": Q(status=RunStatus.RUNNING, lease_expires_at__lt=now),
        "asked to stop, goes on": Q(
            status__in=OPEN_VALUES, cancel_requested_at__lt=now - CANCELLING_LONG
        ),
        "queued for long": Q(status=RunStatus.QUEUED, created_at__lt=now - QUEUED_LONG),
        "runs for long": Q(status=RunStatus.RUNNING, started_at__lt=now - RUNNING_LONG),
    }
