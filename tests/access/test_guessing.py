"""Passwords cannot be guessed by the thousand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from access import guessing
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIMIT = 3
NOON = 43_200.0
LOGIN = "/admin/login/"


class Clock:
    """Stands still until a test sets it."""

    def __init__(self) -> None:
        self.now = NOON

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    settings.WAYFLOW = {**settings.WAYFLOW, "SIGN_INS_PER_MINUTE": LIMIT}
    clock = Clock()
    monkeypatch.setattr(guessing, "time", clock)
    cache.clear()
    yield clock
    cache.clear()


@pytest.fixture
def boss() -> User:
    made: User = UserFactory.create(username="boss", is_staff=True)
    return made


def sign_in(name: str, password: str, address: str = "203.0.113.1") -> Any:
    return Client().post(
        LOGIN,
        {"username": name, "password": password},
        headers={"Sec-Fetch-Site": "same-origin"},
        REMOTE_ADDR=address,
    )


def test_after_so_many_guesses_the_right_one_is_refused_too(
    boss: User, clock: Clock
) -> None:
    for guess in range(LIMIT):
        assert b"Too many" not in sign_in("boss", f"{guess}").content
    refused = sign_in("boss", "password")
    assert refused.status_code == 200
    assert b"Too many attempts. Try again in 60 s." in refused.content
    clock.now += 60
    assert sign_in("boss", "password").status_code == 302


def test_nobody_is_told_by_it_who_has_an_account(boss: User) -> None:
    for name in ("boss", "nobody"):
        answers = [sign_in(name, "x").content for _ in range(LIMIT + 1)]
        assert [b"Too many" in answer for answer in answers] == [False] * LIMIT + [True]


def test_others_can_sign_in_meanwhile(boss: User) -> None:
    UserFactory.create(username="ann", is_staff=True)
    for guess in range(LIMIT + 1):
        sign_in("boss", f"{guess}")
    assert sign_in("ann", "password").status_code == 302
    assert sign_in("boss", "password", address="203.0.113.2").status_code == 302


def test_the_limit_can_be_taken_away(boss: User, settings: LazySettings) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "SIGN_INS_PER_MINUTE": 0}
    for guess in range(LIMIT + 1):
        sign_in("boss", f"{guess}")
    assert sign_in("boss", "password").status_code == 302
