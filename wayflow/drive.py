"""One run, driven from its first event to its outcome."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from . import events
from .attempt import Engine, NodeContext, call, call_inline, selected_tools
from .checkpoint import Checkpoint, Decision
from .contracts import Journal
from .errors import (
    Cancelled,
    CycleDetected,
    EmptyGraph,
    NoHandler,
    PauseInTool,
    PolicyInvalid,
    RecursionLimit,
    RunTimeout,
    ToolNotRegistered,
    WayflowError,
    error_of,
)
from .events import Event, Private
from .graph import Graph
from .outcome import Cancellation, Completed, Failed, Outcome, Paused, Stopped
from .policy import Policy
from .progress import Progress
from .registry import NodeType, Style
from .report import Report
from .scheduler import Scheduler
from .status import NodeStatus, RunStatus
from .topology import find_cycle, topology_of
from .values import ABSENT
from .work import Work, send_away

MAX_DEPTH = 8
"""Levels of graphs inside graphs."""

BREATH = 32
"""Nodes started in a row after which other runs get a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run, and from where on."""

    run_id: str
    graph: Graph
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


class Drive:
    """One run. ``outcome`` is awaited once and holds it all; see ``work.Run``."""

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
        self._topology = topology_of(plan.graph)
        self._progress = Progress(self._topology, plan.run_id, plan.checkpoint)
        self.report = Report(self._progress, self.journal, engine.bounds)
        self._working: dict[int, Work] = {}
        self._news: asyncio.Future[None] | None = None
        self.ending = self._cancellation.requested
        self._expired = False
        self.leaving = False
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
            graph=graph,
            inputs=self.engine.bounds.clean(dict(inputs or {})),
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
        if not self._topology.nodes:
            return Failed(EmptyGraph())
        cycle = find_cycle(self.plan.graph)
        if cycle is not None:
            return Failed(CycleDetected(cycle))
        for node in self._topology.nodes:
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
            self._topology,
            progress.values,
            settled=progress.settled,
            waiting=progress.waiting,
        )
        working, most, started = self._working, self.engine.max_concurrency, 0
        while not self.ending:
            if self._broken is not None:
                raise self._broken
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
        while working and self._broken is None:
            await self._wait_for_news()
        if self._broken is not None:
            raise self._broken
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
        index = self._topology.index[asked.node_id]
        del progress.waiting[index]
        data = asked.data if decision.data is ABSENT else decision.data
        private = progress.complete(index, {decision.branch: data}, {})
        self.report.complete(asked.node_id, data, private)

    def _reached(self) -> Outcome:
        progress = self._progress
        if self._expired:
            return Failed(RunTimeout(self.engine.run_timeout or 0))
        if self.ending:
            return Stopped(progress.result())
        if progress.waiting:
            return Paused(
                progress.next_question(),
                progress.freeze(self.plan.graph, self.plan.inputs),
            )
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

    def _start(self, index: int) -> Work | None:
        """Begin a node; what is returned has to be awaited."""
        inputs = self.report.begin(index)
        node = self._topology.nodes[index]
        node_type = self.engine.registry.nodes.get(node.type)
        if node_type is None:
            self._refuse(index, NoHandler(node.type))
            return None
        context = NodeContext(self, node)
        try:
            policy = node_type.policy_of(node)
        except PolicyInvalid as error:
            self._refuse(index, error)
            return None
        if node_type.style is not Style.INLINE or node_type.effects:
            emitted = call(node_type, inputs, context)
        else:
            value = self._inline(index, node_type, inputs, context, policy)
            if type(value) is not CoroutineType:
                return None
            emitted = value
        return Work(
            self,
            index=index,
            node_type=node_type,
            context=context,
            inputs=inputs,
            emitted=emitted,
            policy=policy,
        )

    def _refuse(self, index: int, error: WayflowError) -> None:
        self.report.fail(index, error.data())
        self._scheduler.settle(index)

    def _inline(
        self,
        index: int,
        node_type: NodeType,
        inputs: dict[str, Any],
        context: NodeContext,
        policy: Policy,
    ) -> Any:
        """Settle a pure node at once, unless its handler hands back a coroutine.

        To try it again would be of no use: it would do the same.
        """
        try:
            value = call_inline(node_type, inputs, context)
            if type(value) is CoroutineType:
                return value
            self.report.finish(index, value, context.collected)
        except Exception as error:
            if isinstance(error, Cancelled) or self.ending:
                self.end()
                self.report.cancel(index)
            else:
                continued = policy.continue_on_error
                self.report.fail(index, error_of(error).data(), continued=continued)
        if index not in self._progress.waiting:
            self._scheduler.settle(index)
        return None

    async def _employ(self, work: Work) -> None:
        """Have the node's work awaited: right here when there is nothing else to do."""
        self._working[work.index] = work
        if work.limit is None and len(self._working) == 1 and not self._scheduler.ready:
            work.task = asyncio.current_task()
            await work.live()
        else:
            work.task = self.watch(work.live())

    def watch(self, life: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have ``life`` lived in a task; the run ends if it fails; see ``work.Run``."""
        return self._loop.create_task(self._watched(life))

    async def _watched(self, life: Coroutine[Any, Any, None]) -> None:
        try:
            await life
        except Exception as error:
            self._broken = self._broken or error
            self._tell_news()

    def settle(self, work: Work) -> None:
        """The node of ``work`` has its fate; see ``work.Run``."""
        del self._working[work.index]
        if work.index not in self._progress.waiting:
            self._scheduler.settle(work.index)
        self._tell_news()

    # --- stopping -------------------------------------------------------------------

    def end(self) -> None:
        """Have the run cancelled, once."""
        if not self.ending:
            self._interrupt_soon()

    def _interrupt_soon(self) -> None:
        self.ending = True
        # On the next tick, so that a handler which asked for it can still return.
        self._loop.call_soon(self._interrupt)

    def _expire(self) -> None:
        self._expired = self.ending = True
        self._interrupt()

    def _interrupt(self) -> None:
        for work in self._working.values():
            work.stop()
        self._tell_news()

    async def _leave(self) -> None:
        self.leaving = True
        here = asyncio.current_task()
        await send_away([w for w in self._working.values() if w.task is not here])

    # --- news -----------------------------------------------------------------------

    async def _wait_for_news(self) -> None:
        self._news = self._loop.create_future()
        await self._news

    def _tell_news(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)
