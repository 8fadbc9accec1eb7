"""What each node of a run did is folded from the run's journal."""

from __future__ import annotations

from typing import Any

import pytest

from runs.node_runs import node_runs
from wayflow.errors import ErrorData
from wayflow.events import (
    Event,
    edge_status,
    node_attempt,
    node_status,
    run_running,
    tool_call_end,
    tool_call_start,
)
from wayflow.status import EdgeStatus, NodeStatus
from wayflow.testing import make_graph, node_document

GRAPH = make_graph(
    node_document("in", "input", outputs=["v"]),
    {**node_document("ask", "llm", inputs=["v"]), "name": "Ask the model"},
    wires=["in.v -> ask.v"],
)


def running(node_id: str, startedAt: int, **inputs: Any) -> Event:
    return node_status(node_id, NodeStatus.RUNNING, inputs=inputs, startedAt=startedAt)


def complete(node_id: str, output: Any, finishedAt: int) -> Event:
    status = NodeStatus.COMPLETE
    return node_status(node_id, status, outputData=output, finishedAt=finishedAt)


def folded(*events: Event) -> list[dict[str, Any]]:
    """What the API shows after these events."""
    return [node.data() for node in node_runs(GRAPH, [(e, None) for e in events])]


def test_a_run_that_said_nothing_has_no_node_runs() -> None:
    assert folded() == []
    assert folded(run_running("r"), edge_status("w1", EdgeStatus.IDLE)) == []


def test_a_node_is_shown_with_inputs_output_and_how_long_it_took() -> None:
    (node,) = folded(running("in", 1_000, v=1), complete("in", 2, 1_250))
    assert node == {
        "nodeId": "in",
        "type": "input",
        "label": "input",
        "status": "complete",
        "attempts": 1,
        "inputs": {"v": 1},
        "outputData": 2,
        "startedAt": 1_000,
        "finishedAt": 1_250,
        "durationMs": 250,
    }


def test_nodes_come_in_the_order_in_which_the_run_came_to_them() -> None:
    nodes = folded(running("ask", 1), running("in", 2), complete("ask", "", 3))
    assert [node["nodeId"] for node in nodes] == ["ask", "in"]
    assert [node["status"] for node in nodes] == ["complete", "running"]


def test_a_node_that_was_named_is_shown_by_its_name() -> None:
    assert folded(running("ask", 1))[0]["label"] == "Ask the model"


def test_what_is_not_known_yet_is_left_out() -> None:
    (node,) = folded(running("in", 1))
    assert node.keys().isdisjoint({"outputData", "finishedAt", "durationMs", "error"})


def test_an_output_of_null_is_an_output() -> None:
    (node,) = folded(running("in", 1), complete("in", None, 1))
    assert node["outputData"] is None
    assert node["durationMs"] == 0


def test_inputs_told_later_are_the_nodes_inputs_and_no_second_attempt() -> None:
    told = node_status("ask", NodeStatus.RUNNING, inputs={"prompt": "Hi"})
    (node,) = folded(running("ask", 1, v=1), told)
    assert (node["inputs"], node["attempts"]) == ({"prompt": "Hi"}, 1)
    assert node["startedAt"] == 1


def test_a_node_begun_again_counts_and_forgets_the_failure_before() -> None:
    error = {"code": "WF_X", "message": "No."}
    failed = node_status("ask", NodeStatus.ERROR, error=error, finishedAt=5)
    assert folded(running("ask", 1), failed)[0]["error"] == error
    (node,) = folded(
        running("ask", 1), failed, running("ask", 10), complete("ask", "ok", 12)
    )
    assert (node["attempts"], node["durationMs"]) == (2, 2)
    assert "error" not in node


def test_a_node_at_work_again_shows_nothing_of_its_earlier_attempt() -> None:
    call = tool_call_start("ask", "ask-tc-1", "search", {})
    failed = node_status("ask", NodeStatus.ERROR, finishedAt=5)
    (node,) = folded(running("ask", 1), call, failed, running("ask", 10))
    assert (node["status"], node["attempts"]) == ("running", 2)
    assert node.keys().isdisjoint({"finishedAt", "durationMs", "toolCalls"})


def test_a_skipped_node_was_never_tried() -> None:
    (node,) = folded(node_status("ask", NodeStatus.SKIPPED))
    assert (node["status"], node["attempts"]) == ("skipped", 0)


def test_a_node_that_waits_for_a_person_takes_as_long_as_the_person() -> None:
    (node,) = folded(
        running("ask", 1_000),
        node_status("ask", NodeStatus.WAITING),
        complete("ask", "yes", 61_000),
    )
    assert (node["attempts"], node["durationMs"]) == (1, 60_000)


def test_tool_calls_are_shown_in_their_order_each_with_its_end() -> None:
    (node,) = folded(
        running("ask", 1),
        tool_call_start("ask", "c1", "search", {"q": "a"}),
        tool_call_start("ask", "c2", "search", {"q": "b"}),
        tool_call_end("ask", "c2", error="gone", durationMs=3),
        tool_call_end("ask", "c1", result=[1], durationMs=7),
    )
    assert node["toolCalls"] == [
        {
            "callId": "c1",
            "tool": "search",
            "args": {"q": "a"},
            "result": [1],
            "durationMs": 7,
        },
        {
            "callId": "c2",
            "tool": "search",
            "args": {"q": "b"},
            "error": "gone",
            "durationMs": 3,
        },
    ]


@pytest.mark.parametrize("data", [{"nodeId": "ask"}, {"nodeId": 7}, [1], "half way"])
def test_events_of_a_handlers_own_tell_nothing_of_nodes(data: Any) -> None:
    assert folded(Event(event="progress", data=data)) == []


def test_failed_attempts_are_kept_with_their_errors() -> None:
    error: ErrorData = {"code": "WF_X", "message": "not yet"}
    told = [
        running("ask", 1),
        node_attempt("ask", 1, error, 3, 5),
        running("ask", 6),
        node_status("ask", NodeStatus.COMPLETE, finishedAt=9),
    ]
    (run,) = node_runs(GRAPH, [(event, None) for event in told])
    data = run.data()
    assert data["failedAttempts"] == [
        {"attempt": 1, "error": error, "failedAt": 3, "retryAt": 5}
    ]
    assert (data["attempts"], data["status"], data["durationMs"]) == (2, "complete", 3)
