"""The kinds of case about a graph that is not run: reading, writing and checking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wayflow.serializer import deserialize, graph_of, serialize
from wayflow.topology import find_cycle
from wayflow.validation import validate_graph, validate_results

from .case import Case, Mode
from .compare import (
    ERROR,
    demand,
    difference,
    error_difference,
    length_difference,
    record_difference,
)
from .wire import wire


async def check_deserialize(case: Case, mode: Mode) -> None:
    """Read a workflow file. Raises Mismatch."""
    try:
        graph = deserialize(case.body["serialized"])
    except ValueError as error:
        actual: dict[str, Any] = {"error": {"message": str(error)}}
    else:
        actual = {"graph": wire(graph.document)}
    demand(record_difference(case.expect, actual, "", ERROR))


async def check_serialize(case: Case, mode: Mode) -> None:
    """Write a workflow file. Raises Mismatch."""
    demand(difference(case.expect, {"text": serialize(graph_of(case.body["graph"]))}))


async def check_cycle(case: Case, mode: Mode) -> None:
    """Find a cycle. Raises Mismatch."""
    demand(difference(case.expect, {"path": find_cycle(graph_of(case.body["graph"]))}))


async def check_validate(case: Case, mode: Mode) -> None:
    """Check a graph. Raises Mismatch."""
    catalog = case.body.get("tool_catalog", {})
    issues = validate_graph(graph_of(case.body["graph"]), tools=catalog)
    _demand_warnings(case, [issue.data() for issue in issues])


async def check_validate_results(case: Case, mode: Mode) -> None:
    """Check what a run gave against its graph. Raises Mismatch."""
    issues = validate_results(graph_of(case.body["graph"]), case.body["run_data"])
    _demand_warnings(case, [issue.data() for issue in issues])


def _demand_warnings(case: Case, actual: Sequence[Mapping[str, Any]]) -> None:
    by = {"warnings": _warnings_difference}
    demand(record_difference(case.expect, {"warnings": wire(actual)}, "", by))


def _warnings_difference(expected: Any, actual: Any, at: str) -> str | None:
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        where = f"{at}[{index}]"
        found = error_difference(one, other, where)
        if found is None and "nodeIds" not in one:
            found = difference(None, other.get("nodeIds"), f"{where}.nodeIds")
        if found is not None:
            return found
    return length_difference(expected, actual, at)
