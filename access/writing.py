"""The one lock around write transactions, where the database has one writer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_writer = threading.RLock()


@contextmanager
def write_atomic() -> Iterator[None]:
    """A transaction that writes, one at a time per process on SQLite.

    SQLite's own waiting is unfair: under load a writer can wait for seconds while
    others overtake it. Keep the block short, and free of any waiting.
    """
    # Within a transaction the database is ours already; to wait for the lock would
    # turn the two around for whoever holds it.
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with _writer, transaction.atomic():
        yield
