"""The reviews of one person: those that wait for an answer, and those answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from runs.models import Review, Run

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def waiting_for(user: User) -> QuerySet[Review]:
    """The open reviews that ``user`` may answer, of runs that they may see."""
    return Review.objects.open().answerable_by(user).filter(_seen_by(user))


def in_order(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """First those that expire, the next one on top, then those that wait longest."""
    return reviews.order_by(F("expires_at").asc(nulls_last=True), "opened_at", "pk")


def decided_for(user: User) -> QuerySet[Review]:
    """What ``user`` answered or might have, the newest answer first."""
    decided = shown_to(user).filter(decided_at__isnull=False)
    return decided.order_by("-decided_at", "-pk")


def shown_to(user: User) -> QuerySet[Review]:
    """The reviews that have a page for ``user``."""
    may_answer = Review.objects.answerable_by(user).values("pk")
    theirs = Q(decided_by=user) | Q(pk__in=may_answer)
    return Review.objects.filter(theirs, _seen_by(user))


def _seen_by(user: User) -> Exists:
    # One look for each review: the runs that a person may see can be very many.
    return Exists(Run.objects.visible_to(user).filter(pk=OuterRef("run")))
