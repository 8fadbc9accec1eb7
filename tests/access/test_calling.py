"""Who is let in, at endpoints and REST views alike."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from access.models import Token
from tests.factories import TokenFactory, UserFactory, clear_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.access.urls"),
]

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
both = pytest.mark.parametrize("path", ["/echo", "/rest"])


def post(client: Client, path: str, **headers: str) -> tuple[int, dict[str, object]]:
    body = {"name": "ann"}
    response = client.post(path, body, content_type="application/json", headers=headers)
    return response.status_code, response.json()


@pytest.fixture
def strict_client() -> Client:
    return Client(enforce_csrf_checks=True)


@both
@pytest.mark.parametrize("scheme", ["Token", "Bearer", "token"])
def test_a_token_lets_its_owner_in_without_any_csrf_proof(
    strict_client: Client, path: str, scheme: str
) -> None:
    token = TokenFactory.create()
    header = f"{scheme} {clear_of(token)}"
    status, answer = post(strict_client, path, Authorization=header)
    assert (status, answer["user"]) == (200, token.owner.username)
    assert answer["token"] == token.pk
    token.refresh_from_db()
    assert token.last_used_at is not None


@both
@pytest.mark.parametrize("clear", ["wf_unknown", "", "wf_ä"])
def test_a_wrong_token_is_401_even_with_a_session(
    strict_client: Client, path: str, clear: str
) -> None:
    strict_client.force_login(UserFactory.create())
    header = f"Token {clear}"
    response = strict_client.post(path, headers={"Authorization": header, **OWN_PAGE})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["errors"][0]["code"] == "authentication_failed"


@both
def test_a_revoked_or_expired_token_is_401(client: Client, path: str) -> None:
    now = timezone.now()
    revoked, expired = (
        TokenFactory.create(),
        TokenFactory.create(expires_at=now - timedelta(1)),
    )
    Token.objects.filter(pk=revoked.pk).revoke(now)
    for token in (revoked, expired):
        status, _ = post(client, path, Authorization=f"Token {clear_of(token)}")
        assert status == 401


@both
def test_a_session_lets_in_from_our_own_pages_only(
    strict_client: Client, path: str
) -> None:
    user = UserFactory.create()
    strict_client.force_login(user)
    status, answer = post(strict_client, path, **OWN_PAGE)
    assert (status, answer["user"], answer["token"]) == (200, user.username, None)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://e.x"}):
        status, answer = post(strict_client, path, **headers)
        assert (status, code_of(answer)) == (403, "WF_CSRF_FAILED")


@both
def test_a_token_wins_over_a_session(strict_client: Client, path: str) -> None:
    token = TokenFactory.create()
    strict_client.force_login(UserFactory.create())
    _, answer = post(strict_client, path, Authorization=f"Token {clear_of(token)}")
    assert answer["user"] == token.owner.username


@both
def test_an_inactive_user_is_nobody(client: Client, path: str) -> None:
    user = UserFactory.create()
    client.force_login(user)
    user.is_active = False
    user.save()
    status, _ = post(client, path)
    assert status == 401


@both
def test_nobody_gets_401_and_is_told_how_to_come_in(client: Client, path: str) -> None:
    response = client.post(path, "not json", content_type="application/json")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert code_of(response.json()) == "not_authenticated"


def test_an_endpoint_reads_the_session_without_the_middleware(client: Client) -> None:
    user = UserFactory.create()
    client.force_login(user)
    lean: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MIDDLEWARE", lean)
        status, answer = post(client, "/echo")
    assert (status, answer["user"]) == (200, user.username)


def code_of(answer: dict[str, object]) -> str:
    errors = answer["errors"]
    assert isinstance(errors, list)
    return str(errors[0]["code"])
