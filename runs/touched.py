"""The runs that a publication touches: they go on as they began, whatever is new."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count

from wayflow.status import RunStatus

from .models import Run, RunQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TOUCHED = (RunStatus.PAUSED.value, RunStatus.QUEUED.value)


def touched_runs(workflow_id: UUID, by: User) -> RunQuerySet:
    """The paused and queued runs that ``by`` may see, the oldest first."""
    runs = Run.objects.visible_to(by).filter(workflow=workflow_id, status__in=TOUCHED)
    return runs.order_by("created_at", "pk")


def counts_of(touched: RunQuerySet) -> dict[str, int]:
    """How many are in each state, also where there are none."""
    counted = touched.order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(TOUCHED, 0) | dict(counted)
