"""Who looks at the pages in their tests."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pages import assets
from tests.factories import UserFactory


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="ann")


@pytest.fixture
def visitor(client: Client, user: User) -> Client:
    """A browser in which ``user`` is signed in."""
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _the_editor_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is here or not."""
    monkeypatch.setattr(assets, "is_built", lambda: True)
