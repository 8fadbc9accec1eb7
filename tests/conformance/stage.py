"""One run, or the part of one between two pauses, as it is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from wayflow.errors import WayflowError
from wayflow.outcome import Completed, Failed, Outcome, Paused, Stopped
from wayflow.stream import EventStream

from .case import Case, Mode
from .compare import ERROR, Comparison, record_difference
from .event_order import (
    Events,
    causal_difference,
    counts,
    ends_difference,
    exact_difference,
    prefix_difference,
    settled_in,
    untimely,
)
from .pause import unfinished
from .scene import Scene
from .wire import wire, wire_event

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What came of one stage; ``outcome`` is None where the stream itself raised."""

    record: Record
    outcome: Outcome | None

    @property
    def events(self) -> Events:
        events: Events = self.record["events"]
        return events


async def watch(
    scene: Scene, opening: AbstractAsyncContextManager[EventStream]
) -> Stage:
    """Follow a stream to its end."""
    events: Events = []
    try:
        async with opening as stream:
            async for event in stream:
                events.append(wire_event(event))
        outcome = stream.outcome
    except WayflowError as error:
        return Stage(record=thrown(error, events), outcome=None)
    record = scene_record(scene, {**summary(outcome), "events": events})
    return Stage(record=record, outcome=outcome)


def thrown(error: WayflowError, events: Events) -> Record:
    """The record of a stream that raised."""
    return {"status": "throws", "error": error.data(), "events": events}


def summary(outcome: Outcome) -> Record:
    """How a run ended, as it is recorded."""
    match outcome:
        case Completed(result):
            return {"status": "completed", "result": wire(result)}
        case Stopped(result):
            return {"status": "cancelled", "result": wire(result)}
        case Failed(error):
            return {"status": "error", "error": wire(error.data())}
        case Paused(suspension):
            return {"status": "paused", "suspension": wire(suspension.wire())}


def scene_record(scene: Scene, record: Record) -> Record:
    """``record`` with the names that run ids have in a recording."""
    for event in record.get("events", ()):
        if event["event"] == "run_status" and "runId" in event["data"]:
            scene.run_ids.see(event["data"]["runId"])
    if "suspension" in record:
        scene.run_ids.see(record["suspension"]["runId"])
    hidden: Record = scene.run_ids.hidden(record)
    return hidden


def stage_difference(
    expected: Mapping[str, Any],
    actual: Record,
    at: str,
    *,
    case: Case,
    mode: Mode,
    graph: Mapping[str, Any] | None = None,
    settled: Iterable[str] = (),
) -> str | None:
    """What differs between a recorded stage and ours, its events by the case's order.

    ``graph`` is the one that was run, if not the case's; ``settled`` are the nodes
    that had settled in earlier stages. Where the recorded engine paused although other
    branches could have gone on, ours may have gone on with them.
    """
    document = graph or case.body.get("graph", {"nodes": {}, "edges": {}})

    def ordered(one: Any, other: Any, where: str) -> str | None:
        if unfinished(document, [expected], settled):
            return _ahead(one, other, where, document, settled)
        if case.is_exact(mode):
            return exact_difference(one, other, where)
        return causal_difference(one, other, where, graph=document, settled=settled)

    wanted = {key: part for key, part in expected.items() if key != "checkpoint"}
    if "counts" in wanted:
        late = untimely(actual["events"], "events", graph=document, settled=settled)
        if late is not None:
            return late
        counted = {"counts": counts(actual["events"])}
        actual = {**actual, **counted}
        del actual["events"]
    by: dict[str, Comparison] = {**ERROR, "events": ordered}
    return record_difference(wanted, actual, at, by)


def _ahead(
    expected: Events,
    actual: Events,
    at: str,
    graph: Mapping[str, Any],
    settled: Iterable[str],
) -> str | None:
    return (
        ends_difference(expected, actual, at)
        or prefix_difference(expected, actual, at)
        or untimely(actual, at, graph=graph, settled=settled)
    )


def settled_after(stages: Iterable[Mapping[str, Any]]) -> set[str]:
    """The nodes that settled in the stages."""
    return {node_id for s in stages for node_id in settled_in(s.get("events", []))}
