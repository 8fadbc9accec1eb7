"""List operations count as JavaScript does, and match off the loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from wayflow.graph import Node, NodeId
from wayflow.nodes.array_ops import operate
from wayflow.testing import ScriptedContext


def applied(items: Any, **operation: Any) -> Any:
    node = Node(id=NodeId("n"), type="arrayOps", data={"operation": operation})
    return operate(node, {"list": items}, ScriptedContext())


@pytest.mark.parametrize(
    ("items", "total"),
    [
        ([0.1] * 10, 0.9999999999999999),
        ([2**53, 1, 1], 2**53),
        ([1e308, 1e308, -1e308], float("inf")),
        (["1", " 2 ", True, None], 4),
        ([], 0),
    ],
)
def test_a_sum_is_rounded_at_every_addition(items: list[Any], total: float) -> None:
    assert applied(items, op="sum") == total


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [
        ({"start": "-Infinity"}, [1, 2, 3]),
        ({"start": "Infinity"}, []),
        ({"start": -2, "end": "Infinity"}, [2, 3]),
        ({"start": 0, "end": "-Infinity"}, []),
        ({"start": 1.9}, [2, 3]),
        ({"start": "x", "end": None}, []),
    ],
)
def test_a_slice_may_be_bounded_by_anything(
    bounds: dict[str, Any], kept: list[int]
) -> None:
    assert applied([1, 2, 3], op="slice", **bounds) == kept


@pytest.mark.parametrize(
    ("count", "kept"), [("Infinity", [1, 2]), (-1, []), (1.9, [1])]
)
def test_taking_has_bounds_as_well(count: Any, kept: list[int]) -> None:
    assert applied([1, 2], op="take", count=count) == kept


async def test_patterns_are_matched_in_a_thread_of_the_engine() -> None:
    used: list[int] = []

    class Watched(ScriptedContext):
        async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
            def noted() -> Any:
                used.append(threading.get_ident())
                return function(*args)

            return await ScriptedContext.in_thread(self, noted)

    operation = {"op": "filter", "operator": "matches", "value": "^a"}
    node = Node(id=NodeId("n"), type="arrayOps", data={"operation": operation})
    assert await operate(node, {"list": ["ab", "b", 5]}, Watched()) == ["ab"]
    assert used
    assert used != [threading.get_ident()]
