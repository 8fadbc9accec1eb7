"""The terms of a review: who may answer, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from runs import services
from runs.host import EngineHost
from runs.models import Review, Run
from runs.recovery import expire_reviews
from runs.reviews import ReviewTermsInvalid
from tests.factories import UserFactory
from wayflow.checkpoint import Decision
from wayflow.status import RunStatus
from workflows.services import NotAllowed

from .scenes import Document, ended, grant, review_graph, started

pytestmark = pytest.mark.django_db(transaction=True)

YES = Decision("approved")


def asking(terms: Any) -> Document:
    """A graph whose review has these terms."""
    document = review_graph()
    document["nodes"]["review"]["data"]["review"] = terms
    return document


def paused(user: User, terms: Any) -> Run:
    run = ended(started(user, asking(terms), {"v": "draft"}).pk)
    assert run.status == RunStatus.PAUSED
    return run


def test_only_who_is_named_may_answer(host: EngineHost, user: User) -> None:
    boss, colleague = UserFactory.create(), UserFactory.create()
    editors = Group.objects.create(name="editors")
    colleague.groups.add(editors)
    for answering in (boss, colleague):
        run = paused(user, {"users": [boss.username], "groups": ["editors"]})
        with pytest.raises(NotAllowed):
            services.decide(run_id=run.pk, decision=YES, by=user)
        services.decide(run_id=run.pk, decision=YES, by=answering)
        assert ended(run.pk).status == RunStatus.COMPLETED


def test_who_is_asked_sees_the_run_and_nobody_else_does(
    host: EngineHost, user: User
) -> None:
    asked, other = UserFactory.create(), UserFactory.create()
    run = paused(user, {"users": [asked.username]})
    assert list(Run.objects.visible_to(asked)) == [run]
    assert not Run.objects.visible_to(other).exists()
    with pytest.raises(services.RunNotFound):
        services.decide(run_id=run.pk, decision=YES, by=other)


def test_staff_with_the_permission_may_answer_any(host: EngineHost, user: User) -> None:
    run = paused(user, {"users": ["somebody-else"]})
    staff = grant(
        UserFactory.create(is_staff=True), "runs.change_review", "runs.view_run"
    )
    services.decide(run_id=run.pk, decision=YES, by=staff)
    assert ended(run.pk).status == RunStatus.COMPLETED


def test_a_review_that_nobody_answers_in_time_takes_its_branch(
    host: EngineHost, user: User
) -> None:
    run = paused(user, {"expiresAfter": 60, "expiryBranch": "rejected"})
    review = Review.objects.get()
    assert review.expires_at == review.opened_at + timedelta(seconds=60)
    assert expire_reviews(timezone.now()) == []
    later = timezone.now() + timedelta(seconds=61)
    assert expire_reviews(later) == [run.pk]
    host.submit(run.pk)
    assert ended(run.pk).result == {"back": "draft"}
    review.refresh_from_db()
    assert (review.branch, review.decided_by) == ("rejected", None)
    assert expire_reviews(later) == []


def test_an_answer_in_time_is_not_taken_back(host: EngineHost, user: User) -> None:
    run = paused(user, {"expiresAfter": 60})
    services.decide(run_id=run.pk, decision=YES, by=user)
    assert ended(run.pk).result == {"sent": "draft"}
    assert expire_reviews(timezone.now() + timedelta(days=1)) == []


@pytest.mark.parametrize(
    "terms",
    [
        "soon",
        {"expires": 1},
        {"expiresAfter": 0},
        {"expiresAfter": True},
        {"expiresAfter": 1e12},
        {"expiryBranch": "sideways"},
        {"users": "anna"},
        {"groups": [1]},
    ],
)
def test_terms_that_make_no_sense_are_refused_before_the_run(
    user: User, terms: Any
) -> None:
    with pytest.raises(ReviewTermsInvalid):
        started(user, asking(terms), {"v": 1})
    assert not Run.objects.exists()
