"""A workflow gets another owner: from staff who may, and in the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory
from tests.runs.admin_scenes import signed_in, staff, text_of
from workflows.models import Workflow
from workflows.services import (
    NotAllowed,
    OwnerInactive,
    PreconditionFailed,
    WorkflowNotFound,
    give_workflow,
    publish,
)

pytestmark = pytest.mark.django_db

GIVER = ("workflows.view_workflow", "workflows.give_workflow")


@pytest.fixture
def workflow() -> Workflow:
    made: Workflow = WorkflowFactory.create(owner=UserFactory.create(username="ann"))
    return made


@pytest.fixture
def bob() -> User:
    user: User = UserFactory.create(username="bob")
    return user


def url_of(workflow: Workflow, rest: str = "give/") -> str:
    return f"/admin/workflows/workflow/{workflow.pk}/{rest}"


def owner_of(workflow: Workflow) -> str:
    workflow.refresh_from_db()
    return workflow.owner.get_username()


def given(client: Client, workflow: Workflow, to: User, **more: Any) -> Any:
    return client.post(
        url_of(workflow), {"owner": to.get_username(), **more}, follow=True
    )


def test_staff_give_a_workflow_to_somebody_else_and_say_why(
    workflow: Workflow, bob: User
) -> None:
    giver = staff(*GIVER)
    answer = given(signed_in(giver), workflow, bob, reason="Ann left")
    assert [str(m) for m in answer.context["messages"]] == [
        "Gave it to bob; it was ann's."
    ]
    assert owner_of(workflow) == "bob"
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (giver, str(workflow.pk))
    assert entry.change_message == "Gave it to bob; it was ann's. Reason: Ann left"


def test_who_gives_what_they_see_no_more_is_led_away(bob: User) -> None:
    giver = staff("workflows.give_workflow")
    workflow = WorkflowFactory.create(owner=giver)
    answer = given(signed_in(giver), workflow, bob)
    assert answer.status_code == 200
    assert answer.redirect_chain == [("/admin/", 302)]
    assert owner_of(workflow) == "bob"


def test_without_the_permission_there_is_neither_link_nor_effect(bob: User) -> None:
    owner = staff("workflows.view_workflow", "workflows.change_workflow")
    workflow = WorkflowFactory.create(owner=owner)
    client = signed_in(owner)
    assert url_of(workflow) not in text_of(client, url_of(workflow, "change/"))
    assert client.get(url_of(workflow)).status_code == 403
    assert given(client, workflow, bob).status_code == 403
    with pytest.raises(NotAllowed):
        give_workflow(workflow_id=workflow.pk, to=bob, by=owner)
    assert owner_of(workflow) == owner.username


def test_the_permission_of_somebody_who_is_no_staff_counts_for_nothing(
    workflow: Workflow, bob: User
) -> None:
    giver = staff(*GIVER)
    giver.is_staff = False
    with pytest.raises(WorkflowNotFound):
        give_workflow(workflow_id=workflow.pk, to=bob, by=giver)


def test_nobody_who_cannot_sign_in_becomes_an_owner(
    admin_client: Client, admin_user: User, workflow: Workflow
) -> None:
    gone = UserFactory.create(is_active=False)
    answer = given(admin_client, workflow, gone)
    assert "Nobody else of this name can sign in." in answer.content.decode()
    with pytest.raises(OwnerInactive):
        give_workflow(workflow_id=workflow.pk, to=gone, by=admin_user)
    assert owner_of(workflow) == "ann"


def test_what_was_looked_at_is_what_is_given_or_nothing(
    admin_client: Client, admin_user: User, workflow: Workflow, bob: User
) -> None:
    with pytest.raises(PreconditionFailed):
        give_workflow(workflow_id=workflow.pk, to=bob, by=admin_user, if_match='"9"')
    answer = given(admin_client, workflow, bob, if_match='"9"')
    assert "was changed since you loaded it" in answer.content.decode()
    assert owner_of(workflow) == "ann"
    assert not LogEntry.objects.exists()


def test_another_owner_is_another_state_but_no_other_revision(
    admin_user: User, workflow: Workflow, bob: User
) -> None:
    workflow = publish(workflow_id=workflow.pk, number=1, by=workflow.owner)
    before = (workflow.etag, workflow.revision)
    workflow = give_workflow(workflow_id=workflow.pk, to=bob, by=admin_user)
    assert workflow.etag != before[0]
    assert workflow.revision == before[1]
    assert workflow.published_version is not None
