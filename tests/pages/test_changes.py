"""What the list changes: new workflows, copies, and one less."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from runs.models import Run
from tests.factories import UserFactory, WorkflowFactory
from tests.runs.admin_scenes import stored
from workflows.models import Level, Workflow

from .looking import Looked, look, share

pytestmark = pytest.mark.django_db


def only(name: str | None = None) -> Workflow:
    named = Workflow.objects.alive()
    return (named if name is None else named.filter(name=name)).get()


def test_a_new_workflow_is_empty_ones_own_and_opened(
    visitor: Client, user: User
) -> None:
    response = visitor.post("/workflows/new")
    workflow = only()
    assert response["Location"] == f"/workflows/{workflow.pk}"
    assert workflow.owner == user
    assert not workflow.newest_version().document.graph().nodes


def test_a_new_workflow_may_begin_with_an_example(visitor: Client) -> None:
    page = look(visitor, "/")
    (triage, *_) = [t["value"] for t in page.named("input") if t["name"] == "example"]
    visitor.post("/workflows/new", {"example": triage})
    workflow = only("Ticket triage")
    assert workflow.newest_version().document.graph().nodes
    assert str(workflow.pk) != triage


def test_an_example_that_there_is_not_is_refused(visitor: Client) -> None:
    response = visitor.post("/workflows/new", {"example": "<b>x</b>"})
    assert response.status_code == 404
    assert "There is no such example." in Looked(response.content.decode()).text
    assert not Workflow.objects.exists()


def test_a_copy_is_ones_own_and_opened(visitor: Client, user: User) -> None:
    original = WorkflowFactory.create(name="Theirs")
    share(original, user)
    response = visitor.post(f"/workflows/{original.pk}/duplicate")
    copy = only("Copy of Theirs")
    assert response["Location"] == f"/workflows/{copy.pk}"
    assert copy.owner == user


def test_it_is_asked_whether_deleting_is_meant(visitor: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user, name="Doomed")
    stored(user, "completed", workflow=workflow)
    page = look(visitor, f"/workflows/{workflow.pk}/delete")
    assert "Delete “Doomed”?" in page.text
    assert "1 run" in page.text
    assert only("Doomed") == workflow


def test_a_deleted_workflow_is_gone_and_its_runs_stay(
    visitor: Client, user: User
) -> None:
    workflow = WorkflowFactory.create(owner=user, name="Doomed <i>")
    run = stored(user, "completed", workflow=workflow)
    response = visitor.post(f"/workflows/{workflow.pk}/delete", follow=True)
    assert "“Doomed <i>” was deleted." in Looked(response.content.decode()).text
    assert not Workflow.objects.alive().exists()
    assert Run.objects.filter(pk=run.pk).exists()


def test_who_may_edit_may_not_delete(visitor: Client, user: User) -> None:
    workflow = WorkflowFactory.create()
    share(workflow, user, Level.EDIT)
    for method in (visitor.get, visitor.post):
        response = method(f"/workflows/{workflow.pk}/delete")
        assert response.status_code == 403
    assert Workflow.objects.alive().filter(pk=workflow.pk).exists()


@pytest.mark.parametrize("what", ["", "/delete"])
def test_what_is_not_there_or_not_open_to_one_is_not_found(
    visitor: Client, what: str
) -> None:
    hidden = WorkflowFactory.create(name="Hidden")
    for id in (hidden.pk, uuid4()):
        page = look(visitor, f"/workflows/{id}{what}", status=404)
        assert "There is no such workflow." in page.text
        assert "Hidden" not in page.text


@pytest.mark.parametrize("path", ["/workflows/new", f"/workflows/{uuid4()}/duplicate"])
def test_a_link_changes_nothing(visitor: Client, path: str) -> None:
    assert visitor.get(path).status_code == 405
    assert not Workflow.objects.exists()


def test_a_form_of_another_site_changes_nothing(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    for site, status in (("cross-site", 403), ("same-origin", 302)):
        headers = {"Sec-Fetch-Site": site}
        assert client.post("/workflows/new", headers=headers).status_code == status
    assert Workflow.objects.count() == 1


def test_changes_count_as_requests(visitor: Client, settings: LazySettings) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "REQUESTS_PER_MINUTE": 1}
    while visitor.post("/workflows/new").status_code == 302:
        pass
    response = visitor.post("/workflows/new")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_a_form_sent_after_the_session_ended_leads_to_the_list(client: Client) -> None:
    UserFactory.create()
    response = client.post("/workflows/new")
    assert response["Location"] == "/sign-in?next=/"
