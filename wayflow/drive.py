"""One run, driven from its first event to its outcome."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from . import events
from .attempt import Engine, NodeContext, call, call_inline, clean, selected_tools
from .checkpoint import Checkpoint, Decision
from .contracts import Journal
from .errors import (
    Cancelled,
    CycleDetected,
    EmptyGraph,
    NodeTimeout,
    NoHandler,
    PauseInTool,
    RecursionLimit,
    RunTimeout,
    ToolNotRegistered,
    error_of,
)
from .events import Event, Private
from .graph import Graph
from .outcome import Cancellation, Completed, Failed, Outcome, Paused, Stopped
from .progress import Progress
from .registry import NodeType, Style
from .report import Report
from .scheduler import Scheduler
from .status import NodeStatus, RunStatus
from .topology import Topology, find_cycle, topology_of
from .values import ABSENT

logger = logging.getLogger(__name__)

MAX_DEPTH = 8
"""Levels of graphs inside graphs."""

BREATH = 32
"""Nodes started in a row after which other runs get a turn."""

GRACE = 2.0
"""Seconds that a handler has to end once it was told to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run, and from where on."""

    run_id: str
    topology: Topology
    inputs: Mapping[str, Any]
    metadata: Mapping[str, Any]
    depth: int = 0
    checkpoint: Checkpoint | None = None
    decision: Decision | None = None


class _Nowhere:
    """The journal of a run that nobody follows."""

    def append(self, event: Event, private: Private | None = None) -> None:
        pass

    def chunk(self, event: Event) -> None:
        pass

    async def ready(self) -> None:
        await asyncio.sleep(0)

    async def commit(self) -> None:
        pass


@dataclass(slots=True, kw_only=True, eq=False)
class _Work:
    """A node at work in ``task``; ``over`` once its fate has been told."""

    index: int
    type: NodeType
    context: NodeContext
    emitted: Coroutine[Any, Any, Any]
    task: asyncio.Task[Any] | None = None
    timer: asyncio.TimerHandle | None = None
    started: bool = False
    timed_out: bool = False
    over: bool = False


class Drive:
    """One run. ``outcome`` is awaited once and holds it all; see ``attempt.Host``."""

    def __init__(
        self,
        engine: Engine,
        plan: Plan,
        journal: Journal | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:
        self.engine = engine
        self.plan = plan
        self.journal: Journal = journal or _Nowhere()
        self._cancellation = cancellation or Cancellation()
        self._progress = Progress(plan.topology, plan.run_id, plan.checkpoint)
        self.report = Report(self._progress, self.journal)
        self._working: dict[int, _Work] = {}
        self._news: asyncio.Future[None] | None = None
        self._ending = self._cancellation.requested
        self._expired = False
        self._leaving = False
        self._broken: BaseException | None = None

    async def outcome(self) -> Outcome:
        """Drive the run to its end or its next question.

        Raises what the journal raises, and CancelledError when the awaiting task is
        cancelled: then the handlers are stopped and nothing more is said.
        """
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._thread = threading.get_ident()
        self._cancellation.listen(self._interrupt_soon)
        timeout = self.engine.run_timeout
        timer = self._loop.call_later(timeout, self._expire) if timeout else None
        try:
            self.journal.append(events.run_running(self.plan.run_id))
            outcome = self._refusal() or await self._work_off()
            self._announce(outcome)
            await self.journal.commit()
            return outcome
        finally:
            self._cancellation.forget(self._interrupt_soon)
            if timer is not None:
                timer.cancel()
            await self._leave()

    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None, run_id: str
    ) -> dict[str, Any]:
        """The result of ``graph`` run inside this run; see ``contracts.Scope``."""
        if self.plan.depth >= MAX_DEPTH:
            raise RecursionLimit(MAX_DEPTH)
        plan = Plan(
            run_id=run_id,
            topology=topology_of(graph),
            inputs=clean(dict(inputs or {})),
            metadata=self.plan.metadata,
            depth=self.plan.depth + 1,
        )
        inner = Drive(self.engine, plan, cancellation=self._cancellation)
        match await inner.outcome():
            case Completed(result):
                return result
            case Failed(error):
                raise error
            case Paused():
                raise PauseInTool
            case Stopped():
                raise Cancelled

    def on_loop(self, function: Callable[..., None], *args: Any) -> None:
        """Call ``function`` on the run's loop: at once when already there."""
        if threading.get_ident() == self._thread:
            function(*args)
        else:
            self._loop.call_soon_threadsafe(function, *args)

    def _refusal(self) -> Failed | None:
        topology = self.plan.topology
        if not topology.nodes:
            return Failed(EmptyGraph())
        cycle = find_cycle(topology.graph)
        if cycle is not None:
            return Failed(CycleDetected(cycle))
        for node in topology.nodes:
            for tool in selected_tools(node):
                if tool not in self.engine.registry.tools:
                    error = ToolNotRegistered(tool)
                    failed = NodeStatus.ERROR
                    event = events.node_status(node.id, failed, error=error.data())
                    self.journal.append(event)
                    return Failed(error)
        return None

    async def _work_off(self) -> Outcome:
        self._take_answer()
        progress = self._progress
        scheduler = self._scheduler = Scheduler(
            self.plan.topology,
            progress.values,
            settled=progress.settled,
            waiting=progress.waiting,
        )
        working, most, started = self._working, self.engine.max_concurrency, 0
        while not self._ending:
            self._check_journal()
            if scheduler.condemned:
                self._skip_condemned()
            if scheduler.ready and len(working) < most:
                work = self._start(scheduler.take())
                if work is not None:
                    await self._employ(work)
                started += 1
                if not started % BREATH:
                    await asyncio.sleep(0)
            elif working:
                await self._wait_for_news()
            else:
                break
        while working:
            self._check_journal()
            await self._wait_for_news()
        self._check_journal()
        return self._reached()

    def _skip_condemned(self) -> None:
        for index in self._scheduler.skipped():
            self.report.skip(index)
            self._scheduler.settle(index)

    def _take_answer(self) -> None:
        decision, progress = self.plan.decision, self._progress
        if decision is None:
            return
        asked = progress.next_question()
        index = self.plan.topology.index[asked.node_id]
        del progress.waiting[index]
        data = asked.data if decision.data is ABSENT else clean(decision.data)
        private = progress.complete(index, {decision.branch: data}, {})
        self.report.complete(asked.node_id, data, private)

    def _reached(self) -> Outcome:
        progress = self._progress
        if self._expired:
            return Failed(RunTimeout(self.engine.run_timeout or 0))
        if self._ending:
            return Stopped(progress.result())
        if progress.waiting:
            return Paused(progress.next_question(), progress.freeze(self.plan.inputs))
        error = progress.verdict()
        return Completed(progress.result()) if error is None else Failed(error)

    def _announce(self, outcome: Outcome) -> None:
        match outcome:
            case Completed(result):
                event = events.run_ended(RunStatus.COMPLETED, result)
            case Stopped(result):
                event = events.run_ended(RunStatus.CANCELLED, result)
            case Failed(error):
                event = events.run_error(error.data())
            case Paused(suspension):
                event = events.run_paused(suspension.wire())
        self.journal.append(event)

    # --- one node -------------------------------------------------------------------

    def _start(self, index: int) -> _Work | None:
        """Begin a node; what is returned has to be awaited."""
        inputs = self.report.begin(index)
        node = self.plan.topology.nodes[index]
        node_type = self.engine.registry.nodes.get(node.type)
        if node_type is None:
            self.report.fail(index, NoHandler(node.type).data())
            self._scheduler.settle(index)
            return None
        context = NodeContext(self, node)
        if node_type.style is not Style.INLINE or node_type.effects:
            emitted = call(node_type, inputs, context)
        else:
            value = self._inline(index, node_type, inputs, context)
            if type(value) is not CoroutineType:
                return None
            emitted = value
        return _Work(index=index, type=node_type, context=context, emitted=emitted)

    def _inline(
        self,
        index: int,
        node_type: NodeType,
        inputs: dict[str, Any],
        context: NodeContext,
    ) -> Any:
        """Settle a pure node at once, unless its handler hands back a coroutine."""
        try:
            value = call_inline(node_type, inputs, context)
            if type(value) is CoroutineType:
                return value
            self.report.finish(index, value, context.collected)
        except Exception as error:
            if isinstance(error, Cancelled) or self._ending:
                self._cancel_self()
                self.report.cancel(index)
            else:
                self.report.fail(index, error_of(error).data())
        if index not in self._progress.waiting:
            self._scheduler.settle(index)
        return None

    async def _employ(self, work: _Work) -> None:
        """Have the node's work awaited: right here when there is nothing else to do."""
        self._working[work.index] = work
        timeout = self.engine.node_timeout
        if timeout is None and len(self._working) == 1 and not self._scheduler.ready:
            work.task = asyncio.current_task()
            await self._attempt(work)
            return
        work.task = self._loop.create_task(self._employed(work))
        if timeout is not None:
            work.timer = self._loop.call_later(timeout, self._time_out, work)

    async def _employed(self, work: _Work) -> None:
        try:
            await self._attempt(work)
        except Exception as error:
            self._broken = self._broken or error
            self._tell_news()

    async def _attempt(self, work: _Work) -> None:
        """One handler, to the node's fate. Raises what the journal raises."""
        work.started = True
        if self._ending or self._leaving:
            work.emitted.close()
            self._conclude_stopped(work)
        else:
            await self._await_handler(work)
        if work.index not in self._working:
            return
        if work.type.effects:
            await self.journal.commit()
        self._settle(work.index)

    async def _await_handler(self, work: _Work) -> None:
        try:
            value = await work.emitted
        except asyncio.CancelledError:
            if not self._was_told(work):
                raise
            self._conclude_stopped(work)
        except Exception as error:
            self._conclude_failed(work, error)
        else:
            self._conclude(work, value)

    def _was_told(self, work: _Work) -> bool:
        """Whether a CancelledError is the node's affair and not the whole task's."""
        task = asyncio.current_task()
        assert task is not None
        if not task.cancelling():
            # The handler raised it of itself.
            self._cancel_self()
            return True
        if work.timed_out or self._ending:
            return task.uncancel() == 0
        return False

    def _conclude(self, work: _Work, value: Any) -> None:
        if work.over:
            return
        context = work.context
        try:
            key = context.idempotency_key if work.type.effects else None
            self.report.finish(work.index, value, context.collected, key)
        except Exception as error:
            self._conclude_failed(work, error)
        self._close(work)

    def _conclude_failed(self, work: _Work, error: Exception) -> None:
        if isinstance(error, Cancelled) or self._ending:
            self._conclude_stopped(work)
        elif not work.over:
            self.report.fail(work.index, error_of(error).data())
            self._close(work)

    def _conclude_stopped(self, work: _Work) -> None:
        if work.over or self._leaving:
            return
        if work.timed_out and not self._ending:
            error = NodeTimeout(self.engine.node_timeout or 0)
            self.report.fail(work.index, error.data())
        else:
            self._cancel_self()
            self.report.cancel(work.index)
        self._close(work)

    def _close(self, work: _Work) -> None:
        work.over = work.context.closed = True
        if work.timer is not None:
            work.timer.cancel()

    def _settle(self, index: int) -> None:
        self._working.pop(index, None)
        if index not in self._progress.waiting:
            self._scheduler.settle(index)
        self._tell_news()

    # --- stopping -------------------------------------------------------------------

    def _cancel_self(self) -> None:
        if not self._ending:
            self._interrupt_soon()

    def _interrupt_soon(self) -> None:
        self._ending = True
        # On the next tick, so that a handler which asked for it can still return.
        self._loop.call_soon(self._interrupt)

    def _expire(self) -> None:
        self._expired = self._ending = True
        self._interrupt()

    def _interrupt(self) -> None:
        for work in self._working.values():
            self._stop(work)
        self._tell_news()

    def _time_out(self, work: _Work) -> None:
        work.timed_out = True
        self._stop(work)

    def _stop(self, work: _Work) -> None:
        if work.started and not work.over and work.task is not None:
            work.task.cancel()
            self._loop.call_later(GRACE, self._abandon, work)

    def _abandon(self, work: _Work) -> None:
        if work.over or self._leaving or work.task in (self._task, None):
            return
        _leave_behind(work)
        self._conclude_stopped(work)
        self._settle(work.index)

    async def _leave(self) -> None:
        """Stop what still works, without a word, and wait a little for it."""
        self._leaving = True
        here = asyncio.current_task()
        works = [w for w in self._working.values() if w.task is not here]
        for work in works:
            if work.timer is not None:
                work.timer.cancel()
            if work.started and work.task is not None:
                work.task.cancel()
        tasks = [work.task for work in works if work.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for work in works:
            if work.task is not None and not work.task.done():
                _leave_behind(work)

    # --- news -----------------------------------------------------------------------

    async def _wait_for_news(self) -> None:
        self._news = self._loop.create_future()
        await self._news

    def _tell_news(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def _check_journal(self) -> None:
        if self._broken is not None:
            raise self._broken


_left_behind: set[asyncio.Task[Any]] = set()


def _leave_behind(work: _Work) -> None:
    """Keep a handler that does not stop from being collected, and say so."""
    assert work.task is not None
    logger.error("The handler of node %s does not stop", work.context.node_id)
    _left_behind.add(work.task)
    work.task.add_done_callback(_left_behind.discard)
