"""Runs that wait for a person, kept in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from wayflow.checkpoint import Checkpoint, Decision, Suspension
from wayflow.graph import Graph
from wayflow.outcome import Completed, Outcome, Paused
from wayflow.runtime import Runtime
from wayflow.stream import EventStream


class Sessions:
    """Runs of one runtime; those that wait for a person are kept in memory.

    A waiting run is taken out before it goes on, so that one answer resumes it once.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: dict[str, tuple[Graph, Checkpoint]] = {}

    async def run(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> Completed | Suspension:
        """Run ``graph`` to its end or its first question. Raises the run's error."""
        return self._answer(graph, await self._runtime.run(graph, inputs))

    def stream(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> AbstractAsyncContextManager[EventStream]:
        """The events of such a run."""
        return self._followed(graph, self._runtime.stream(graph, inputs))

    async def resume(
        self, run_id: str, decision: Decision
    ) -> Completed | Suspension | None:
        """Answer a waiting run; None if it does not wait. Raises the run's error."""
        taken = self._waiting.pop(run_id, None)
        if taken is None:
            return None
        graph, checkpoint = taken
        outcome = await self._runtime.resume(
            graph, checkpoint=checkpoint, decision=decision
        )
        return self._answer(graph, outcome)

    def resume_stream(
        self, run_id: str, decision: Decision
    ) -> AbstractAsyncContextManager[EventStream] | None:
        """The events of the rest of a waiting run; None if it does not wait."""
        taken = self._waiting.pop(run_id, None)
        if taken is None:
            return None
        graph, checkpoint = taken
        stream = self._runtime.resume_stream(
            graph, checkpoint=checkpoint, decision=decision
        )
        return self._followed(graph, stream)

    def pending(self) -> list[dict[str, Any]]:
        """The open questions with what their runs have done so far, oldest first."""
        return [_shown(graph, kept) for graph, kept in self._waiting.values()]

    def get(self, run_id: str) -> dict[str, Any] | None:
        """The open question of one run."""
        waiting = self._waiting.get(run_id)
        return None if waiting is None else _shown(*waiting)

    def cancel(self, run_id: str) -> None:
        """Let a waiting run go, if it waits."""
        self._waiting.pop(run_id, None)

    @asynccontextmanager
    async def _followed(
        self, graph: Graph, opening: AbstractAsyncContextManager[EventStream]
    ) -> AsyncIterator[EventStream]:
        async with opening as stream:
            yield stream
            self._keep(graph, stream.outcome)

    def _answer(
        self, graph: Graph, outcome: Completed | Paused
    ) -> Completed | Suspension:
        self._keep(graph, outcome)
        return outcome.suspension if isinstance(outcome, Paused) else outcome

    def _keep(self, graph: Graph, outcome: Outcome) -> None:
        if isinstance(outcome, Paused):
            self._waiting[outcome.checkpoint.run_id] = (graph, outcome.checkpoint)


def _shown(graph: Graph, checkpoint: Checkpoint) -> dict[str, Any]:
    question = checkpoint.suspension(graph)
    wire = {} if question is None else question.wire()
    return {**wire, "snapshot": checkpoint.snapshot(graph)}
