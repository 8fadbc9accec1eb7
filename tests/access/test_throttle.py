"""Requests by the minute: one count for endpoints and REST views, per user."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from access import throttle
from access.throttle import TooManyRequests, count_request
from tests.factories import TokenFactory, UserFactory, clear_of

LIMIT = 3
NOON = 43_200.0


@pytest.fixture(autouse=True)
def _limit(settings: LazySettings) -> Iterator[None]:
    settings.WAYFLOW = {**settings.WAYFLOW, "REQUESTS_PER_MINUTE": LIMIT}
    cache.clear()
    yield
    cache.clear()


def seconds_to_wait(user_id: int, now: float) -> int | None:
    """What a request is told; None when it is let in."""
    try:
        count_request(user_id, now=now)
    except TooManyRequests as refused:
        return int(refused.headers["Retry-After"])
    return None


# --- the decision ---


def test_so_many_requests_are_let_in_and_no_more() -> None:
    answers = [seconds_to_wait(1, NOON) for _ in range(LIMIT + 2)]
    assert answers == [None] * LIMIT + [60, 60]


@pytest.mark.parametrize(("second", "wait"), [(0, 60), (0.5, 60), (1, 59), (59.9, 1)])
def test_after_the_seconds_that_are_told_a_request_is_let_in(
    second: float, wait: int
) -> None:
    for _ in range(LIMIT):
        count_request(1, now=NOON)
    told = seconds_to_wait(1, NOON + second)
    assert told == wait
    assert seconds_to_wait(1, NOON + second + told) is None


def test_everybody_is_counted_alone() -> None:
    for _ in range(LIMIT):
        count_request(1, now=NOON)
    assert seconds_to_wait(1, NOON) is not None
    assert seconds_to_wait(2, NOON) is None


def test_none_is_no_limit(settings: LazySettings) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "REQUESTS_PER_MINUTE": 0}
    for _ in range(100):
        count_request(1, now=NOON)


def test_of_many_threads_exactly_so_many_are_let_in() -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = [*threads.map(lambda _: seconds_to_wait(1, NOON), range(400))]
    assert answers.count(None) == LIMIT


class _Down:
    def incr(self, key: str) -> int:
        raise ConnectionError("nobody listens")


def test_a_cache_that_is_down_is_logged_and_keeps_nobody_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(throttle, "cache", _Down())
    with caplog.at_level(logging.WARNING):
        for _ in range(LIMIT + 1):
            count_request(1, now=NOON)
    assert "nobody listens" in caplog.text


# --- both families ---


@pytest.fixture
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOON + 18)


def post(client: Client, path: str, body: str = '{"name": "ann"}') -> Any:
    return client.post(path, body, content_type="application/json")


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.access.urls")
@pytest.mark.usefixtures("_at_noon")
@pytest.mark.parametrize("path", ["/echo", "/rest"])
def test_endpoints_and_rest_views_refuse_alike_and_count_together(
    client: Client, path: str
) -> None:
    owner = UserFactory.create()
    tokens = TokenFactory.create_batch(2, owner=owner)
    callers = [
        Client(headers={"Authorization": f"Token {clear_of(token)}"})
        for token in tokens
    ]
    client.force_login(owner)
    callers.append(client)
    ways = ["/echo", "/rest", "/echo"]
    assert [post(c, way).status_code for c, way in zip(callers, ways, strict=True)] == [
        200
    ] * LIMIT
    for caller in callers:
        response = post(caller, path, "{")
        assert response.status_code == 429
        assert response["Retry-After"] == "42"
        answer = response.json()
        assert answer["type"] == "client_error"
        assert [(e["code"], e["attr"]) for e in answer["errors"]] == [
            ("WF_TOO_MANY_REQUESTS", None)
        ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.access.urls")
@pytest.mark.parametrize("path", ["/echo", "/rest"])
def test_who_is_not_let_in_is_not_counted(client: Client, path: str) -> None:
    for _ in range(LIMIT + 1):
        assert post(client, path).status_code == 401
