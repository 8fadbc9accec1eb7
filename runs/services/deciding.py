"""Answering a review, once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.errors import ApiError
from runs.executor import executor
from runs.models import Review, Run
from runs.writing import write_atomic
from wayflow.checkpoint import Decision
from wayflow.status import RunStatus
from wayflow.values import ABSENT

from .finding import found

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BRANCHES = ("approved", "rejected")


class ReviewNotOpen(ApiError):
    """Answered already, or another review of the run is waiting by now."""

    def __init__(self) -> None:
        super().__init__(
            404,
            "WF_REVIEW_NOT_OPEN",
            "The run does not wait for this review.",
            hint="Somebody may have answered it; look at the run.",
        )


class UnknownBranch(ApiError):
    def __init__(self) -> None:
        super().__init__(
            400,
            "WF_REVIEW_UNKNOWN_BRANCH",
            f"The branch must be one of: {', '.join(BRANCHES)}.",
            attr="decision.branch",
        )


def decide(
    *, run_id: UUID, decision: Decision, by: User, node_id: str | None = None
) -> Review:
    """Answer the open review of a run and let the run go on.

    With ``node_id`` only that node's review. Of two racing answers one wins, the other
    gets ReviewNotOpen. Also raises RunNotFound, NotAllowed and UnknownBranch.
    """
    if decision.branch not in BRANCHES:
        raise UnknownBranch
    run = found(Run.objects.answerable_by(by), run_id, by, "answer this review")
    with write_atomic():
        review = Review.objects.open().filter(run=run).order_by("-opened_seq").first()
        if review is None or node_id not in (None, review.node_id):
            raise ReviewNotOpen
        review.decided_at = timezone.now()
        review.decided_by = by
        review.branch = decision.branch
        review.decision = {} if decision.data is ABSENT else {"value": decision.data}
        if not _answered(review) or not Run.objects.move(run_id, RunStatus.QUEUED):
            raise ReviewNotOpen
        transaction.on_commit(partial(executor().submit, run_id))
    return review


def _answered(review: Review) -> bool:
    unanswered = Review.objects.filter(pk=review.pk, decided_at=None)
    return bool(
        unanswered.update(
            decided_at=review.decided_at,
            decided_by=review.decided_by,
            branch=review.branch,
            decision=review.decision,
        )
    )
