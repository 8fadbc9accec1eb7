"""Events count as the same run when only independent branches interleave anew."""

from __future__ import annotations

from typing import Any

from wayflow.testing import graph_document, node_document

from .event_order import causal_difference, counts, exact_difference
from .recording import RUNNING, call, completed, done, edge, node, started

GRAPH = graph_document(
    node_document("in", "input", outputs=["v"]),
    node_document("a", "upper", inputs=["x"], outputs=["x"]),
    node_document("b", "upper", inputs=["x"], outputs=["x"]),
    node_document("end", "output", inputs=["r"]),
    wires=["in.v -> a.x", "in.v -> b.x", "a.x -> end.r"],
)

ARM_A = [edge("w1", "active"), started("a", x="v"), done("a", "V"), edge("w1", "idle")]
ARM_B = [edge("w2", "active"), started("b", x="v"), done("b", "V"), edge("w2", "idle")]
HEAD = [RUNNING, started("in"), done("in", "v")]
TAIL = [
    edge("w3", "active"),
    started("end", r="V"),
    done("end", {"r": "V"}),
    edge("w3", "idle"),
    completed({"r": "V"}),
]
RECORDED = [*HEAD, *ARM_A, *ARM_B, *TAIL]


def _causal(actual: list[Any], recorded: list[Any] = RECORDED) -> str | None:
    return causal_difference(recorded, actual, "events", graph=GRAPH)


def test_the_recorded_order_is_both_exact_and_causal() -> None:
    assert exact_difference(RECORDED, RECORDED, "events") is None
    assert _causal(RECORDED) is None


def test_branches_may_change_places_or_interleave() -> None:
    woven = [event for pair in zip(ARM_A, ARM_B, strict=True) for event in pair]
    for middle in ([*ARM_B, *ARM_A], woven):
        actual = [*HEAD, *middle, *TAIL]
        assert _causal(actual) is None
        assert exact_difference(RECORDED, actual, "events") is not None
    assert _causal([*HEAD, *ARM_A, *TAIL[:-1], *ARM_B, TAIL[-1]]) is None


def test_a_node_may_not_start_before_what_is_before_it_settled() -> None:
    early = [*HEAD, *ARM_B, *TAIL[:-1], *ARM_A, TAIL[-1]]
    assert _causal(early) == "events[8]: end is running before a settled"
    skipped = [node("end", "skipped") if e == TAIL[1] else e for e in early]
    recorded = [node("end", "skipped") if e == TAIL[1] else e for e in RECORDED]
    assert _causal(skipped, recorded) == "events[8]: end is skipped before a settled"


def test_what_settled_earlier_counts() -> None:
    rest = [RUNNING, *TAIL]
    late = causal_difference(rest, rest, "events", graph=GRAPH)
    assert late == "events[2]: end is running before a settled"
    assert causal_difference(rest, rest, "events", graph=GRAPH, settled={"a"}) is None


def test_the_events_of_one_node_keep_their_order() -> None:
    turned = [edge("w1", "active"), done("a", "V"), started("a", x="v"), ARM_A[-1]]
    assert _causal([*HEAD, *turned, *ARM_B, *TAIL]) is not None


def test_the_events_of_one_edge_keep_their_order() -> None:
    turned = [edge("w1", "idle"), *ARM_A[1:3], edge("w1", "active")]
    assert _causal([*HEAD, *turned, *ARM_B, *TAIL]) is not None


def test_first_last_and_number_must_be_the_same() -> None:
    assert _causal([*RECORDED[1:], RECORDED[0]]) is not None
    assert _causal([*RECORDED[:-2], RECORDED[-1], RECORDED[-2]]) is not None
    assert _causal([*RECORDED[:-1], edge("w3", "idle"), RECORDED[-1]]) is not None
    assert _causal(RECORDED[:-1]) is not None


def test_edges_of_nodes_that_do_not_exist_hold_nobody_up() -> None:
    dangling = {**GRAPH["edges"]["w3"], "id": "w9", "sourceNodeId": "ghost"}
    graph = {**GRAPH, "edges": {**GRAPH["edges"], "w9": dangling}}
    assert causal_difference(RECORDED, RECORDED, "events", graph=graph) is None


def test_tool_calls_start_in_order_and_may_end_in_another() -> None:
    one, two = call("a", 1, "start", tool="t"), call("a", 2, "start", tool="t")
    ended = call("a", 1, "end", result=1), call("a", 2, "end", result=2)
    recorded = [*HEAD, *ARM_A[:2], one, two, *ended, *ARM_A[2:], *ARM_B, *TAIL]
    reversed_ends = [*HEAD, *ARM_A[:2], one, two, *ended[::-1], *ARM_A[2:]]
    assert _causal([*reversed_ends, *ARM_B, *TAIL], recorded) is None
    reversed_starts = [*HEAD, *ARM_A[:2], two, one, *ended, *ARM_A[2:]]
    assert _causal([*reversed_starts, *ARM_B, *TAIL], recorded) is not None
    end_first = [*HEAD, *ARM_A[:2], ended[0], one, two, ended[1], *ARM_A[2:]]
    assert _causal([*end_first, *ARM_B, *TAIL], recorded) is not None


def test_events_are_counted_by_name_and_status() -> None:
    call_end = call("a", 1, "end", result=1)
    assert counts([RUNNING, done("a", 1), done("b", 1), call_end]) == {
        "run_status:running": 1,
        "node_status:complete": 2,
        "tool_call_end": 1,
    }
