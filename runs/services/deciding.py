"""Answering a review, once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.errors import ApiError
from access.writing import write_atomic
from runs.executor import executor
from runs.given import within_limits
from runs.models import Review, Run
from runs.reviews import BRANCHES, answer
from wayflow.checkpoint import Decision
from workflows.services import NotAllowed

from .finding import RunNotFound

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ReviewNotOpen(ApiError):
    """Answered already, or another review of the run is waiting by now."""

    def __init__(self) -> None:
        super().__init__(
            404,
            "WF_REVIEW_NOT_OPEN",
            "The run does not wait for this review.",
            hint="Somebody may have answered it; look at the run.",
        )


class ReviewNotFound(ApiError):
    def __init__(self) -> None:
        super().__init__(404, "WF_REVIEW_NOT_FOUND", "The run has no such review.")


class ReviewAlreadyDecided(ApiError):
    def __init__(self) -> None:
        super().__init__(
            409,
            "WF_REVIEW_ALREADY_DECIDED",
            "The review was answered, or its run went on without it.",
            hint="Look at the review: it tells who decided, and how.",
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
    gets ReviewNotOpen. Also raises RunNotFound, NotAllowed, UnknownBranch and what
    ``within_limits`` raises.
    """
    decision = _checked(run_id, decision, by)
    with write_atomic():
        asked = Review.objects.open().filter(run=run_id).order_by("-opened_seq")
        review = asked.first()
        if review is None or node_id not in (None, review.node_id):
            raise ReviewNotOpen
        if not _decided(review, decision, by):
            raise ReviewNotOpen
    return review


def decide_review(
    *, run_id: UUID, review_id: int, decision: Decision, by: User
) -> Review:
    """Answer one review of a run, which is known by its id, and let the run go on.

    Raises ReviewNotFound, ReviewAlreadyDecided, RunNotFound, NotAllowed, UnknownBranch
    and what ``within_limits`` raises.
    """
    decision = _checked(run_id, decision, by)
    with write_atomic():
        review = Review.objects.filter(pk=review_id, run=run_id).first()
        if review is None:
            raise ReviewNotFound
        if not _decided(review, decision, by):
            raise ReviewAlreadyDecided
    return review


def _checked(run_id: UUID, decision: Decision, by: User) -> Decision:
    if decision.branch not in BRANCHES:
        raise UnknownBranch
    if not Run.objects.visible_to(by).filter(pk=run_id).exists():
        raise RunNotFound
    data = within_limits(decision.data, what="decision", attr="decision.data")
    return Decision(decision.branch, data=data)


def _decided(review: Review, decision: Decision, by: User) -> bool:
    if not Review.objects.answerable_by(by).filter(pk=review.pk).exists():
        raise NotAllowed("answer this review")
    transaction.on_commit(partial(executor().submit, review.run_id))
    return answer(review, decision, by=by, now=timezone.now())
