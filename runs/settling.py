"""The last word on runs for which no engine can speak."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from access.writing import write_atomic
from wayflow.errors import WayflowError
from wayflow.events import RUN_STATUS, Event
from wayflow.status import RunStatus

from . import commits
from .live import hub
from .models import JournalEntry, Run, RunQuerySet
from .records import record, told
from .reviews import withdraw_reviews

_SAID = ("result", "error")


def settle(runs: RunQuerySet, run_id: UUID, target: RunStatus, **changes: Any) -> bool:
    """End a run that is among ``runs``, in its row and its journal.

    ``changes`` are fields to set; the event carries ``result`` and ``error`` of them.
    False: it ended, or is not among them any more.
    """
    said: dict[str, Any] = {k: v for k, v in changes.items() if k in _SAID}
    event = Event(event=RUN_STATUS, data={"status": target.value, **said})
    with write_atomic():
        if not runs.move(run_id, target, last_seq=F("last_seq") + 1, **changes):
            return False
        withdraw_reviews(run_id)
        (seq,) = Run.objects.filter(pk=run_id).values_list("last_seq", flat=True)
        records = [record(seq, event)]
        commits.insert([(run_id, records)])
        transaction.on_commit(partial(hub.publish, run_id, records))
    return True


def settle_failed(run_id: UUID, error: WayflowError, *, epoch: int) -> bool:
    """End a run in ``error`` on behalf of its owner, whose engine cannot say it.

    False: the run ended or was taken over.
    """
    owned = Run.objects.filter(epoch=epoch, status=RunStatus.RUNNING)
    return settle(owned, run_id, RunStatus.ERROR, error=error.data())


def settle_cancelled(run_id: UUID, *, now: datetime) -> bool:
    """Cancel a run that is to be cancelled and that nobody drives.

    Nobody: not even an owner whose lease is over. False: it ended, somebody drives it,
    or nobody asked.
    """
    driven = Q(status=RunStatus.RUNNING, lease_expires_at__gte=now)
    asked = Run.objects.filter(cancel_requested_at__isnull=False).exclude(driven)
    with write_atomic():
        if not asked.filter(pk=run_id).exists():
            return False
        result = _result_so_far(run_id)
        target = RunStatus.CANCELLED
        return settle(asked, run_id, target, result=result, cancel_observed_at=now)


def _result_so_far(run_id: UUID) -> dict[str, Any]:
    """What the nodes collected; of a field written twice the later node's value."""
    rows = JournalEntry.objects.filter(run=run_id).order_by("first_seq")
    collected = {
        event["data"]["nodeId"]: private["result"]
        for event, private in told(rows.values_list("events", flat=True))
        if private and "result" in private
    }
    if not collected:
        return {}
    graph = Run.objects.select_related("document").get(pk=run_id).document.graph()
    result: dict[str, Any] = {}
    for node_id in graph.nodes:
        result.update(collected.get(node_id, {}))
    return result
