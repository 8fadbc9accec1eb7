"""The database connections of threads that live on, such as those of a pool."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

REST_SECONDS = 30.0
"""After so long without use a connection is not trusted any more."""

_used = threading.local()


@contextmanager
def kept_connection() -> Iterator[None]:
    """Keep the thread's connection afterwards: to open one costs more than a query.

    Only for threads that are few and live long; those of a request die with it.
    """
    rested = time.monotonic() - getattr(_used, "at", -REST_SECONDS) > REST_SECONDS
    if rested or connection.errors_occurred:
        connection.close()
    try:
        yield
    finally:
        _used.at = time.monotonic()
