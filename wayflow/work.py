"""A node whose handler has to be awaited: its attempts, its limits and its fate."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Collection, Coroutine
from typing import Any, Protocol

from .attempt import Host, NodeContext, call
from .errors import Cancelled, NodeTimeout, WayflowError, error_of
from .policy import Policy
from .registry import NodeType
from .report import Report

logger = logging.getLogger(__name__)

GRACE = 2.0
"""Seconds that a handler has to end once it was told to stop."""


class Run(Host, Protocol):
    """What a node at work needs of the run around it.

    ``ending``: the run was told to stop; ``leaving``: nothing more may be said.
    """

    @property
    def report(self) -> Report: ...
    @property
    def ending(self) -> bool: ...
    @property
    def leaving(self) -> bool: ...
    def end(self) -> None:
        """Have the run cancelled."""
        ...

    def watch(self, life: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have ``life`` lived in a task; the run ends if it fails."""
        ...

    def settle(self, work: Work) -> None:
        """The node has its fate, which is durable if it must be."""
        ...


class Work:
    """A node at work in ``task``; ``over`` once its fate has been told.

    ``limit`` are the seconds that one attempt may take. Lives on the run's loop.
    """

    __slots__ = (
        "_attempt",
        "_closing",
        "_context",
        "_emitted",
        "_inputs",
        "_pause",
        "_policy",
        "_run",
        "_started",
        "_timed_out",
        "_timer",
        "_type",
        "index",
        "limit",
        "over",
        "task",
    )

    def __init__(
        self,
        run: Run,
        *,
        index: int,
        node_type: NodeType,
        context: NodeContext,
        inputs: dict[str, Any],
        emitted: Coroutine[Any, Any, Any],
        policy: Policy,
    ) -> None:
        """``emitted`` is the attempt to begin with."""
        self.index = index
        self.limit = (
            run.engine.node_timeout if policy.timeout is None else policy.timeout
        )
        self.over = False
        self.task: asyncio.Task[Any] | None = None
        self._run = run
        self._type = node_type
        self._context = context
        # A handler may change its inputs; those of a retry are the same again.
        self._inputs = dict(inputs) if policy.retries else inputs
        self._emitted = emitted
        self._policy = policy
        self._attempt = run.report.attempts(index) + 1
        self._pause = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._started = False
        self._timed_out = False
        self._closing: asyncio.Task[None] | None = None

    async def live(self) -> None:
        """Await the node's fate, in its task. Raises what the journal raises."""
        self._started = True
        if self._run.ending or self._run.leaving:
            self._emitted.close()
            self._conclude_stopped()
        else:
            self._watch_the_clock()
            while not (self.over or self._run.leaving):
                await self._await_handler()
        if self.over and self._closing is None:
            await self._settle()

    def stop(self) -> None:
        """Tell the handler to stop, and do not wait for ever until it does."""
        if self._started and not self.over and self.task is not None:
            self.task.cancel()
            loop = self.task.get_loop()
            loop.call_later(GRACE, self._abandon, self._attempt)

    def leave(self) -> asyncio.Task[Any] | None:
        """Stop the handler without a word; its task is returned."""
        self._stop_the_clock()
        if self._started and self.task is not None:
            self.task.cancel()
        return self.task

    def leave_behind(self) -> None:
        """Keep a handler that does not stop from being collected, and say so."""
        if self.task is not None and not self.task.done():
            logger.error("The handler of node %s does not stop", self._context.node_id)
            _left_behind.add(self.task)
            self.task.add_done_callback(_left_behind.discard)

    # --- attempts -------------------------------------------------------------------

    async def _await_handler(self) -> None:
        try:
            if self._pause:
                await asyncio.sleep(self._pause)
                self._begin_again()
            value = await self._emitted
        except asyncio.CancelledError:
            if not self._was_told():
                raise
            self._conclude_stopped()
        except Exception as error:
            self._conclude_failed(error)
        else:
            self._conclude(value)

    def _was_told(self) -> bool:
        """Whether a CancelledError is the node's affair and not the whole task's."""
        task = asyncio.current_task()
        assert task is not None
        if not task.cancelling():
            # The handler raised it of itself.
            self._run.end()
            return True
        if self._timed_out or self._run.ending:
            return task.uncancel() == 0
        return False

    def _begin_again(self) -> None:
        self._attempt += 1
        self._pause = 0.0
        self._timed_out = False
        self._context = self._context.renewed()
        self._run.report.begin_again(self.index, self._inputs)
        self._emitted = call(self._type, dict(self._inputs), self._context)
        self._watch_the_clock()

    def _watch_the_clock(self) -> None:
        if self.limit is not None and self.task is not None:
            loop = self.task.get_loop()
            self._timer = loop.call_later(self.limit, self._time_out)

    def _stop_the_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _time_out(self) -> None:
        self._timed_out = True
        self.stop()

    def _abandon(self, attempt: int) -> None:
        if self.over or self._run.leaving or self._attempt != attempt or self._pause:
            return
        self.leave_behind()
        self._conclude_stopped(abandoned=True)
        self._closing = self._run.watch(self._settle())

    # --- fates ----------------------------------------------------------------------

    def _conclude(self, value: Any) -> None:
        if self.over:
            return
        context = self._context
        try:
            key = context.idempotency_key if self._type.effects else None
            self._run.report.finish(self.index, value, context.collected, key)
        except Exception as error:
            self._conclude_failed(error)
        else:
            self._close()

    def _conclude_failed(self, error: Exception) -> None:
        if isinstance(error, Cancelled) or self._run.ending:
            self._conclude_stopped()
        elif not self.over:
            self._retry_or_fail(error_of(error))

    def _conclude_stopped(self, *, abandoned: bool = False) -> None:
        if self.over or self._run.leaving:
            return
        if self._timed_out and not self._run.ending:
            error = NodeTimeout(self.limit or 0)
            if abandoned:
                self._fail(error)
            else:
                self._retry_or_fail(error)
        else:
            self._run.end()
            self._run.report.cancel(self.index)
            self._close()

    def _retry_or_fail(self, error: WayflowError) -> None:
        if self._timed_out and self.task is not None and self.task.cancelling():
            # The handler made another error of being told to stop.
            self.task.uncancel()
        pause = self._policy.pause_after(self._attempt, random.random())
        if pause is None or not error.may_pass:
            self._fail(error)
            return
        self._stop_the_clock()
        self._context.closed = True
        self._pause = pause
        self._run.report.retry(self.index, self._attempt, error.data(), pause)

    def _fail(self, error: WayflowError) -> None:
        continued = self._policy.continue_on_error
        self._run.report.fail(self.index, error.data(), continued=continued)
        self._close()

    async def _settle(self) -> None:
        if self._type.effects:
            await self._run.journal.commit()
        self._run.settle(self)

    def _close(self) -> None:
        self.over = self._context.closed = True
        self._stop_the_clock()


async def send_away(works: Collection[Work]) -> None:
    """Stop what still works, without a word, and wait a little for it."""
    if tasks := [task for work in works if (task := work.leave()) is not None]:
        await asyncio.wait(tasks, timeout=GRACE)
    for work in works:
        work.leave_behind()


_left_behind: set[asyncio.Task[Any]] = set()
