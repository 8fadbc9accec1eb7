"""The database connections of threads that live on, such as those of a pool."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

REST_SECONDS = 30.0
"""After so long without use a connection is not trusted any more."""

_used = threading.local()
_resting: set[BaseDatabaseWrapper] = set()
_lock = threading.Lock()


@contextmanager
def kept_connection() -> Iterator[None]:
    """Keep the thread's connection afterwards: to open one costs more than a query.

    Only for threads that are few and live long; those of a request die with it.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    with _lock:
        _resting.discard(connection)
    rested = time.monotonic() - getattr(_used, "at", -REST_SECONDS) > REST_SECONDS
    if rested or connection.errors_occurred:
        connection.close()
    try:
        yield
    finally:
        _used.at = time.monotonic()
        with _lock:
            _resting.add(connection)


def close_kept_connections() -> None:
    """Close those that no thread uses now. From any thread; each opens again if used.

    The threads themselves never end, and a connection that nobody closed holds up
    whoever wants the database to itself.
    """
    with _lock:
        while _resting:
            connection = _resting.pop()
            connection.inc_thread_sharing()
            try:
                connection.close()
            finally:
                connection.dec_thread_sharing()
