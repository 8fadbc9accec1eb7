"""The questions of a run to people, and their answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse

from access.endpoint import Call, endpoint
from runs import services
from runs.models import Review, Run
from wayflow.checkpoint import Decision
from wayflow.values import ABSENT

from .answers import json_answer, time_text
from .reading import FieldRefused, known_run_id, refuse_unknown


@endpoint(methods=("GET",))
def reviews(call: Call, run_id: str) -> HttpResponse:
    """All reviews of a run, the oldest first."""
    known = known_run_id(run_id)
    if not Run.objects.visible_to(call.user).filter(pk=known).exists():
        raise services.RunNotFound
    asked = Review.objects.filter(run=known).select_related("decided_by")
    return json_answer([_shown(review) for review in asked.order_by("opened_seq")])


@endpoint(methods=("POST",))
def decide(call: Call, run_id: str, review_id: str) -> HttpResponse:
    """Answer a review; of several answers the first counts, the others are told."""
    refuse_unknown(call.body, ("branch", "data"))
    branch = call.body.get("branch")
    if not isinstance(branch, str):
        raise FieldRefused("branch", "must be a text")
    review = services.decide_review(
        run_id=known_run_id(run_id),
        review_id=_known(review_id),
        decision=Decision(branch, data=call.body.get("data", ABSENT)),
        by=call.user,
    )
    review.refresh_from_db()
    return json_answer(_shown(review))


def _known(review_id: str) -> int:
    if not (review_id.isascii() and review_id.isdecimal() and len(review_id) < 19):
        raise services.ReviewNotFound
    return int(review_id)


def _shown(review: Review) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": review.pk,
        **review.wire(),
        "openedAt": _time(review.opened_at),
        "expiresAt": _time(review.expires_at),
        "decidedAt": _time(review.decided_at),
    }
    if review.decided_at is None:
        return shown
    by = review.decided_by
    shown["decidedBy"] = None if by is None else by.get_username()
    shown["decision"] = {"branch": review.branch}
    if "value" in review.decision:
        shown["decision"]["data"] = review.decision["value"]
    return shown


def _time(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)
