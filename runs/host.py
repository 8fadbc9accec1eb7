"""EngineHost: one thread with its own event loop that owns the running runs."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import logging
import os
import socket
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from access.secrets import clean
from wayflow import Runtime
from wayflow.threads import Threads
from workflows.catalog import registry

from . import claims
from .drive import Drive
from .journal import Writer
from .live import hub
from .recovery import recover
from .retention import keep_house
from .turns import next_of

logger = logging.getLogger(__name__)

T = TypeVar("T")

BEAT_SECONDS = 0.5
"""Between two looks at how the runs driven here stand."""

RENEW_EVERY = max(1, int(claims.LEASE.total_seconds() / 5 / BEAT_SECONDS))
"""Beats between two renewals of their leases."""

SEARCH_EVERY = 2 * RENEW_EVERY
"""Beats between two searches for runs that nobody drives.

A renewal comes before each: after a long sleep it keeps a host from taking its own.
"""

CLEAN_EVERY = 120
"""Beats between two looks for what is too old to be kept."""

GRACE_SECONDS = 5.0


class EngineHost:
    """Claims runs and drives them until it is stopped; then it gives them back.

    Every method may be called from any thread; only ``stop`` waits.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid4().hex[:8]}"
        self.writer = Writer()
        self._runtime = runtime
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
        self._drives: dict[UUID, Drive] = {}
        self._crowded: set[int] = set()
        """Users with runs that were refused here because of others of theirs."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._recovers = False
        self._closing = False
        self._stopping = threading.Lock()
        self.stopped = False

    def start(self) -> None:
        self.writer.start()
        self._thread.start()
        self._on_loop(lambda: self._keep(self._beat()))

    def recover(self) -> None:
        """Take up runs that nobody drives, now and from now on."""
        self._on_loop(self._begin_to_recover)

    def submit(self, run_id: UUID) -> None:
        """Drive a queued run. After ``stop`` it stays queued for the next host."""
        self._on_loop(lambda: self._drive(run_id))

    def cancel(self, run_id: UUID) -> None:
        """Have a run stopped if it is driven here."""
        self._on_loop(lambda: self._cancel(run_id))

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Give the runs back, store what they said, end both threads. Idempotent."""
        with self._stopping:
            if self.stopped:
                return
            self.stopped = True
            self._on_loop(lambda: self._keep(self._close(grace)))
            self._thread.join(2 * grace)
            if self._thread.is_alive() or not self.writer.stop(grace):
                logger.error("Host %s did not stop within %g s", self.name, grace)

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _on_loop(self, call: Callable[[], object]) -> None:
        # A context of its own: a task that copied the caller's would keep the thread
        # and the database connection of that request for as long as it lives.
        try:
            self._loop.call_soon_threadsafe(call, context=contextvars.Context())
        except RuntimeError:
            logger.debug("Host %s has stopped", self.name)

    # --- on the loop ---

    def _keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _drive(self, run_id: UUID) -> None:
        if self._closing:
            return
        if run_id in self._drives:
            self._drives[run_id].again = True
            return
        drive = self._drives[run_id] = Drive(
            run_id,
            host=self.name,
            runtime=self._runtime,
            writer=self.writer,
        )
        self._keep(drive.live()).add_done_callback(partial(self._ended, run_id))

    def _ended(self, run_id: UUID, task: asyncio.Task[None]) -> None:
        drive = self._drives.pop(run_id)
        if not task.cancelled() and (error := task.exception()):
            logger.error("Run %s was lost by its host", run_id, exc_info=error)
        if drive.again:
            self._drive(run_id)
        if drive.waits and drive.owner_id is not None:
            self._crowded.add(drive.owner_id)
        if drive.owner_id in self._crowded and not self._closing:
            self._keep(self._drive_next_of(drive.owner_id))

    async def _drive_next_of(self, owner_id: int) -> None:
        """Drive the runs of a user that waited until others of theirs end."""
        waiting = await self._ask(partial(next_of, owner_id))
        if waiting is None:
            self._crowded.discard(owner_id)
        for run_id in waiting or ():
            self._drive(run_id)

    def _cancel(self, run_id: UUID) -> None:
        if run_id in self._drives and self._drives[run_id].cancel():
            now = timezone.now()
            note = partial(claims.observe_cancel, run_id, now=now)
            self._keep(self._ask(note))

    def _begin_to_recover(self) -> None:
        self._recovers = True
        self._keep(self._search())

    async def _beat(self) -> None:
        beats = 0
        clean_at = CLEAN_EVERY
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            beats += 1
            if self._drives:
                await self._look()
                if not beats % RENEW_EVERY:
                    await self._renew()
            await self._listen()
            if self._recovers and not beats % SEARCH_EVERY:
                await self._search()
            if self._recovers and beats >= clean_at:
                more = await self._ask(partial(keep_house, now=timezone.now()))
                clean_at = beats + (1 if more else CLEAN_EVERY)

    async def _look(self) -> None:
        standings = await self._ask(partial(claims.standings, list(self._drives)))
        for run_id, standing in (standings or {}).items():
            if run_id in self._drives:
                self._drives[run_id].lose(standing.epoch)
                if standing.cancel_requested:
                    self._cancel(run_id)

    async def _listen(self) -> None:
        """What other processes wrote of runs that are watched here."""
        watched = [run_id for run_id in hub.watched() if run_id not in self._drives]
        if watched:
            seqs = await self._ask(partial(claims.last_seqs, watched))
            for run_id, last_seq in (seqs or {}).items():
                hub.hint(run_id, last_seq)

    async def _renew(self) -> None:
        mine = list(self._drives)

        def renew() -> None:
            claims.renew(mine, host=self.name, now=timezone.now())

        await self._ask(renew)

    async def _search(self) -> None:
        work = partial(recover, timezone.now())
        for run_id in await self._ask(work) or ():
            self._drive(run_id)

    async def _ask(self, work: Callable[[], T]) -> T | None:
        try:
            return await asyncio.wrap_future(self.writer.call(work))
        except Exception:
            logger.exception("Host %s could not look after its runs", self.name)
            return None

    async def _close(self, grace: float) -> None:
        self._closing = True
        others = self._tasks - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=grace)
        self._loop.stop()


_lock = threading.Lock()
_current: EngineHost | None = None


def current() -> EngineHost:
    """The process's host, started at the first call; after ``stop`` a stopped one."""
    global _current
    with _lock:
        if _current is None:
            _current = _started()
            atexit.register(stop)
        return _current


def start() -> None:
    """Have the process's host run, and take up what nobody drives."""
    global _current
    with _lock:
        if _current is not None and _current.stopped:
            _current = _started()
    current().recover()


def stop(grace: float = GRACE_SECONDS) -> None:
    """Stop the process's host, if there is one. Idempotent."""
    with _lock:
        host = _current
    if host is not None:
        host.stop(grace)


def _started() -> EngineHost:
    limits = settings.WAYFLOW
    host = EngineHost(
        Runtime(
            registry(),
            max_concurrency=limits["MAX_CONCURRENCY"],
            node_timeout=limits["NODE_TIMEOUT"],
            run_timeout=limits["RUN_TIMEOUT"],
            scrub=clean,
            max_output_bytes=limits["MAX_OUTPUT_BYTES"],
            max_nesting=limits["MAX_NESTING"],
            # A plain handler may use the database, in a thread that lives on.
            threads=Threads(after=close_old_connections),
        )
    )
    host.start()
    return host
