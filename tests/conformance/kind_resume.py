"""The kind of case that pauses for a person and goes on: resume."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wayflow.checkpoint import Checkpoint, Decision
from wayflow.errors import WayflowError
from wayflow.outcome import Paused
from wayflow.serializer import graph_of
from wayflow.values import ABSENT

from .case import Case, Mode, nodes_of
from .compare import (
    ERROR,
    Mismatch,
    demand,
    difference,
    event_difference,
    length_difference,
    record_difference,
)
from .event_order import Events, pooled_difference, untimely
from .kind_run import play
from .pause import unfinished, waiting_in
from .scene import Scene, without_traces
from .stage import Stage, settled_after, stage_difference, thrown, watch

Recorded = Mapping[str, Any]


async def check_resume(case: Case, mode: Mode) -> None:
    """A run and one resume per decision. Raises Mismatch."""
    scene = Scene(case, mode)
    stages = [stage.record for stage in await play_stages(scene)]
    expected = without_traces(case.expect)
    demand(stages_difference(case, mode, expected.pop("stages"), stages))
    demand(difference(expected, {}, "expect"))
    demand(scene.traces_difference())


async def play_stages(scene: Scene) -> list[Stage]:
    """The stages of a case. Raises Mismatch when there is nothing to resume."""
    stages = [await play(scene)]
    checkpoint: Checkpoint | None = None
    for index, decision in enumerate(scene.case.body["decisions"]):
        match stages[-1].outcome:
            case Paused(checkpoint=reached):
                checkpoint = reached
            case None:
                pass
            case _:
                raise Mismatch(f"stages[{index}]: expected a pause, got the end")
        if checkpoint is None:
            raise Mismatch(f"stages[{index}]: nothing to resume")
        if decision.get("checkpoint_via_json"):
            stored = json.loads(json.dumps(checkpoint.to_json()))
            checkpoint = Checkpoint.from_json(stored)
        stages.append(await _resumed(scene, checkpoint, decision))
    return stages


async def _resumed(scene: Scene, checkpoint: Checkpoint, decision: Recorded) -> Stage:
    graph = graph_of(decision["graph"]) if "graph" in decision else scene.graph
    try:
        stream = scene.runtime.resume_stream(
            graph,
            checkpoint=checkpoint,
            decision=Decision(decision["branch"], data=decision.get("data", ABSENT)),
            inputs=decision.get("inputs"),
            cancellation=scene.begin(),
        )
    except WayflowError as error:
        return Stage(record=thrown(error, []), outcome=None)
    return await watch(scene, stream)


def stages_difference(
    case: Case, mode: Mode, expected: Sequence[Recorded], actual: Sequence[Recorded]
) -> str | None:
    """What differs between recorded stages and ours.

    Where the recorded engine paused although other branches could have gone on, what
    counts is what each node did over all stages.
    """
    if len(expected) != len(actual):
        return length_difference(list(expected), list(actual), "stages")
    pauses = [expected[: i + 1] for i in range(len(expected))]
    if any(unfinished(case.body["graph"], until) for until in pauses):
        return pooled_stages_difference(case, expected, actual)
    for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
        decision = case.body["decisions"][index - 1] if index else {}
        found = stage_difference(
            one,
            dict(other),
            f"stages[{index}]",
            case=case,
            mode=mode,
            graph=decision.get("graph"),
            settled=settled_after(expected[:index]),
        )
        if found is not None:
            return found
    return None


def pooled_stages_difference(
    case: Case, expected: Sequence[Recorded], actual: Sequence[Recorded]
) -> str | None:
    """What differs between stages, whatever stage each event is in."""
    for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
        at = f"stages[{index}]"
        found = record_difference(_ending(one), _ending(other), at, ERROR)
        found = found or _frame_difference(one, other, at)
        if found is not None:
            return found
    inner = pooled_difference(_inner(expected), _inner(actual), "stages")
    graph = case.body["graph"]
    return (
        inner or untimely(_inner(actual), "stages", graph=graph) or _order(case, actual)
    )


def _ending(stage: Recorded) -> dict[str, Any]:
    ignored = ("events", "checkpoint")
    return {key: part for key, part in stage.items() if key not in ignored}


def _frame_difference(one: Recorded, other: Recorded, at: str) -> str | None:
    """What differs between the first or the last events of two stages."""
    for place in (0, -1):
        ends = [stage["events"][place : place + 1 or None] for stage in (one, other)]
        found = _only_difference(ends[0], ends[1], f"{at}.events[{place}]")
        if found is not None:
            return found
    return None


def _only_difference(one: Events, other: Events, at: str) -> str | None:
    if not one or not other:
        return length_difference(one, other, at)
    return event_difference(one[0], other[0], at)


def _inner(stages: Sequence[Recorded]) -> Events:
    return [e for s in stages for e in s["events"] if e["event"] != "run_status"]


def _order(case: Case, actual: Sequence[Recorded]) -> str | None:
    """The first pause that did not ask for the first of its waiting nodes."""
    places = {
        node_id: place for place, node_id in enumerate(nodes_of(case.body["graph"]))
    }
    for index, stage in enumerate(actual):
        if stage["status"] != "paused":
            continue
        waiting = waiting_in(actual[: index + 1]) - settled_after(actual[: index + 1])
        first = min(waiting, key=places.__getitem__)
        asked = stage["suspension"]["nodeId"]
        if asked != first:
            return f"stages[{index}]: asks for {asked} while {first} waits"
    return None
