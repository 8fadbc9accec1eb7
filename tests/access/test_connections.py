"""The connections that long-lived threads keep, until somebody closes them all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from access.connections import close_kept_connections, kept_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """One that lives until the test is over."""
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.submit(lambda: connection.close()).result()


def used() -> int:
    with kept_connection():
        return User.objects.count()


def is_open() -> bool:
    return connection.connection is not None


def test_a_connection_is_kept_until_all_are_closed(thread: ThreadPoolExecutor) -> None:
    thread.submit(used).result()
    assert thread.submit(is_open).result()
    close_kept_connections()
    assert not thread.submit(is_open).result()
    assert thread.submit(used).result() == 0


def test_a_connection_that_is_in_use_is_left_alone(thread: ThreadPoolExecutor) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def work() -> bool:
        with kept_connection():
            User.objects.count()
            entered.set()
            go_on.wait(60)
            return is_open()

    thread.submit(used).result()
    working = thread.submit(work)
    assert entered.wait(60)
    close_kept_connections()
    go_on.set()
    assert working.result()
