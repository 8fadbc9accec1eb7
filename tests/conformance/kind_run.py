"""The kinds of case that run a graph: run, outcome and table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wayflow.errors import Cancelled, WayflowError
from wayflow.serializer import graph_of

from .case import Case, Mode, nodes_of
from .compare import (
    ERROR,
    Mismatch,
    demand,
    difference,
    error_difference,
    length_difference,
    record_difference,
)
from .scene import Scene, without_traces
from .stage import Record, Stage, scene_record, stage_difference, summary, watch
from .wire import wire


async def check_run(case: Case, mode: Mode) -> None:
    """One streamed run. Raises Mismatch."""
    scene = Scene(case, mode)
    demand(run_difference(scene, await play(scene)))


async def play(scene: Scene) -> Stage:
    """The streamed run of a scene."""
    graph, inputs = scene.graph, scene.case.body.get("inputs")
    stream = scene.runtime.stream(graph, inputs, cancellation=scene.begin())
    return await watch(scene, stream)


def run_difference(scene: Scene, stage: Stage) -> str | None:
    """What a streamed run did otherwise than its recording."""
    case = scene.case
    return (
        stage_difference(
            without_traces(case.expect),
            stage.record,
            "",
            case=case,
            mode=scene.mode,
            graph=scene.graph.document,
        )
        or scene.traces_difference()
    )


async def check_outcome(case: Case, mode: Mode) -> None:
    """One run without watching it. Raises Mismatch."""
    scene = Scene(case, mode)
    inputs = case.body.get("inputs")
    try:
        outcome = await scene.runtime.run(
            scene.graph, inputs, cancellation=scene.begin()
        )
    except (WayflowError, Cancelled) as error:
        actual: Record = {"raises": raised(error)}
    else:
        actual = {"returns": scene_record(scene, summary(outcome))}
    expected = without_traces(case.expect)
    if isinstance(returned := expected.get("returns"), dict):
        expected["returns"] = {k: v for k, v in returned.items() if k != "checkpoint"}
    demand(record_difference(expected, actual, "", {"raises": raised_difference}))
    demand(scene.traces_difference())


def raised(error: WayflowError | Cancelled) -> Record:
    """An exception, as it is recorded."""
    if isinstance(error, Cancelled):
        return {"name": "AbortError", "message": str(error)}
    return {"name": "Error", **wire(error.data())}


def raised_difference(expected: Any, actual: Any, at: str) -> str | None:
    """What differs between two raised exceptions; of names only AbortError counts."""
    if "AbortError" in (expected.get("name"), actual["name"]):
        found = difference(expected.get("name"), actual["name"], f"{at}.name")
        if found is not None:
            return found
    unnamed = {key: part for key, part in expected.items() if key != "name"}
    return error_difference(unnamed, actual, at)


async def check_table(case: Case, mode: Mode) -> None:
    """One run per row. Raises Mismatch."""
    scene = Scene(case, mode)
    rows = []
    for row in case.body["rows"]:
        graph = graph_of(_changed(case.body["graph"], row.get("data", {})))
        inputs = row.get("inputs", case.body.get("inputs"))
        stream = scene.runtime.stream(graph, inputs, cancellation=scene.begin())
        rows.append((await watch(scene, stream)).record)
    expected = without_traces(case.expect)
    demand(rows_difference(expected.pop("rows"), rows))
    demand(difference(expected, {}, "expect"))
    demand(scene.traces_difference())


def rows_difference(expected: list[Any], actual: list[Record]) -> str | None:
    """What differs between the rows of a table, their events aside."""
    for index, (row, record) in enumerate(zip(expected, actual, strict=False)):
        ended = {key: part for key, part in record.items() if key != "events"}
        found = record_difference(row, ended, f"rows[{index}]", ERROR)
        if found is not None:
            return found
    return length_difference(expected, actual, "rows")


def _changed(graph: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    nodes = dict(nodes_of(graph))
    for node_id, settings in data.items():
        if node_id not in nodes:
            raise Mismatch(f"the row changes {node_id}, which is not in the graph")
        node = nodes[node_id]
        nodes[node_id] = {**node, "data": {**node.get("data", {}), **settings}}
    return {**graph, "nodes": nodes}
