"""The reviews of a run on its page, with the forms that answer the open ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, When

from runs.admin.excerpt import Excerpt, excerpt
from runs.admin.review_form import ReviewForm
from runs.models import Review
from wayflow.status import RunStatus
from workflows.fields import JsonTextField

from .sight import Sight

REVIEWS_SHOWN = 100
DATA_LIMIT = 20_000
"""Characters of a review's data that are shown to those who may not edit them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReview:
    """A review; ``data`` while it is open, ``form`` for those who may answer it."""

    review: Review
    name: str
    is_open: bool
    data: Excerpt | None = None
    form: ReviewForm | None = None


def form_of(review: Review, data: Mapping[str, Any] | None = None) -> ReviewForm:
    """The form of a review, one of several of a page."""
    form = ReviewForm(review, data)
    form.prefix = f"review-{review.pk}"
    return form


def reviews_of(sight: Sight) -> list[Any]:
    """The newest reviews of the run, without the data of those that were answered."""
    answerable = Review.objects.answerable_by(sight.user).filter(pk=OuterRef("pk"))
    asked: Any = Case(
        When(decided_at=None, then=F("data")), output_field=JsonTextField(null=True)
    )
    rows = Review.objects.filter(run=sight.run.pk).select_related("decided_by")
    told = rows.defer("data", "decision").annotate(
        asked=asked, may_answer=Exists(answerable)
    )
    return list(told.order_by("-opened_seq")[:REVIEWS_SHOWN])


def shown_review(
    sight: Sight, review: Any, name: str, wrong: ReviewForm | None
) -> ShownReview:
    """A review of ``reviews_of``; ``wrong`` is a form that was filled in wrongly."""
    is_open = review.decided_at is None and sight.run.status == RunStatus.PAUSED
    if not is_open:
        return ShownReview(review=review, name=name, is_open=False)
    review.data = review.asked
    form = None
    if review.may_answer:
        form = form_of(review)
        if wrong is not None and wrong.prefix == form.prefix:
            form = wrong
    has_data = "value" in review.data
    return ShownReview(
        review=review,
        name=name,
        is_open=True,
        data=excerpt(review.data["value"], DATA_LIMIT) if has_data else None,
        form=form,
    )
