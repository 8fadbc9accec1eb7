"""How long runs are kept: those that ended long ago go, and what only they needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from wayflow.status import TERMINAL, RunStatus
from workflows.models import GraphDocument

from .feed_events import KEPT, FeedEvent, newest_id
from .models import JournalEntry, Run, RunQuerySet
from .writing import write_atomic

ROWS_AT_ONCE = 500
"""Rows that one transaction deletes, as nearly as whole runs allow."""

ROWS_BETWEEN = 100
"""The same for a transaction for which the events of running runs have to wait."""

UNCLAIMED = timedelta(days=1)
"""How long a graph is left alone that nobody refers to: somebody may be about to."""


def prunable(
    *,
    before: datetime,
    statuses: Collection[RunStatus] = TERMINAL,
    workflow_ids: Collection[UUID] | None = None,
) -> RunQuerySet:
    """The runs that ended before then, in one of ``statuses``, of these workflows."""
    ended = sorted(status.value for status in TERMINAL & set(statuses))
    # What ended before then began before then: there is an index on the beginning.
    old = Run.objects.filter(
        status__in=ended, created_at__lt=before, finished_at__lt=before
    )
    return old if workflow_ids is None else old.filter(workflow__in=workflow_ids)


def prune_runs(runs: RunQuerySet, *, rows: int = ROWS_AT_ONCE) -> int:
    """Delete the oldest of ``runs``, in one short transaction; returns how many.

    0: there are none left. Their graphs go with them unless something else refers to
    them; runs that repeat them forget it.
    """
    chosen = dict(_oldest(runs, rows))
    if chosen:
        with write_atomic():
            Run.objects.filter(pk__in=chosen).only("pk").delete()
            prune_documents(GraphDocument.objects.filter(pk__in=chosen.values()))
    return len(chosen)


def prune_documents(
    documents: QuerySet[GraphDocument], *, most: int = ROWS_AT_ONCE
) -> int:
    """Delete those of ``documents`` that no version and no run refers to."""
    with write_atomic():
        orphans = documents.filter(versions=None, runs=None).values_list(
            "pk", flat=True
        )
        ids = list(orphans[:most])
        GraphDocument.objects.filter(pk__in=ids).only("pk").delete()
    return len(ids)


def unclaimed_documents(*, now: datetime) -> QuerySet[GraphDocument]:
    """The graphs that nothing refers to, for a while already."""
    old = GraphDocument.objects.filter(created_at__lt=now - UNCLAIMED)
    return old.filter(versions=None, runs=None)


def prune_feed(*, rows: int = ROWS_AT_ONCE) -> int:
    """Delete the oldest events of the feed but those that are kept."""
    with write_atomic():
        spare = FeedEvent.objects.filter(id__lte=newest_id() - KEPT)
        ids = list(spare.order_by("id").values_list("id", flat=True)[:rows])
        FeedEvent.objects.filter(pk__in=ids).delete()
    return len(ids)


def keep_house(*, now: datetime) -> bool:
    """Delete a little of what is too old by the settings. True: there is more."""
    found = prune_feed(rows=ROWS_BETWEEN)
    days = settings.WAYFLOW["RETENTION_DAYS"]
    if days > 0:
        runs = prunable(before=now - timedelta(days=days))
        found += prune_runs(runs, rows=ROWS_BETWEEN)
    return bool(found)


def _oldest(runs: RunQuerySet, rows: int) -> Iterator[tuple[UUID, int]]:
    """Runs with their document's ids, as many as have about so many journal rows."""
    oldest = runs.order_by("created_at", "pk").values_list("pk", "document_id")[:rows]
    documents = dict(oldest)
    entries = JournalEntry.objects.filter(run__in=documents).order_by()
    counts = dict(entries.values_list("run").annotate(Count("pk")))
    for run_id, document_id in documents.items():
        yield run_id, document_id
        rows -= 1 + counts.get(run_id, 0)
        if rows <= 0:
            return
