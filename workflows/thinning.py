"""Which versions go with time: what nobody needs is kept ever more coarsely."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Left

from access.writing import write_atomic

from .models import Workflow, WorkflowVersion

COARSER = 12
"""So many times the age at which days thin out, months do."""

DAY, MONTH = len("2026-01-31"), len("2026-01")


def spare_versions(
    unused: QuerySet[WorkflowVersion], *, now: datetime, days: float
) -> QuerySet[WorkflowVersion]:
    """Those of ``unused`` that may go: unpublished, without a label, not the newest.

    Of those older than ``days`` the last of each day (UTC) stays; of those older than
    12 times that, the last of each month. Whatever was saved after them counts.
    """
    young, old = (now - timedelta(days=days * n) for n in (1, COARSER))
    later = WorkflowVersion.objects.filter(
        workflow=OuterRef("workflow"), number__gt=OuterRef("number")
    )
    published = Workflow.objects.filter(published_version=OuterRef("pk"))
    return (
        unused.filter(created_at__lt=young, label="")
        .alias(at=Cast("created_at", TextField()))
        .filter(~Exists(published))
        .filter(
            Exists(_in_same(later, DAY))
            | Q(Exists(_in_same(later, MONTH)), created_at__lt=old)
        )
    )


def thin_versions(spare: QuerySet[WorkflowVersion], *, most: int) -> Collection[int]:
    """Delete so many of ``spare`` at most; returns the ids of their documents.

    Versions of workflows that somebody is changing wait for the next time.
    """
    with write_atomic():
        chosen = spare.order_by("workflow", "number").values_list("pk", "workflow")
        found = dict(chosen[:most])
        ids = _held({*found.values()})
        # Asked again: somebody may have published or named one in the meantime.
        going = spare.filter(pk__in=found, workflow__in=ids)
        documents = dict(going.values_list("pk", "document"))
        WorkflowVersion.objects.filter(pk__in=documents).only("pk").delete()
    return list(documents.values())


def workflows_at(now: datetime) -> Q:
    """The workflows that have their turn in this minute; all have one in 256 minutes.

    So that no look for spare versions has to go through all there are.
    """
    turn = int(now.timestamp() // 60) % 256
    first, last = f"{turn:02x}" + 30 * "0", f"{turn:02x}" + 30 * "f"
    return Q(workflow__gte=UUID(first), workflow__lte=UUID(last))


def _held(workflow_ids: Collection[UUID]) -> list[UUID]:
    """Those that nobody else holds; they are held until the transaction ends."""
    free = Workflow.objects.select_for_update(skip_locked=True)
    return [w.pk for w in free.filter(pk__in=workflow_ids).only("pk")]


def _in_same(
    versions: QuerySet[WorkflowVersion], length: int
) -> QuerySet[WorkflowVersion]:
    """Those of the same day or month, by the beginning of the time's text."""
    mine = Left(Cast("created_at", TextField()), length)
    return versions.alias(period=mine).filter(period=Left(OuterRef("at"), length))
