"""Tokens: shown once, stored hashed, and usable until revoked or expired."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from access.models import Token, digest_of
from tests.factories import TokenFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_clear_text_is_not_in_the_database() -> None:
    token, clear = Token.objects.issue(owner=UserFactory.create(), name="robot")
    stored = Token.objects.filter(pk=token.pk).values().get()
    assert clear.startswith("wf_")
    assert len(clear) >= 40
    assert all(clear not in str(value) for value in stored.values())
    assert stored["digest"] == digest_of(clear)
    assert stored["prefix"] == clear[:8]


def test_two_tokens_differ() -> None:
    owner = UserFactory.create()
    clears = {Token.objects.issue(owner=owner, name="x")[1] for _ in range(3)}
    assert len(clears) == 3


def test_only_living_tokens_of_active_owners_are_usable() -> None:
    now = timezone.now()
    usable = TokenFactory.create()
    later = TokenFactory.create(expires_at=now + timedelta(seconds=1))
    TokenFactory.create(expires_at=now)
    TokenFactory.create(owner=UserFactory.create(is_active=False))
    revoked = TokenFactory.create()
    Token.objects.filter(pk=revoked.pk).revoke(now)
    assert set(Token.objects.usable(now)) == {usable, later}


def test_a_token_is_revoked_once() -> None:
    token, now = TokenFactory.create(), timezone.now()
    assert Token.objects.all().revoke(now) == 1
    assert Token.objects.all().revoke(now + timedelta(days=1)) == 0
    token.refresh_from_db()
    assert token.revoked_at == now


def test_use_is_noted_at_most_once_a_minute() -> None:
    token, now = TokenFactory.create(), timezone.now()
    for seconds, seen in ((0, 0), (59, 0), (60, 60), (61, 60)):
        token.refresh_from_db()
        Token.objects.saw(token, now + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == now + timedelta(seconds=seen)


def test_a_token_tells_its_state() -> None:
    now = timezone.now()
    token = Token(expires_at=now + timedelta(hours=1))
    assert token.state(now) == "active"
    assert token.state(now + timedelta(hours=1)) == "expired"
    token.revoked_at = now
    assert token.state(now) == "revoked"


def test_the_command_prints_a_token_that_works_and_nothing_else() -> None:
    UserFactory.create(username="ann")
    out, told = issued("ann", "--name", "robot", "--expires-in", "2")
    token = Token.objects.usable(timezone.now()).get(digest=digest_of(out))
    assert (token.owner.username, token.name) == ("ann", "robot")
    assert token.expires_at is not None
    left = token.expires_at - timezone.now()
    assert timedelta(days=1) < left <= timedelta(days=2)
    assert str(token) in told
    assert out not in told


def test_a_token_of_the_command_lives_for_ever_if_nothing_is_said() -> None:
    UserFactory.create(username="ann")
    out, told = issued("ann")
    assert Token.objects.get(digest=digest_of(out)).expires_at is None
    assert "for ever" in told


@pytest.mark.parametrize("is_active", [False, None])
def test_the_command_refuses_who_cannot_call(is_active: bool | None) -> None:
    if is_active is not None:
        UserFactory.create(username="ann", is_active=is_active)
    with pytest.raises(CommandError, match="ann"):
        call_command("create_token", "ann")
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--expires-in", "0"),
        ("--expires-in", "-1"),
        ("--expires-in", "nan"),
        ("--expires-in", "36501"),
        ("--expires-in", "9" * 5_000),
        ("--name", ""),
        ("--name", "x" * 101),
    ],
)
def test_the_command_refuses_what_no_token_can_be(arguments: tuple[str, ...]) -> None:
    UserFactory.create(username="ann")
    with pytest.raises(CommandError, match=arguments[0]):
        call_command("create_token", "ann", *arguments)
    assert not Token.objects.exists()


def issued(*arguments: str) -> tuple[str, str]:
    """What the command prints: the line for scripts, and the rest."""
    out, told = StringIO(), StringIO()
    call_command("create_token", *arguments, stdout=out, stderr=told)
    (line,) = out.getvalue().splitlines()
    return line, told.getvalue()
