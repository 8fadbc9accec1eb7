"""Tokens over the API: issued by sessions alone, shown once, revoked by their owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from access.models import Token, digest_of
from tests.factories import TokenFactory, UserFactory, clear_of

pytestmark = pytest.mark.django_db

TOKENS = "/api/tokens"
LAST = "9999-12-31T23:59:59-12:00"


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create()
    return made


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def by(token: Token) -> Client:
    return Client(headers={"Authorization": f"Token {clear_of(token)}"})


def issue(client: Client, body: Any) -> Any:
    return client.post(TOKENS, body, content_type="application/json")


def listed(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(TOKENS).json()["results"]
    return found


def code_of(response: Any) -> tuple[int, str, str | None]:
    (error,) = response.json()["errors"]
    return response.status_code, error["code"], error["attr"]


# --- issuing ---


def test_an_issued_token_works_and_is_shown_once(
    signed_in: Client, user: User, client: Client
) -> None:
    response = issue(signed_in, {"name": "robot"})
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    shown = response.json()
    clear = shown.pop("token")
    token = Token.objects.get(digest=digest_of(clear))
    assert token.owner == user
    assert listed(signed_in) == [shown]
    assert clear not in signed_in.get(TOKENS).content.decode()
    robot = Client(headers={"Authorization": f"Bearer {clear}"})
    assert [entry["id"] for entry in listed(robot)] == [token.pk]


def test_a_token_ends_at_a_time_after_days_or_never(signed_in: Client) -> None:
    coming = timezone.now() + timedelta(days=3)
    at = issue(signed_in, {"name": "a", "expiresAt": coming.isoformat()}).json()
    after = issue(signed_in, {"name": "b", "expiresIn": 3}).json()
    never = issue(signed_in, {"name": "c", "expiresAt": None}).json()
    assert parse_datetime(at["expiresAt"]) == coming
    expires_at = parse_datetime(after["expiresAt"])
    assert expires_at is not None
    assert coming <= expires_at < coming + timedelta(minutes=5)
    assert never["expiresAt"] is None


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", "name"),
        ({"name": ""}, "blank", "name"),
        ({"name": "x" * 101}, "max_length", "name"),
        ({"name": "a\0b"}, "null_characters_not_allowed", "name"),
        ({"name": "x", "owner": 1}, "unknown", "owner"),
        ({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"}, "past", "expiresAt"),
        ({"name": "x", "expiresAt": "soon"}, "invalid", "expiresAt"),
        ({"name": "x", "expiresAt": LAST}, "overflow", "expiresAt"),
        ({"name": "x", "expiresIn": 0}, "min_value", "expiresIn"),
        ({"name": "x", "expiresIn": 36_501}, "max_value", "expiresIn"),
        ({"name": "x", "expiresIn": "nan"}, "invalid", "expiresIn"),
        (
            {"name": "x", "expiresIn": 1, "expiresAt": "2999-01-01T00:00:00Z"},
            "invalid",
            "expiresIn",
        ),
    ],
)
def test_what_no_token_can_be_is_refused_by_field(
    signed_in: Client, body: dict[str, Any], code: str, attr: str
) -> None:
    assert code_of(issue(signed_in, body)) == (400, code, attr)
    assert not Token.objects.exists()


def test_a_token_issues_no_tokens(user: User) -> None:
    token = TokenFactory.create(owner=user)
    response = issue(by(token), {"name": "more"})
    assert code_of(response) == (403, "WF_SESSION_REQUIRED", None)
    assert "manage.py create_token" in response.json()["errors"][0]["hint"]
    assert Token.objects.count() == 1


def test_not_even_beside_a_session(signed_in: Client, user: User) -> None:
    header = f"Token {clear_of(TokenFactory.create(owner=user))}"
    response = signed_in.post(TOKENS, {"name": "x"}, headers={"Authorization": header})
    assert response.status_code == 403
    assert Token.objects.count() == 1


def test_a_cross_site_page_issues_no_tokens(user: User) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "cross-site"})
    browser.force_login(user)
    response = issue(browser, {"name": "evil"})
    assert code_of(response) == (403, "WF_CSRF_FAILED", None)
    assert not Token.objects.exists()


# --- listing and revoking ---


def test_everybody_sees_their_own_tokens_alone_the_newest_first(user: User) -> None:
    now = timezone.now()
    TokenFactory.create(name="foreign")
    TokenFactory.create(owner=user, name="expired", expires_at=now - timedelta(1))
    revoked = TokenFactory.create(owner=user, name="revoked")
    Token.objects.filter(pk=revoked.pk).revoke(now)
    used = TokenFactory.create(owner=user, name="used")
    seen = listed(by(used))
    assert [(token["name"], token["state"]) for token in seen] == [
        ("used", "active"),
        ("revoked", "revoked"),
        ("expired", "expired"),
    ]
    assert seen[0]["prefix"] == clear_of(used)[:8]
    assert seen[0]["lastUsedAt"] is not None
    assert seen[1]["lastUsedAt"] is None


def test_a_revoked_token_is_let_in_no_more_and_can_be_revoked_again(
    signed_in: Client, user: User
) -> None:
    token = TokenFactory.create(owner=user)
    assert signed_in.delete(f"{TOKENS}/{token.pk}").status_code == 204
    token.refresh_from_db()
    revoked_at = token.revoked_at
    assert signed_in.delete(f"{TOKENS}/{token.pk}").status_code == 204
    token.refresh_from_db()
    assert token.revoked_at == revoked_at is not None
    assert by_text(token.pk, signed_in) == "revoked"


def by_text(pk: int, client: Client) -> str:
    (state,) = [entry["state"] for entry in listed(client) if entry["id"] == pk]
    return str(state)


def test_a_token_revokes_itself(user: User) -> None:
    token = TokenFactory.create(owner=user)
    caller = by(token)
    assert caller.delete(f"{TOKENS}/{token.pk}").status_code == 204
    assert caller.get(TOKENS).status_code == 401


@pytest.mark.parametrize("id", ["0", "x", "-1", "9" * 30, "1.5", "\u0661"])
def test_a_token_that_is_not_there_is_404(signed_in: Client, id: str) -> None:
    assert signed_in.delete(f"{TOKENS}/{id}").status_code == 404


def test_a_token_of_somebody_else_is_404_to_staff_as_well(signed_in: Client) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    token = TokenFactory.create()
    assert signed_in.delete(f"{TOKENS}/{token.pk}").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_told_of_tokens(client: Client, method: str) -> None:
    assert getattr(client, method)(TOKENS).status_code == 401
