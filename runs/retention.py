"""How long runs are kept: those that ended long ago go, and what only they needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from access.writing import write_atomic
from wayflow.status import TERMINAL, RunStatus
from workflows.models import CLAIM, GraphDocument, WorkflowVersion
from workflows.thinning import spare_versions, thin_versions, workflows_at

from .feed_events import KEPT, FeedEvent, newest_id
from .models import JournalEntry, Run, RunQuerySet

ROWS_AT_ONCE = 500
"""Rows that one transaction deletes, as nearly as whole runs allow."""

ROWS_BETWEEN = 100
"""The same for a transaction for which the events of running runs have to wait."""


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
            _prune_documents_of(chosen.values())
    return len(chosen)


def prune_versions(versions: QuerySet[WorkflowVersion], *, most: int) -> int:
    """Delete so many of ``versions`` at most, with their graphs; returns how many.

    They are found by ``prunable_versions``. 0: there are none left.
    """
    with write_atomic():
        documents = thin_versions(versions, most=most)
        _prune_documents_of(documents)
    return len(documents)


def prunable_versions(*, now: datetime, days: float) -> QuerySet[WorkflowVersion]:
    """The versions that no run refers to and that ``spare_versions`` lets go."""
    runs = Run.objects.filter(version=OuterRef("pk"))
    unused = WorkflowVersion.objects.filter(~Exists(runs))
    return spare_versions(unused, now=now, days=days)


def prune_documents(
    documents: QuerySet[GraphDocument], *, most: int = ROWS_AT_ONCE
) -> int:
    """Delete those of ``documents`` that no version and no run refers to."""
    with write_atomic():
        orphans = documents.filter(versions=None, runs=None).only("pk")
        # Whoever is claiming one right now holds it, and keeps it.
        free = orphans.select_for_update(of=("self",), skip_locked=True)
        ids = [document.pk for document in free[:most]]
        GraphDocument.objects.filter(pk__in=ids).only("pk").delete()
    return len(ids)


def unclaimed_documents(*, now: datetime) -> QuerySet[GraphDocument]:
    """The graphs that nothing refers to, for a while already."""
    old = GraphDocument.objects.filter(claimed_at__lt=now - CLAIM)
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
    days = settings.WAYFLOW["VERSION_DAYS"]
    if days > 0:
        versions = prunable_versions(now=now, days=days).filter(workflows_at(now))
        found += prune_versions(versions, most=ROWS_BETWEEN)
    return bool(found)


def _prune_documents_of(ids: Collection[int]) -> None:
    unclaimed = unclaimed_documents(now=timezone.now())
    prune_documents(unclaimed.filter(pk__in=ids), most=len(ids))


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
