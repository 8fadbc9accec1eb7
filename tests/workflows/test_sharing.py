"""Who may open a workflow to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory
from workflows.models import Level, Share, Workflow

from .calling import of, refused, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow(user: User) -> Workflow:
    for name in ("red", "green"):
        user.groups.add(Group.objects.create(name=name))
    Group.objects.create(name="blue")
    workflow: Workflow = WorkflowFactory.create(owner=user)
    return workflow


def put(client: Client, workflow: Workflow, **levels: str) -> Any:
    shares = [{"group": group, "level": level} for group, level in levels.items()]
    return send(client, "PUT", of(workflow, "shares"), {"shares": shares})


def get(client: Client, workflow: Workflow) -> dict[str, str]:
    shares = client.get(of(workflow, "shares")).json()["shares"]
    return {share["group"]: share["level"] for share in shares}


def test_a_workflow_is_open_to_the_groups_that_were_put(
    caller: Client, workflow: Workflow
) -> None:
    assert get(caller, workflow) == {}
    answer = put(caller, workflow, red="view", green="edit")
    assert answer.status_code == 200
    assert answer.json() == {
        "shares": [
            {"group": "green", "level": "edit"},
            {"group": "red", "level": "view"},
        ]
    }
    kept = Share.objects.get(group__name="red").pk
    put(caller, workflow, red="run")
    assert get(caller, workflow) == {"red": "run"}
    assert Share.objects.get().pk == kept
    put(caller, workflow)
    assert get(caller, workflow) == {}


def test_an_owner_names_groups_of_their_own_and_learns_of_no_others(
    caller: Client, workflow: Workflow
) -> None:
    answers = [put(caller, workflow, red="run", **{n: "run"}) for n in ("blue", "gray")]
    for answer, name in zip(answers, ("blue", "gray"), strict=True):
        assert refused(answer) == (400, "WF_GROUP_UNKNOWN", "shares")
        assert f'"{name}"' in answer.json()["error"]
    one, other = (answer.content.decode() for answer in answers)
    assert one.replace("blue", "gray") == other
    assert get(caller, workflow) == {}


def test_what_others_opened_may_stay_open(caller: Client, workflow: Workflow) -> None:
    blue = Group.objects.get(name="blue")
    Share.objects.create(workflow=workflow, group=blue, level=Level.EDIT)
    assert put(caller, workflow, **get(caller, workflow), red="view").status_code == 200
    assert get(caller, workflow) == {"blue": "edit", "red": "view"}


def test_staff_with_the_permission_share_with_any_group(
    client: Client, workflow: Workflow
) -> None:
    staff = UserFactory.create(is_staff=True)
    codenames = ["view_workflow", "change_share"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(staff)
    assert put(client, workflow, blue="run").status_code == 200
    assert get(client, workflow) == {"blue": "run"}
    assert refused(put(client, workflow, gray="run"))[1] == "WF_GROUP_UNKNOWN"


def test_who_edits_may_not_share(client: Client, workflow: Workflow) -> None:
    Share.objects.create(
        workflow=workflow, group=Group.objects.get(name="red"), level=Level.EDIT
    )
    editor = UserFactory.create()
    editor.groups.set(Group.objects.filter(name__in=["red", "green"]))
    client.force_login(editor)
    for answer in (
        client.get(of(workflow, "shares")),
        put(client, workflow, green="edit"),
    ):
        assert refused(answer)[:2] == (403, "permission_denied")


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        (None, "null"),
        ("red", "not_a_list"),
        ([{"group": "red"}], "required"),
        ([{"group": "red", "level": "own"}], "invalid_choice"),
        ([{"group": "red", "level": []}], "invalid_choice"),
        ([{"group": "r\0", "level": "run"}], "null_characters_not_allowed"),
        ([{"group": 5, "level": "run"}], "WF_GROUP_UNKNOWN"),
        ([{"group": "red", "level": "run", "owner": 1}], "unknown"),
        ([{"group": "red", "level": level} for level in ("run", "view")], "unique"),
        ([{"group": str(n), "level": "run"} for n in range(101)], "max_length"),
        ([5], "invalid"),
    ],
)
def test_what_is_no_share_is_refused(
    caller: Client, workflow: Workflow, shares: Any, code: str
) -> None:
    response = send(caller, "PUT", of(workflow, "shares"), {"shares": shares})
    assert refused(response)[:2] == (400, code)
    assert not Share.objects.exists()
