"""The log of what staff did: what and why, and no secret."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import override_settings

from access.action_log import LONGEST_REASON, log_action
from access.secrets import scrubber

KEY = "sk-0123456789-abcdef"

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret() -> Iterator[str]:
    """One of the server's, for as long as a test takes."""
    with override_settings(WAYFLOW={**settings.WAYFLOW, "SECRETS": [KEY]}):
        scrubber.cache_clear()
        yield KEY
    scrubber.cache_clear()


def told(reason: str, admin_user: User) -> str:
    log_action(admin_user, [admin_user], "Did it.", reason=reason)
    return LogEntry.objects.get().change_message


def test_it_says_what_and_why(admin_user: User) -> None:
    assert told("  For fun ", admin_user) == "Did it. Reason: For fun"


def test_without_a_reason_it_says_what(admin_user: User) -> None:
    assert told("  ", admin_user) == "Did it."


def test_a_reason_has_nothing_that_a_database_refuses(admin_user: User) -> None:
    assert told("For\0 fun", admin_user) == "Did it. Reason: For fun"


def test_a_reason_is_cut_where_it_is_too_long(admin_user: User) -> None:
    assert told("x" * 2_000, admin_user) == f"Did it. Reason: {'x' * LONGEST_REASON}"


@pytest.mark.parametrize("before", [0, LONGEST_REASON - 5])
def test_no_part_of_a_secret_is_logged(
    secret: str, admin_user: User, before: int
) -> None:
    logged = told("x" * before + secret, admin_user)
    assert secret[:5] not in logged


def test_what_was_done_may_name_something_that_holds_a_secret(
    secret: str, admin_user: User
) -> None:
    log_action(admin_user, [admin_user], f"Retried node {secret}.")
    assert LogEntry.objects.get().change_message == "Retried node [secret]."
