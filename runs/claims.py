"""Who drives a run: claims, leases and giving back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from access.writing import write_atomic
from wayflow.checkpoint import Decision
from wayflow.status import RunStatus
from wayflow.values import ABSENT

from .models import JournalEntry, Review, Run
from .turns import hold_turn, whose_owner_has_room

LEASE = timedelta(seconds=settings.WAYFLOW["LEASE_SECONDS"])
"""How long a silent host keeps its runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The newest decision on a run, and the node that it is about."""

    node_id: str
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run as its new owner finds it; ``rows`` are the events of its journal."""

    run_id: UUID
    epoch: int
    last_seq: int
    digest: str
    owner_id: int
    owner_is_active: bool
    inputs: dict[str, Any]
    metadata: dict[str, Any]
    cancel_requested: bool
    rows: Sequence[str]
    answer: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the owner of a run has to heed: a newer epoch is another owner's.

    A queued run has its next owner's already.
    """

    epoch: int
    cancel_requested: bool


class NoRoom(Exception):
    """The run's owner has as many others running as may be: it stays queued."""

    def __init__(self, owner_id: int) -> None:
        super().__init__(f"User {owner_id} has too many runs running.")
        self.owner_id = owner_id


def claim(run_id: UUID, *, host: str, now: datetime) -> Claim | None:
    """Make ``host`` the owner of a queued run; None when it is not queued any more.

    Raises NoRoom.
    """
    with write_atomic():
        hold_turn(run_id)
        claimed = whose_owner_has_room(Run.objects.all()).move(
            run_id,
            RunStatus.RUNNING,
            host=host,
            lease_expires_at=now + LEASE,
            started_at=Coalesce(F("started_at"), Value(now)),
            attempts=F("attempts") + 1,
        )
        if not claimed:
            queued = Run.objects.filter(pk=run_id, status=RunStatus.QUEUED)
            for owner_id in queued.values_list("owner", flat=True):
                raise NoRoom(owner_id)
            return None
        rows = Run.objects.select_related("document", "owner")
        rows = rows.defer("document__content")
        run = rows.get(pk=run_id)
        if run.cancel_requested_at is not None:
            observe_cancel(run_id, now=now)
        return _found(run)


def give_back(run_id: UUID, *, epoch: int) -> bool:
    """Queue a run again that its owner cannot finish.

    False: it paused or ended meanwhile, or another host is the owner.
    """
    # A paused run may be queued too, but only by an answer.
    running = Run.objects.filter(status=RunStatus.RUNNING)
    with write_atomic():
        return running.move(run_id, RunStatus.QUEUED, epoch=epoch)


def renew(run_ids: Collection[UUID], *, host: str, now: datetime) -> None:
    """Keep the runs of ``host`` a while longer."""
    mine = Run.objects.filter(pk__in=run_ids, host=host, status=RunStatus.RUNNING)
    with write_atomic():
        mine.update(lease_expires_at=now + LEASE)


def standings(run_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """How the runs stand, by id; what was pruned is missing."""
    rows = Run.objects.filter(pk__in=run_ids)
    return {
        run_id: Standing(
            epoch=epoch + (status == RunStatus.QUEUED),
            cancel_requested=asked is not None,
        )
        for run_id, status, epoch, asked in rows.values_list(
            "pk", "status", "epoch", "cancel_requested_at"
        )
    }


def last_seqs(run_ids: Collection[UUID]) -> dict[UUID, int]:
    """The number of the last durable event of each run."""
    rows = Run.objects.filter(pk__in=run_ids)
    return dict(rows.values_list("pk", "last_seq"))


def observe_cancel(run_id: UUID, *, now: datetime) -> None:
    """Note when the owner heard that its run is to be cancelled.

    The run may have ended by the time this is written.
    """
    asked = Run.objects.filter(pk=run_id, cancel_requested_at__isnull=False)
    heard = asked.filter(cancel_observed_at=None)
    with write_atomic():
        heard.update(cancel_observed_at=now)


def _found(run: Run) -> Claim:
    rows: list[str] = []
    if run.last_seq:
        entries = JournalEntry.objects.filter(run=run).order_by("first_seq")
        rows = list(entries.values_list("events", flat=True))
    return Claim(
        run_id=run.pk,
        epoch=run.epoch,
        last_seq=run.last_seq,
        digest=run.document.digest,
        owner_id=run.owner_id,
        owner_is_active=run.owner.is_active,
        inputs=run.inputs,
        metadata={
            "user_id": run.owner_id,
            "workflow_id": None if run.workflow_id is None else str(run.workflow_id),
        },
        cancel_requested=run.cancel_requested_at is not None,
        rows=rows,
        answer=_answer(run) if rows else None,
    )


def _answer(run: Run) -> Answer | None:
    decided = Review.objects.filter(run=run, decided_at__isnull=False)
    review = decided.order_by("opened_seq").last()
    if review is None:
        return None
    data = review.decision.get("value", ABSENT)
    return Answer(node_id=review.node_id, decision=Decision(review.branch, data=data))
