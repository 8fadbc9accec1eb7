"""The only writer of a run's events and of the state that follows from them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)

from wayflow.errors import WayflowError

from . import commits
from .live import hub
from .records import Record

logger = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 20
FIRST_PAUSE = 0.01
LONGEST_PAUSE = 1.0
AT_ONCE = 500
"""Hand-overs that one commit takes at most."""


class Fenced(WayflowError):
    """Another host drives the run by now; what this one had to say does not count."""

    code = "WF_RUN_FENCED"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"The run {run_id} was taken over or ended elsewhere.")


class NotDurable(WayflowError):
    """The database did not take a run's events, however often it was asked."""

    code = "WF_RUN_NOT_DURABLE"
    hint = "Look into the server's log; the database may be full, locked or away."

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"The events of run {run_id} could not be stored.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Consecutive events of one run, and whom to tell on ``loop`` what became of them.

    ``settled`` is given None once they are durable, else why they never will be.
    """

    run_id: UUID
    epoch: int
    records: list[Record]
    loop: asyncio.AbstractEventLoop
    settled: Callable[[WayflowError | None], None]


@dataclass(slots=True, kw_only=True)
class _Share:
    """What one run adds with one commit; see ``commits.Share``."""

    run_id: UUID
    epoch: int
    records: list[Record] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def takes(self, batch: Batch) -> bool:
        last = self.records[-1].seq
        return self.epoch == batch.epoch and batch.records[0].seq == last + 1

    def add(self, batch: Batch) -> None:
        self.records.extend(batch.records)
        self.batches.append(batch)


_Call: TypeAlias = Callable[[], None]


class Writer:
    """One thread that commits what all runs hand over, as much at once as is there."""

    def __init__(self, pause: Callable[[float], None] = time.sleep) -> None:
        self._pause = pause
        self._queue: queue.SimpleQueue[Batch | _Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Commit what was handed over until now and end. False: it takes longer."""
        self._queue.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def write(self, batch: Batch) -> None:
        """Take a batch; never blocks."""
        self._queue.put(batch)

    def call(self, function: Callable[[], T]) -> Future[T]:
        """Have ``function`` use the database after all that was handed over before."""
        future: Future[T] = Future()
        self._queue.put(partial(_perform, function, future))
        return future

    def _work(self) -> None:
        # Each look through the proxy costs as much as an event.
        database = connections[DEFAULT_DB_ALIAS]
        going_on = True
        while going_on:
            items = [self._queue.get()]
            while len(items) < AT_ONCE and not self._queue.empty():
                items.append(self._queue.get())
            going_on = None not in items
            # The connection is kept for good: to open one costs more than a commit.
            if database.errors_occurred:
                database.close_if_unusable_or_obsolete()
            database.queries_log.clear()
            self._write([item for item in items if isinstance(item, Batch)])
            for item in items:
                if not isinstance(item, Batch) and item is not None:
                    item()
        connection.close()

    def _write(self, batches: list[Batch]) -> None:
        while batches:
            shares, batches = _shared_out(batches)
            try:
                self._commit(shares)
            except Exception:
                logger.exception("The journal failed")
                _tell(shares, lambda share: NotDurable(share.run_id))

    def _commit(self, shares: list[_Share]) -> None:
        pause = FIRST_PAUSE
        for _ in range(TRIES):
            try:
                self._commit_once(shares)
                return
            except (OperationalError, InterfaceError) as error:
                logger.warning("The journal cannot write and tries again: %s", error)
                connection.close()
            except DatabaseError as error:
                logger.warning("The journal cannot write: %s", error)
                break
            self._pause(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        self._commit_singly(shares)

    def _commit_singly(self, shares: list[_Share]) -> None:
        """The last try: whatever run the fault lies with, the others are stored."""
        for share in shares:
            try:
                self._commit_once([share])
            except (DatabaseError, InterfaceError):
                logger.exception("Events of run %s are not stored", share.run_id)
                _tell([share], lambda share: NotDurable(share.run_id))

    def _commit_once(self, shares: list[_Share]) -> None:
        owned = commits.commit(shares)
        for share in shares:
            if share.run_id in owned:
                hub.publish(share.run_id, share.records)
        _tell(shares, lambda s: None if s.run_id in owned else Fenced(s.run_id))


def _shared_out(batches: Iterable[Batch]) -> tuple[list[_Share], list[Batch]]:
    """One share for each run, and the batches that do not fit into it."""
    shares: dict[UUID, _Share] = {}
    left: list[Batch] = []
    for batch in batches:
        share = shares.get(batch.run_id)
        if share is None:
            share = shares[batch.run_id] = _Share(
                run_id=batch.run_id, epoch=batch.epoch
            )
        elif not share.takes(batch):
            left.append(batch)
            continue
        share.add(batch)
    return list(shares.values()), left


def _tell(
    shares: Iterable[_Share], verdict: Callable[[_Share], WayflowError | None]
) -> None:
    """Tell each batch's loop, with one wake-up per loop, what became of it."""
    news: dict[asyncio.AbstractEventLoop, list[Callable[[], None]]] = {}
    for share in shares:
        error = verdict(share)
        for batch in share.batches:
            calls = news.setdefault(batch.loop, [])
            calls.append(partial(batch.settled, error))
    for loop, calls in news.items():
        # A closed loop has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_call_all, calls)


def _call_all(calls: Iterable[Callable[[], None]]) -> None:
    for call in calls:
        call()


def _perform(function: Callable[[], Any], future: Future[Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(function())
    except Exception as error:
        future.set_exception(error)
