"""Who calls the REST API in the tests of design time."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import UserFactory


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="ann")


@pytest.fixture
def caller(client: Client, user: User) -> Client:
    client.force_login(user)
    return client
