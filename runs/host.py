"""EngineHost: one thread with its own event loop that owns the running runs."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import logging
import os
import socket
import threading
from collections.abc import Callable
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from wayflow import Cancellation, Runtime
from workflows.catalog import registry

from . import claims
from .drive import Drive
from .graphs import GraphCache
from .journal import Writer

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
LOOK_FOR_THE_DEAD_EVERY = 5
"""Beats between two looks for runs whose owner is gone."""

GRACE_SECONDS = 5.0


class EngineHost:
    """Claims runs and drives them until it is stopped; then it gives them back.

    Every method may be called from any thread, and none waits for a run.
    """

    def __init__(self, *, runtime: Runtime, recovers: bool = False) -> None:
        """With ``recovers`` it also takes up runs that nobody drives."""
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid4().hex[:8]}"
        self.runtime = runtime
        self.writer = Writer()
        self.graphs = GraphCache(self.writer)
        self._recovers = recovers
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
        self._drives: dict[UUID, Drive] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._stopping = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        self.writer.start()
        self._thread.start()
        self._on_loop(self._begin)

    def submit(self, run_id: UUID) -> None:
        """Drive a queued run. After ``stop`` it stays queued for the next host."""
        self._on_loop(lambda: self._drive(run_id))

    def cancel(self, run_id: UUID) -> None:
        """Have a run stopped if it is driven here."""
        self._on_loop(lambda: self._cancel(run_id))

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Give the runs back, store what they said, end both threads. Idempotent."""
        with self._stopping:
            if self._stopped:
                return
            self._stopped = True
            self._on_loop(lambda: self._keep(self._close(grace)))
            self._thread.join(2 * grace)
            if not self.writer.stop(grace):
                logger.error("The journal of host %s did not end", self.name)

    # --- on the loop ---

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def _on_loop(self, call: Callable[[], object]) -> None:
        # A context of its own: a task that copied the caller's would keep the thread
        # and the database connection of that request for as long as it lives.
        try:
            self._loop.call_soon_threadsafe(call, context=contextvars.Context())
        except RuntimeError:
            logger.debug("Host %s has stopped", self.name)

    def _begin(self) -> None:
        self._keep(self._beat())

    def _keep(self, work: Any) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

