"""The inbox: what waits for whoever is signed in, and how it is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from runs.models import Review, Run
from tests.factories import UserFactory, WorkflowFactory

from .admin_scenes import signed_in, staff, stored, text_of
from .scenes import queued, review_graph

pytestmark = pytest.mark.django_db

INBOX = "/admin/runs/review/"
EVIL = '<script>alert(1)</script><a href="javascript:alert(1)">x</a>'


def asking(owner: User, data: Any = "draft", **fields: Any) -> Review:
    """A run of ``owner`` that waits for an answer; ``data`` None are none."""
    of = {key: fields.pop(key) for key in ("workflow", "status") if key in fields}
    run = queued(owner, review_graph(), **{"status": "paused", **of})
    wrapped = {} if data is None else {"value": data}
    fields = {"instructions": "Look at it.", "opened_seq": 3, **fields}
    return Review.objects.create(run=run, node_id="review", data=wrapped, **fields)


def url_of(review: Review) -> str:
    return f"{INBOX}{review.pk}/change/"


def answer(client: Client, review: Review, **given: str) -> Any:
    form = {"branch": "approved", "data": review.data.get("value", ""), **given}
    response = client.post(url_of(review), form)
    review.refresh_from_db()
    return response


@pytest.fixture
def reviewer() -> User:
    """Staff without any permission."""
    return staff()


@pytest.fixture
def inbox(reviewer: User) -> Client:
    return signed_in(reviewer)


def test_the_inbox_lists_what_waits_for_me_and_nothing_else(
    inbox: Client, reviewer: User, user: User
) -> None:
    now = timezone.now()
    workflow = WorkflowFactory.create(name="Newsletter", owner=reviewer)
    mine = asking(
        reviewer, workflow=workflow, expires_at=now + timedelta(days=1, hours=2)
    )
    group = Group.objects.create(name="editors")
    reviewer.groups.add(group)
    named, grouped = asking(user), asking(user)
    named.users.add(reviewer)
    grouped.groups.add(group)
    strangers, over = asking(user), asking(reviewer, status="queued")
    html = text_of(inbox, INBOX)
    for review in (mine, named, grouped):
        assert url_of(review) in html
    for review in (strangers, over):
        assert url_of(review) not in html
    for word in ("Newsletter", "review", "Look at it.", "since ", "expires "):
        assert word in html
    assert html.index(url_of(mine)) < html.index(url_of(named))


def test_the_sidebar_counts_them_on_every_page(
    inbox: Client, reviewer: User, admin_client: Client
) -> None:
    count = '<span id="inbox-count" data-url="{}waiting/" data-feed="/api/feed">{}<'
    assert count.format(INBOX, "") in text_of(inbox, INBOX)
    assert inbox.get(f"{INBOX}waiting/").json() == {"waiting": 0}
    for _ in range(2):
        asking(reviewer)
    assert count.format(INBOX, 2) in text_of(inbox, "/admin/")
    assert inbox.get(f"{INBOX}waiting/").json() == {"waiting": 2}
    assert count.format(INBOX, 2) in text_of(admin_client, "/admin/runs/run/")


def test_an_answer_lets_the_run_go_on_and_is_in_the_log(
    inbox: Client, reviewer: User
) -> None:
    review = asking(reviewer)
    response = answer(inbox, review, reason="Reads well.")
    assert response.headers["Location"] == INBOX
    assert (review.branch, review.decided_by) == ("approved", reviewer)
    assert review.decision == {}
    review.run.refresh_from_db()
    assert review.run.status == "queued"
    entries = LogEntry.objects.order_by("pk")
    # Of the review, and of the run.
    noted = [str(review.pk), str(review.run_id)]
    assert [entry.object_id for entry in entries] == noted
    for entry in entries:
        assert entry.user == reviewer
        assert entry.change_message == (
            f"Approved at review of run {review.run_id}. Reason: Reads well."
        )


@pytest.mark.parametrize(
    ("data", "typed", "kept"),
    [
        ("draft", "A better\r\ndraft", "A better\ndraft"),
        ("draft", "", ""),
        ("draft", '{"a": 1}', '{"a": 1}'),
        ({"a": [1]}, '{"a": [1, 2.5]}', {"a": [1, 2.5]}),
        ({"a": 1}, "null", None),
        ([1], '"text"', "text"),
        (None, "7", 7),
    ],
)
def test_edited_data_go_with_the_answer(
    inbox: Client, reviewer: User, data: Any, typed: str, kept: Any
) -> None:
    review = asking(reviewer, data)
    assert answer(inbox, review, branch="rejected", data=typed).status_code == 302
    assert (review.branch, review.decision) == ("rejected", {"value": kept})
    for entry in LogEntry.objects.all():
        assert "with edited data" in entry.change_message


@pytest.mark.parametrize(
    ("data", "typed"),
    [
        ("a\r\nb", "a\nb"),
        ("a\nb", "a\r\nb"),
        ({"b": 1, "a": [2]}, ' {"b":1,\r\n"a":[2]}'),
        (None, "  "),
    ],
)
def test_data_that_were_left_as_they_are_are_handed_on(
    inbox: Client, reviewer: User, data: Any, typed: str
) -> None:
    review = asking(reviewer, data)
    assert answer(inbox, review, data=typed).status_code == 302
    assert review.decision == {}


@pytest.mark.parametrize(
    ("typed", "told"),
    [("{'a': 1}", "This is not JSON"), ("", "or null for nothing"), ("[", "not JSON")],
)
def test_what_is_not_json_is_said_beside_the_field_and_nothing_is_decided(
    inbox: Client, reviewer: User, typed: str, told: str
) -> None:
    review = asking(reviewer, {"a": 1})
    response = answer(inbox, review, data=typed, reason="because")
    assert response.status_code == 400
    (error,) = response.context["form"].errors["data"]
    assert told in error
    assert 'value="because"' in response.content.decode()
    assert review.decided_at is None
    assert not LogEntry.objects.exists()


def test_data_over_the_limit_are_refused_beside_the_field(
    inbox: Client, reviewer: User, settings: Any
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_INPUT_BYTES": 10}
    review = asking(reviewer)
    response = answer(inbox, review, data="x" * 100)
    assert response.status_code == 413
    assert "10 bytes" in response.context["form"].errors["data"][0]
    assert review.decided_at is None


def test_only_the_branches_there_are_can_be_taken(
    inbox: Client, reviewer: User
) -> None:
    review = asking(reviewer)
    assert answer(inbox, review, branch="sideways").status_code == 400
    assert review.decided_at is None


def test_whoever_is_too_late_is_told_so(inbox: Client, reviewer: User) -> None:
    review = asking(reviewer)
    rival = UserFactory.create(username="rival")
    Review.objects.filter(pk=review.pk).update(
        decided_at=timezone.now(), decided_by=rival, branch="rejected"
    )
    Run.objects.filter(pk=review.run_id).update(status="queued")
    response = answer(inbox, review, data="mine")
    html = response.content.decode()
    assert response.status_code == 409
    assert "Too late: rival answered with “rejected”" in html
    assert "Your answer changed nothing." in html
    assert (review.branch, review.decision) == ("rejected", {})
    assert not LogEntry.objects.exists()


def test_a_review_whose_run_was_cancelled_takes_no_answer(
    inbox: Client, reviewer: User
) -> None:
    review = asking(reviewer)
    Run.objects.filter(pk=review.run_id).update(
        status="cancelled", finished_at=timezone.now()
    )
    assert "does not wait for an answer" in text_of(inbox, url_of(review))
    response = answer(inbox, review)
    assert response.status_code == 409
    assert "the run does not wait any more" in response.content.decode()
    assert review.decided_at is None


def test_an_answer_without_the_field_hands_on_what_was_asked(
    inbox: Client, reviewer: User
) -> None:
    review = asking(reviewer)
    inbox.post(url_of(review), {"branch": "approved"})
    review.refresh_from_db()
    assert (review.branch, review.decision) == ("approved", {})


def test_nobody_answers_or_sees_what_is_not_theirs(user: User) -> None:
    review = asking(user)
    stranger = signed_in(staff("runs.change_review"))
    assert url_of(review) not in text_of(stranger, INBOX)
    assert stranger.get(url_of(review)).status_code == 404
    assert answer(stranger, review).status_code == 404
    visitor = signed_in(UserFactory.create())
    assert visitor.get(INBOX).status_code == 302
    assert visitor.get(f"{INBOX}waiting/").status_code == 302
    assert answer(visitor, review).status_code == 302
    assert review.decided_at is None


def test_who_answered_before_but_may_not_any_more_can_look_only(
    inbox: Client, reviewer: User, user: User
) -> None:
    first = asking(user)
    Review.objects.filter(pk=first.pk).update(
        decided_by=reviewer, decided_at=timezone.now(), branch="approved"
    )
    client = signed_in(staff("runs.view_run"))
    open_review = asking(user)
    assert url_of(open_review) not in text_of(client, INBOX)
    assert client.get(url_of(open_review)).status_code == 404


def test_to_get_answers_nothing(inbox: Client, reviewer: User) -> None:
    review = asking(reviewer)
    inbox.get(url_of(review), {"branch": "approved", "data": "x"})
    inbox.get(INBOX, {"branch": "approved", "action": "approve"})
    review.refresh_from_db()
    assert review.decided_at is None
    assert inbox.post(INBOX, {"branch": "approved"}).status_code == 405


@pytest.mark.parametrize("id", ["0", "x", "-1", "9" * 30, "1%00", "٣"])
def test_a_review_that_cannot_be_is_not_there(inbox: Client, id: str) -> None:
    assert inbox.get(f"{INBOX}{id}/change/").status_code == 404


def test_reviews_are_neither_added_nor_deleted(
    admin_client: Client, user: User
) -> None:
    review = asking(user)
    assert admin_client.get(f"{INBOX}add/").status_code == 403
    assert admin_client.post(f"{INBOX}{review.pk}/delete/").status_code == 403
    assert Review.objects.get() == review


def test_past_answers_tell_who_when_and_which_way(
    inbox: Client, reviewer: User, user: User
) -> None:
    rival = UserFactory.create(username="rival")
    moment = timezone.now() - timedelta(days=3)
    run = stored(reviewer)
    for seq, (by, branch) in enumerate(((rival, "approved"), (None, "rejected")), 1):
        Review.objects.create(
            run=run,
            node_id="review",
            opened_seq=seq,
            decided_by=by,
            decided_at=moment,
            branch=branch,
            data={"value": "then"},
            decision={"value": "now"},
        )
    asking(reviewer)
    html = text_of(inbox, f"{INBOX}?decided=1")
    day = f"{moment.day} {moment:%b} {moment.year}"
    for words in (f"rival, {day}", f"Nobody in time, {day}", "approved", "rejected"):
        assert words in html
    assert html.count("/change/") == 2
    page = text_of(inbox, url_of(Review.objects.earliest("pk")))
    assert "then" in page
    assert "now" in page
    assert 'name="branch"' not in page


def test_markup_from_a_run_is_shown_as_text(inbox: Client, reviewer: User) -> None:
    workflow = WorkflowFactory.create(name=EVIL, owner=reviewer)
    for data in (EVIL, {"html": EVIL, EVIL: 1}):
        review = asking(reviewer, data, workflow=workflow, instructions=EVIL)
        for html in (
            text_of(inbox, INBOX),
            text_of(inbox, url_of(review)),
            answer(inbox, review, data=f"{EVIL}{{", branch="x").content.decode(),
        ):
            assert "<script>alert" not in html
            assert 'href="javascript' not in html
            assert "&lt;script&gt;alert" in html


def test_data_too_long_for_a_browser_are_cut_and_handed_on(
    inbox: Client, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.admin.review_form.EDITABLE", 50)
    monkeypatch.setattr("runs.admin.reviews.EDITABLE", 50)
    review = asking(reviewer, "y" * 51)
    html = text_of(inbox, url_of(review))
    assert 'name="data"' not in html
    assert f"{'y' * 50}<" in html
    assert answer(inbox, review, data="forged").status_code == 302
    assert (review.branch, review.decision) == ("approved", {})


def test_the_inbox_asks_as_much_for_many_as_for_one(
    inbox: Client, reviewer: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        workflow = WorkflowFactory.create(owner=reviewer)
        asking(reviewer, workflow=workflow)
    inbox.get(INBOX)
    for query in ({}, {"decided": "1"}):
        with django_assert_max_num_queries(8):
            inbox.get(INBOX, query)
