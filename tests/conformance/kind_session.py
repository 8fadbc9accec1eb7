"""The kind of case in which runs wait in a session manager: session."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from wayflow.checkpoint import Decision, Suspension
from wayflow.errors import Cancelled, WayflowError
from wayflow.outcome import Completed
from wayflow.stream import EventStream
from wayflow.testing import Sessions
from wayflow.values import ABSENT

from .case import Case, Mode
from .compare import (
    demand,
    difference,
    length_difference,
    record_difference,
    unordered_difference,
)
from .kind_run import raised, raised_difference
from .scene import Scene, without_traces
from .stage import Record, scene_record, settled_after, stage_difference, watch
from .wire import wire

Recorded = Mapping[str, Any]


async def check_session(case: Case, mode: Mode) -> None:
    """Steps on a session manager. Raises Mismatch."""
    scene = Scene(case, mode)
    desk = _Desk(scene)
    entries = [await desk.perform(step) for step in case.body["steps"]]
    expected = without_traces(case.expect)
    demand(_entries_difference(case, mode, expected.pop("steps"), entries))
    demand(difference(expected, {}, "expect"))
    demand(scene.traces_difference())


class _Desk:
    """Performs the steps of a session case and records what each gave."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._sessions = Sessions(scene.runtime)

    async def perform(self, step: Recorded) -> Any:
        """Raises KeyError for a step that nobody has described."""
        operations = {
            "run": self._run,
            "stream": self._stream,
            "resume": self._resume,
            "resume_stream": self._resume_stream,
            "pending": self._pending,
            "get": self._get,
            "cancel": self._cancel,
        }
        return await operations[step["op"]](step)

    async def _run(self, step: Recorded) -> Record:
        try:
            outcome = await self._sessions.run(*self._start(step))
        except (WayflowError, Cancelled) as error:
            return {"raises": raised(error)}
        return self._answer(outcome)

    async def _resume(self, step: Recorded) -> Record | None:
        run_id, decision = self._run_id(step), _decision(step)
        try:
            outcome = await self._sessions.resume(run_id, decision)
        except (WayflowError, Cancelled) as error:
            return {"raises": raised(error)}
        return None if outcome is None else self._answer(outcome)

    async def _stream(self, step: Recorded) -> Record | None:
        return await self._watched(self._sessions.stream(*self._start(step)))

    async def _resume_stream(self, step: Recorded) -> Record | None:
        run_id, decision = self._run_id(step), _decision(step)
        return await self._watched(self._sessions.resume_stream(run_id, decision))

    async def _pending(self, step: Recorded) -> Any:
        return self._hidden(self._sessions.pending())

    async def _get(self, step: Recorded) -> Any:
        return self._hidden(self._sessions.get(self._run_id(step)))

    async def _cancel(self, step: Recorded) -> None:
        return self._sessions.cancel(self._run_id(step))

    async def _watched(
        self, stream: AbstractAsyncContextManager[EventStream] | None
    ) -> Record | None:
        return None if stream is None else (await watch(self._scene, stream)).record

    def _start(self, step: Recorded) -> tuple[Any, Any]:
        name = step.get("graph")
        graph = self._scene.graph if name is None else self._scene.graphs[name]
        return graph, step.get("inputs")

    def _run_id(self, step: Recorded) -> str:
        if step.get("unknown"):
            return "no-such-run"
        return self._scene.run_ids.number(step.get("run", 1))

    def _answer(self, outcome: Completed | Suspension) -> Record:
        if isinstance(outcome, Completed):
            return {"status": "completed", "result": wire(outcome.result)}
        record = {"status": "paused", "suspension": wire(outcome.wire())}
        kept = hasattr(outcome, "checkpoint")
        return {**scene_record(self._scene, record), "has_checkpoint": kept}

    def _hidden(self, answer: Any) -> Any:
        return self._scene.run_ids.hidden(wire(answer))


def _decision(step: Recorded) -> Decision:
    return Decision(step["branch"], data=step.get("data", ABSENT))


def _entries_difference(
    case: Case, mode: Mode, expected: list[Any], actual: list[Any]
) -> str | None:
    seen: list[Record] = []
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        at = f"steps[{index}]"
        if isinstance(one, dict) and isinstance(other, dict) and "events" in one:
            settled = settled_after(seen)
            found = stage_difference(
                one, other, at, case=case, mode=mode, settled=settled
            )
            seen.append(one)
        else:
            found = _entry_difference(one, other, at, exact=case.is_exact(mode))
        if found is not None:
            return found
    return length_difference(expected, actual, "steps")


def _entry_difference(one: Any, other: Any, at: str, *, exact: bool) -> str | None:
    """What differs between two answers; snapshots are sets unless ``exact``."""
    if isinstance(one, list) and isinstance(other, list):
        for index, (a, b) in enumerate(zip(one, other, strict=False)):
            found = _entry_difference(a, b, f"{at}[{index}]", exact=exact)
            if found is not None:
                return found
        return length_difference(one, other, at)
    if not isinstance(one, dict):
        return difference(one, other, at)

    def snapshots(a: Any, b: Any, where: str) -> str | None:
        return difference(a, b, where) if exact else _snapshot_difference(a, b, where)

    by = {"raises": raised_difference, "snapshot": snapshots}
    return record_difference(one, other, at, by)


def _snapshot_difference(one: Any, other: Any, at: str) -> str | None:
    if "nodes" not in other:
        return difference(one, other, at)
    return unordered_difference(one["nodes"], other["nodes"], f"{at}.nodes")
