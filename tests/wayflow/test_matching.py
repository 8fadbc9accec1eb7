"""A pattern that would search for ever ends in a code, and holds up nobody."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from wayflow import Completed, Runtime, WayflowError
from wayflow.errors import RegexTimeout
from wayflow.nodes.operators import MATCH_BUDGET, matching
from wayflow.testing import make_graph, node_document

HARD = "(a|aa)+$"
ENDLESS = "a" * 5_000 + "b"
SLOW = "a" * 22 + "b"
"""Takes some milliseconds: far less than the budget, a thousand times far more."""

TIMEOUT = "WF_RUNTIME_REGEX_TIMEOUT"


def graph(node_type: str, port: str, **data: Any) -> Any:
    return make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        node_document("m", node_type, data, inputs=[port], outputs=["true", "false"]),
        node_document("out", "output", {"fields": []}, inputs=["yes", "no"]),
        wires=[f"in.v -> m.{port}", "m.true -> out.yes", "m.false -> out.no"],
    )


def conditional(**data: Any) -> Any:
    data = {"operator": "matches", "targetDefault": HARD, **data}
    return graph("conditional", "value", **data)


def listed() -> Any:
    operation = {"op": "filter", "operator": "matches", "value": HARD}
    return graph("arrayOps", "list", operation=operation)


async def code_of(runtime: Runtime, document: Any, value: Any) -> str:
    with pytest.raises(WayflowError) as raised:
        await runtime.run(document, {"v": value})
    return raised.value.code


async def test_a_pattern_that_ends_gives_its_answer() -> None:
    done = await Runtime().run(conditional(), {"v": "a" * 5_000})
    assert done == Completed({"yes": "a" * 5_000})
    assert await Runtime().run(conditional(), {"v": "b"}) == Completed({"no": "b"})


@pytest.mark.parametrize(
    ("document", "value"),
    [
        (conditional(), ENDLESS),
        (conditional(runPerItem=True), [ENDLESS] * 20),
        (conditional(runPerItem=True), [SLOW] * 1_000),
        (listed(), [ENDLESS] * 20),
        (listed(), [SLOW] * 1_000),
    ],
    ids=["one", "items", "slow items", "filter", "slow filter"],
)
async def test_all_matching_of_one_node_ends_in_time(document: Any, value: Any) -> None:
    began = time.monotonic()
    assert await code_of(Runtime(), document, value) == TIMEOUT
    assert time.monotonic() - began < 100 * MATCH_BUDGET


async def test_hard_patterns_hold_up_no_others() -> None:
    runtime, worst, done = Runtime(), 0.0, asyncio.Event()

    async def beat() -> None:
        nonlocal worst
        while not done.is_set():
            began = time.monotonic()
            await asyncio.sleep(0.001)
            worst = max(worst, time.monotonic() - began)

    beating = asyncio.create_task(beat())
    hard = [code_of(runtime, conditional(), ENDLESS) for _ in range(20)]
    assert {*await asyncio.gather(*hard)} == {TIMEOUT}
    done.set()
    await beating
    assert worst < 50 * MATCH_BUDGET


def test_calls_that_belong_together_have_one_budget() -> None:
    shared: dict[str, Any] = {}
    assert matching("a", ["a", "b"], shared) == [True, False]
    (spent,) = shared.values()
    assert 0 < spent < MATCH_BUDGET
    shared[next(iter(shared))] = MATCH_BUDGET
    with pytest.raises(RegexTimeout):
        matching("a", ["a"], shared)
    assert matching("a", ["a"]) == [True]
