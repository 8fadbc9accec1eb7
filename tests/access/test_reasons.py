"""Whatever staff add, change or delete is logged with the reason that they gave."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from access.action_log import LONGEST_REASON
from access.models import Token
from tests.factories import WorkflowFactory
from tests.runs.admin_scenes import signed_in, staff, text_of

pytestmark = pytest.mark.django_db

GROUPS, USERS = "/admin/auth/group/", "/admin/auth/user/"
TOKENS, WORKFLOWS = "/admin/access/token/", "/admin/workflows/workflow/"
WHY = {"reason": " Because "}
NO_SHARES = {"shares-TOTAL_FORMS": 0, "shares-INITIAL_FORMS": 0}


def logged() -> str:
    """What the log says of the only deed."""
    return LogEntry.objects.get().get_change_message()


def asks_why(html: str) -> bool:
    return 'name="reason"' in html


def test_what_is_added_is_logged_with_its_reason(admin_client: Client) -> None:
    assert asks_why(text_of(admin_client, f"{GROUPS}add/"))
    admin_client.post(f"{GROUPS}add/", {"name": "team", **WHY})
    assert logged() == "Added. Reason: Because"


def test_what_is_changed_is_logged_with_its_reason(admin_client: Client) -> None:
    url = f"{GROUPS}{Group.objects.create(name='team').pk}/change/"
    assert asks_why(text_of(admin_client, url))
    admin_client.post(url, {"name": "crew", **WHY})
    assert logged() == "Changed Name. Reason: Because"


def test_without_a_reason_the_log_says_what_it_always_says(
    admin_client: Client,
) -> None:
    group = Group.objects.create(name="team")
    url = f"{GROUPS}{group.pk}/change/"
    admin_client.post(url, {"name": "crew", "reason": "  "})
    assert LogEntry.objects.get().change_message == (
        '[{"changed": {"fields": ["Name"]}}]'
    )


@pytest.mark.parametrize("many", [False, True])
def test_what_is_deleted_is_logged_with_its_reason(
    admin_client: Client, many: bool
) -> None:
    group = Group.objects.create(name="team")
    url = GROUPS if many else f"{GROUPS}{group.pk}/delete/"
    chosen = {"action": "delete_selected", "_selected_action": group.pk} if many else {}
    page = admin_client.post(url, chosen) if many else admin_client.get(url)
    assert asks_why(page.content.decode())
    assert Group.objects.exists()
    admin_client.post(url, {**chosen, "post": "yes", **WHY})
    assert not Group.objects.exists()
    assert logged() == "Deleted. Reason: Because"


def test_a_password_is_changed_for_a_reason(
    admin_client: Client, admin_user: User
) -> None:
    url = f"{USERS}{admin_user.pk}/password/"
    assert asks_why(text_of(admin_client, url))
    new = dict.fromkeys(("password1", "password2"), "a phrase nobody knows")
    admin_client.post(url, {**new, "usable_password": "true", **WHY})
    assert logged() == "Changed password. Reason: Because"


def test_a_token_is_issued_and_revoked_for_a_reason(
    admin_client: Client, admin_user: User
) -> None:
    data = {"owner": admin_user.pk, "name": "robot", **WHY}
    admin_client.post(f"{TOKENS}add/", data)
    assert logged() == "Added. Reason: Because"
    LogEntry.objects.all().delete()
    assert asks_why(text_of(admin_client, TOKENS))
    chosen = {"action": "revoke", "_selected_action": Token.objects.get().pk}
    admin_client.post(TOKENS, {**chosen, **WHY})
    assert logged() == "Revoked. Reason: Because"


def test_a_workflow_is_renamed_and_deleted_for_a_reason(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    url = f"{WORKFLOWS}{workflow.pk}/"
    assert asks_why(text_of(admin_client, f"{url}change/"))
    form: dict[str, Any] = {"name": "Other", "description": "", **NO_SHARES, **WHY}
    admin_client.post(f"{url}change/", form)
    assert logged() == "Changed Name. Reason: Because"
    LogEntry.objects.all().delete()
    admin_client.post(f"{url}delete/", {"post": "yes", **WHY})
    assert logged() == "Deleted. Reason: Because"


def test_a_group_is_let_into_a_workflow_for_a_reason(admin_client: Client) -> None:
    workflow, group = WorkflowFactory.create(), Group.objects.create(name="team")
    share = {
        "shares-TOTAL_FORMS": 1,
        "shares-0-group": group.pk,
        "shares-0-level": "run",
        "shares-0-workflow": workflow.pk,
    }
    form = {"name": workflow.name, "description": "", **NO_SHARES, **share, **WHY}
    admin_client.post(f"{WORKFLOWS}{workflow.pk}/change/", form)
    assert logged() == "Added share “team: Run”. Reason: Because"


def test_a_version_is_named_for_a_reason(admin_client: Client) -> None:
    url = f"{WORKFLOWS}{WorkflowFactory.create().pk}/versions/1/"
    assert asks_why(text_of(admin_client, url))
    admin_client.post(f"{url}name/", {"label": "Spring", **WHY})
    assert logged() == "Named v1: Spring. Reason: Because"


def test_a_form_that_is_refused_keeps_the_reason(admin_client: Client) -> None:
    page = admin_client.post(f"{GROUPS}add/", {"name": "", "reason": '"><b>x'})
    assert 'value="&quot;&gt;&lt;b&gt;x"' in page.content.decode()
    assert not LogEntry.objects.exists()


def test_a_long_reason_is_cut(admin_client: Client) -> None:
    data = {"name": "team", "reason": "x" * (LONGEST_REASON + 9)}
    admin_client.post(f"{GROUPS}add/", data)
    assert logged() == f"Added. Reason: {'x' * LONGEST_REASON}"
    assert f'maxlength="{LONGEST_REASON}"' in text_of(admin_client, f"{GROUPS}add/")


def test_who_may_only_look_is_asked_for_nothing() -> None:
    looker = signed_in(staff("auth.view_group", "access.view_token"))
    group = Group.objects.create(name="team")
    assert not asks_why(text_of(looker, f"{GROUPS}{group.pk}/change/"))
    assert not asks_why(text_of(looker, TOKENS))
