"""The list of workflows: what is in it, in which order, and what it tells of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pages.listing import ROWS
from tests.factories import UserFactory, WorkflowFactory
from tests.runs.admin_scenes import stored
from tests.runs.scenes import grant
from workflows.models import Workflow
from workflows.services import delete_workflow, publish

from .looking import Looked, listed, look, share

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def make(owner: User, name: str, **more: Any) -> Workflow:
    workflow: Workflow = WorkflowFactory.create(owner=owner, name=name, **more)
    return workflow


def dated(workflow: Workflow, days: int, field: str = "updated_at") -> None:
    then = timezone.now() - timedelta(days=days)
    Workflow.objects.filter(pk=workflow.pk).update(**{field: then})


def names(page: Looked) -> list[str]:
    known = {str(workflow.pk): workflow.name for workflow in Workflow.objects.all()}
    return [known[id] for id in listed(page)]


# --- What is in it ---


def test_one_sees_ones_own_and_what_is_shared_and_nothing_else(
    visitor: Client, user: User
) -> None:
    own, theirs = make(user, "Own"), make(UserFactory.create(), "Theirs")
    make(UserFactory.create(), "Hidden")
    share(theirs, user)
    page = look(visitor, "/")
    assert set(listed(page)) == {str(own.pk), str(theirs.pk)}
    assert "Hidden" not in page.text


def test_a_deleted_workflow_is_gone(visitor: Client, user: User) -> None:
    workflow = make(user, "Gone")
    delete_workflow(workflow_id=workflow.pk, by=user)
    assert listed(look(visitor, "/")) == []


def test_mine_and_shared_part_the_list(visitor: Client, user: User) -> None:
    own, theirs = make(user, "Own"), make(UserFactory.create(), "Theirs")
    share(theirs, user)
    assert listed(look(visitor, "/", whose="mine")) == [str(own.pk)]
    assert listed(look(visitor, "/", whose="shared")) == [str(theirs.pk)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("invoice", ["Invoices"]),
        ("DRAFT letters", ["Letters"]),
        ("letters invoice", []),
        ("ann", ["Letters", "Invoices"]),
        ("100%", []),
    ],
)
def test_all_words_must_occur_in_name_description_or_owner(
    visitor: Client, user: User, words: str, found: list[str]
) -> None:
    make(user, "Invoices")
    make(user, "Letters", description="Drafts them.")
    assert names(look(visitor, "/", q=words)) == found


def test_a_search_that_finds_nothing_says_so_and_leads_back(visitor: Client) -> None:
    page = look(visitor, "/", q="<b>nothing</b>")
    assert "“<b>nothing</b>”" in page.text
    assert page.named("b") == []
    assert [tag["value"] for tag in page.named("input") if tag["name"] == "q"] == [
        "<b>nothing</b>"
    ]


@pytest.mark.parametrize(
    ("order", "first"),
    [("", "b"), ("changed", "b"), ("name", "a"), ("newest", "c"), ("nonsense", "b")],
)
def test_the_order_is_chosen(
    visitor: Client, user: User, order: str, first: str
) -> None:
    for name, changed, created in (("a", 3, 3), ("b", 1, 2), ("c", 2, 1)):
        workflow = make(user, name)
        dated(workflow, changed)
        dated(workflow, created, "created_at")
    assert names(look(visitor, "/", order=order))[0] == first


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 5_000},
        {"page": "0"},
        {"page": "-1"},
        {"page": "99"},
        {"page": "9" * 400},
        {"page": "x"},
        {"whose": "everybodys"},
    ],
)
def test_nonsense_is_no_error(visitor: Client, query: dict[str, Any]) -> None:
    look(visitor, "/", **query)


def test_a_long_list_is_cut_into_pages_that_keep_the_search(
    visitor: Client, user: User
) -> None:
    for number in range(ROWS + 1):
        make(user, f"Number {number}")
    first = look(visitor, "/", q="number")
    (onward,) = [tag["href"] for tag in first.named("a") if tag["rel"] == "next"]
    second = look(visitor, "/" + onward)
    assert "q=number" in onward
    assert len(listed(first)) == ROWS
    assert len(listed(second)) == 1
    assert not {*listed(first)} & {*listed(second)}


def test_fifty_workflows_take_no_more_than_ten_queries(client: Client) -> None:
    staff = grant(
        UserFactory.create(is_staff=True), "workflows.view_workflow", "runs.view_run"
    )
    client.force_login(staff)
    for number in range(ROWS):
        workflow = make(UserFactory.create(), f"Number {number}")
        stored(staff, "completed", workflow=workflow)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(listed(look(client, "/"))) == ROWS
    assert len(asked) <= 10


# --- What it tells of each ---


def test_the_published_and_the_newest_version_are_told(
    visitor: Client, user: User
) -> None:
    workflow = make(user, "Both")
    assert "v1 not published" in look(visitor, "/").text
    publish(workflow_id=workflow.pk, number=1, by=user)
    assert "v1 v1 published" in look(visitor, "/").text


def test_the_last_run_is_told_with_the_editor_behind_it(
    visitor: Client, user: User
) -> None:
    workflow = make(user, "Run")
    assert "Never run" in look(visitor, "/").text
    old = stored(user, "completed", workflow=workflow)
    type(old).objects.update(created_at=timezone.now() - timedelta(days=1))
    run = stored(user, "error", workflow=workflow)
    (state,) = look(visitor, "/").having("data-state")
    assert state["data-state"] == "error"
    assert state["href"] == f"/workflows/{workflow.pk}?run={run.pk}"


def test_staff_are_led_to_the_runs_page_in_the_admin(client: Client) -> None:
    staff = grant(UserFactory.create(is_staff=True), "runs.view_run")
    client.force_login(staff)
    run = stored(staff, "completed", workflow=make(staff, "Run"))
    (state,) = look(client, "/").having("data-state")
    assert state["href"] == reverse("admin:runs_run_change", args=[run.pk])


def test_runs_that_one_may_not_see_are_not_told(visitor: Client, user: User) -> None:
    workflow = make(user, "Run")
    stored(UserFactory.create(), "error", workflow=workflow)
    assert look(visitor, "/").having("data-state") == []


def test_what_one_may_not_do_is_not_offered(visitor: Client, user: User) -> None:
    theirs = make(UserFactory.create(username="bob"), "Theirs")
    share(theirs, user)
    page = look(visitor, "/")
    offered = {tag["href"] for tag in page.named("a")}
    assert f"/workflows/{theirs.pk}/delete" not in offered
    assert "bob view only" in page.text


def test_nothing_that_people_write_becomes_markup(visitor: Client, user: User) -> None:
    user.username = "<i>ann</i>"
    user.save()
    make(user, EVIL, description=EVIL)
    page = look(visitor, "/")
    assert EVIL in page.text
    assert not [tag for tag in page.tags if tag.name == "i" or "onerror" in tag.attrs]
    assert all(tag["src"] for tag in page.named("script"))


# --- Nothing there yet ---


def test_whoever_has_no_workflow_is_offered_examples(visitor: Client) -> None:
    page = look(visitor, "/")
    offered = [tag["value"] for tag in page.named("input") if tag["name"] == "example"]
    assert len(offered) == 3
    assert "Your first workflow" in page.text
    visitor.post("/workflows/new", {"example": offered[0]})
    assert "Your first workflow" not in look(visitor, "/").text
