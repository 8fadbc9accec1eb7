"""Tokens in the admin: issued, shown once, revoked by POST with permission."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from access.models import Token, digest_of
from tests.factories import TokenFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/access/token/", "/admin/access/token/add/"


def staff(*codenames: str) -> User:
    user = UserFactory.create(is_staff=True)
    permissions = Permission.objects.filter(codename__in=codenames)
    user.user_permissions.set(permissions)
    return user


def revoke(client: Client, *tokens: Token) -> Any:
    chosen = {"action": "revoke", "_selected_action": [t.pk for t in tokens]}
    return client.post(LIST, chosen)


def test_a_new_token_is_shown_once(admin_client: Client, admin_user: User) -> None:
    data = {"owner": admin_user.pk, "name": "robot"}
    page = admin_client.post(ADD, data, follow=True)
    (message,) = [str(m) for m in page.context["messages"] if "again" in str(m)]
    clear = message.split()[-1]
    assert Token.objects.get().digest == digest_of(clear)
    assert clear not in admin_client.get(LIST).content.decode()


def test_a_token_that_is_over_from_the_start_is_refused(
    admin_client: Client, admin_user: User
) -> None:
    data = {"owner": admin_user.pk, "name": "robot", "expires_at_1": "00:00:00"}
    past = admin_client.post(ADD, {**data, "expires_at_0": "2020-01-01"})
    assert past.status_code == 200
    assert "This time is past." in past.content.decode()
    assert not Token.objects.exists()
    coming = timezone.now().year + 2
    assert (
        admin_client.post(ADD, {**data, "expires_at_0": f"{coming}-01-01"}).status_code
        == 302
    )
    expires_at = Token.objects.get().expires_at
    assert expires_at is not None
    assert expires_at.year == coming


def test_the_list_tells_when_a_token_was_last_used(admin_client: Client) -> None:
    Token.objects.saw(TokenFactory.create(), timezone.now().replace(year=2041))
    assert "2041" in admin_client.get(LIST).content.decode()


def test_staff_issue_tokens_for_themselves_only(client: Client) -> None:
    user, other = (
        staff("add_token", "view_token"),
        UserFactory.create(is_superuser=True),
    )
    client.force_login(user)
    assert client.post(ADD, {"owner": other.pk, "name": "x"}).status_code == 200
    assert not Token.objects.exists()
    assert client.post(ADD, {"owner": user.pk, "name": "x"}).status_code == 302
    assert Token.objects.get().owner == user


def test_staff_see_and_revoke_their_own_tokens_only(client: Client) -> None:
    user = staff("view_token", "change_token")
    own, foreign = TokenFactory.create(owner=user), TokenFactory.create(name="foreign")
    client.force_login(user)
    assert "foreign" not in client.get(LIST).content.decode()
    revoke(client, own, foreign)
    assert set(Token.objects.usable(timezone.now())) == {foreign}


def test_a_token_is_revoked_once_and_that_is_in_the_log(
    admin_client: Client, admin_user: User
) -> None:
    token = TokenFactory.create()
    revoke(admin_client, token)
    revoke(admin_client, token)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(token.pk))
    assert entry.change_message == "Revoked."


def test_revoking_needs_the_permission(client: Client) -> None:
    user = staff("view_token")
    token = TokenFactory.create(owner=user)
    client.force_login(user)
    revoke(client, token)
    assert Token.objects.usable(timezone.now()).exists()


def test_a_token_is_revoked_from_its_page(
    admin_client: Client, admin_user: User
) -> None:
    token = TokenFactory.create()
    page = f"{LIST}{token.pk}/change/"
    form = admin_client.get(page).content.decode().partition('id="revoke"')[2]
    sent = dict(re.findall(r'name="(\w+)" value="(\w*)"', form.partition("</form>")[0]))
    assert sent["_selected_action"] == str(token.pk)
    admin_client.post(LIST, {**sent, "reason": "Lost"})
    assert not Token.objects.usable(timezone.now()).exists()
    assert LogEntry.objects.get().change_message == "Revoked. Reason: Lost"
    assert 'id="revoke"' not in admin_client.get(page).content.decode()


def test_who_may_only_look_at_a_token_is_not_offered_to_revoke_it(
    client: Client,
) -> None:
    user = staff("view_token")
    token = TokenFactory.create(owner=user)
    client.force_login(user)
    page = client.get(f"{LIST}{token.pk}/change/").content.decode()
    assert token.prefix in page
    assert 'id="revoke"' not in page


def test_a_token_cannot_be_changed(admin_client: Client) -> None:
    token = TokenFactory.create()
    page = f"{LIST}{token.pk}/change/"
    assert admin_client.post(page, {"name": "other"}).status_code == 403


def test_the_list_asks_as_much_for_many_tokens_as_for_one(
    admin_client: Client,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    expired = timezone.now() - timedelta(days=1)
    TokenFactory.create(expires_at=expired)
    admin_client.get(LIST)
    with django_assert_max_num_queries(8) as few:
        admin_client.get(LIST)
    TokenFactory.create_batch(5)
    with django_assert_num_queries(len(few)):
        assert b"expired" in admin_client.get(LIST).content


@pytest.mark.parametrize("model", ["user", "group"])
def test_users_and_groups_have_their_pages(admin_client: Client, model: str) -> None:
    assert admin_client.get(f"/admin/auth/{model}/").status_code == 200
    assert admin_client.get(f"/admin/auth/{model}/add/").status_code == 200


def test_a_user_is_added_with_a_password(admin_client: Client) -> None:
    url = "/admin/auth/user/add/"
    html = admin_client.get(url).content.decode()
    password = dict.fromkeys(("password1", "password2"), "a phrase nobody knows")
    assert all(f'name="{name}"' in html for name in ("username", *password))
    data = {"username": "ann", "usable_password": "true", **password}
    assert admin_client.post(url, data).status_code == 302
    assert User.objects.get(username="ann").check_password(password["password1"])


def test_the_page_of_a_token_tells_how_it_stands(admin_client: Client) -> None:
    token = TokenFactory.create(name="robot")
    Token.objects.filter(pk=token.pk).revoke(timezone.now())
    html = admin_client.get(f"{LIST}{token.pk}/change/").content.decode()
    for told in ("robot", token.prefix, "revoked", "Last used"):
        assert told in html


def test_groups_and_permissions_are_chosen_in_one_field(
    admin_client: Client, admin_user: User
) -> None:
    group = Group.objects.create(name="team")
    permission = Permission.objects.get(codename="view_token")
    url = f"/admin/auth/group/{group.pk}/change/"
    html = admin_client.get(url).content.decode()
    assert "selectfilter" not in html
    assert "unfold-admin-autocomplete" in html
    data = {"name": "team", "permissions": [permission.pk]}
    assert admin_client.post(url, data).status_code == 302
    assert list(group.permissions.all()) == [permission]
    url = f"/admin/auth/user/{admin_user.pk}/change/"
    assert "selectfilter" not in admin_client.get(url).content.decode()
