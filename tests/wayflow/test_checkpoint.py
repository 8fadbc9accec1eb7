"""A checkpoint holds what a run needs to go on, and the records add up to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wayflow.json_values import JSON
from wayflow import (
    ABSENT,
    Checkpoint,
    Decision,
    Event,
    Paused,
    Runtime,
    Suspension,
    WayflowError,
    replay,
)
from wayflow.checkpoint import NodeFate
from wayflow.events import Private, node_status
from wayflow.graph import NodeId
from wayflow.status import NodeStatus
from wayflow.testing import InMemoryJournal, make_graph, node_document
from wayflow.values import plain

REVIEW = make_graph(
    node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
    node_document("fail", "nowhere", inputs=["v"], outputs=["v"]),
    node_document("after", "merge", inputs=["v"], outputs=["output"]),
    node_document("if", "conditional", inputs=["value"], outputs=["true", "false"]),
    node_document("seen", "output", inputs=["v"]),
    node_document("ask", "humanInTheLoop", inputs=["input"], outputs=["approved"]),
    node_document("end", "output", inputs=["w"]),
    wires=[
        "in.v -> fail.v",
        "fail.v -> after.v",
        "in.v -> if.value",
        "in.v -> ask.input",
        "in.v -> seen.v",
        "ask.approved -> end.w",
    ],
)


async def paused(inputs: dict[str, Any]) -> tuple[Paused, InMemoryJournal]:
    journal = InMemoryJournal()
    outcome = await Runtime().run(REVIEW, inputs, run_id="r", journal=journal)
    assert isinstance(outcome, Paused)
    return outcome, journal


async def test_a_checkpoint_tells_the_fate_of_every_node() -> None:
    outcome, _ = await paused({"v": 5})
    fates = outcome.checkpoint.nodes
    assert {node_id: fate.status for node_id, fate in fates.items()} == {
        "in": NodeStatus.COMPLETE,
        "fail": NodeStatus.ERROR,
        "after": NodeStatus.SKIPPED,
        "if": NodeStatus.COMPLETE,
        "seen": NodeStatus.COMPLETE,
    }
    assert fates[NodeId("in")].outputs == {"v": 5}
    assert fates[NodeId("seen")].result == {"v": 5}
    assert fates[NodeId("fail")].error is not None
    assert [*outcome.checkpoint.waiting] == ["ask"]


async def test_a_checkpoint_survives_json() -> None:
    outcome, _ = await paused({"v": [None, 0.5, {"é": ""}]})
    text = json.dumps(outcome.checkpoint.to_json())
    assert Checkpoint.from_json(json.loads(text)) == outcome.checkpoint


async def test_records_cut_anywhere_add_up_to_a_checkpoint_that_goes_on() -> None:
    outcome, journal = await paused({"v": 5})
    for length in range(len(journal.told) + 1):
        checkpoint = replay(REVIEW, "r", {"v": 5}, journal.told[:length])
        checkpoint.check(REVIEW)
        went_on = await Runtime().resume(REVIEW, checkpoint=checkpoint, decision=None)
        assert isinstance(went_on, Paused)
        assert went_on.checkpoint.nodes == outcome.checkpoint.nodes


async def test_an_answered_question_is_no_longer_open_in_the_records() -> None:
    outcome, journal = await paused({"v": 5})
    with pytest.raises(WayflowError, match="Node fail failed"):
        await Runtime().resume(
            REVIEW,
            checkpoint=outcome.checkpoint,
            decision=Decision("approved", data=None),
            journal=journal,
        )
    checkpoint = replay(REVIEW, "r", {"v": 5}, journal.told)
    assert checkpoint.waiting == {}
    assert checkpoint.nodes[NodeId("ask")].outputs == {"approved": None}
    assert checkpoint.nodes[NodeId("end")].result == {"w": None}


def test_what_had_started_or_was_cancelled_is_in_no_checkpoint() -> None:
    records: list[tuple[Event, Private | None]] = [
        (node_status("in", NodeStatus.RUNNING, inputs={}), None),
        (node_status("ask", NodeStatus.CANCELLED), None),
    ]
    checkpoint = replay(REVIEW, "r", {}, records)
    assert checkpoint.nodes == {}
    assert checkpoint.waiting == {}


async def test_another_structure_does_not_fit() -> None:
    outcome, _ = await paused({"v": 5})
    other = make_graph(node_document("in", "input", outputs=["v"]))
    with pytest.raises(WayflowError) as caught:
        outcome.checkpoint.check(other)
    assert caught.value.code == "WF_RUNTIME_CHECKPOINT_STALE"
    with pytest.raises(WayflowError):
        await Runtime().resume(
            other, checkpoint=outcome.checkpoint, decision=Decision("approved")
        )


async def test_a_decision_without_a_question_does_not_fit_either() -> None:
    empty = replay(REVIEW, "r", {"v": 5}, [])
    with pytest.raises(WayflowError) as caught:
        await Runtime().resume(REVIEW, checkpoint=empty, decision=Decision("approved"))
    assert caught.value.code == "WF_RUNTIME_CHECKPOINT_STALE"


def test_the_question_to_answer_next_is_the_first_of_the_document() -> None:
    def asked(node_id: str) -> Suspension:
        return Suspension(
            run_id="r", node_id=NodeId(node_id), instructions="", data=ABSENT
        )

    checkpoint = Checkpoint(
        run_id="r",
        fingerprint="",
        inputs={},
        nodes={},
        waiting={NodeId(i): asked(i) for i in ("end", "in", "ask")},
    )
    question = checkpoint.suspension(REVIEW)
    assert question is not None
    assert question.node_id == "in"


async def test_a_snapshot_shows_what_completed() -> None:
    outcome, _ = await paused({"v": 5})
    assert outcome.checkpoint.snapshot(REVIEW) == {
        "nodes": [
            {"nodeId": "in", "outputData": 5},
            {"nodeId": "if", "outputData": {"false": 5}},
            {"nodeId": "seen"},
        ]
    }


VALUES = JSON.map(plain)
NAMES = st.text(max_size=5)


@given(
    status=st.sampled_from([NodeStatus.COMPLETE, NodeStatus.SKIPPED]),
    outputs=st.dictionaries(NAMES, VALUES | st.just(ABSENT), max_size=4),
    result=st.dictionaries(NAMES, VALUES, max_size=3),
)
def test_a_fate_survives_its_json(
    status: NodeStatus, outputs: dict[str, Any], result: dict[str, Any]
) -> None:
    fate = NodeFate(status=status, outputs=outputs, result=result)
    # Their repr tells ABSENT from null, and NaN from nothing.
    assert repr(NodeFate.of(fate.to_json())) == repr(sorted_absent_last(fate))


def sorted_absent_last(fate: NodeFate) -> NodeFate:
    present = {p: v for p, v in fate.outputs.items() if v is not ABSENT}
    return NodeFate(
        status=fate.status, outputs={**present, **fate.outputs}, result=fate.result
    )


@pytest.mark.parametrize("data", [None, "x", [1], {}, 0])
def test_a_question_survives_the_wire(data: Any) -> None:
    asked = Suspension(run_id="r", node_id=NodeId("n"), instructions="Look.", data=data)
    assert asked.wire()["data"] == data
    assert Suspension.of(asked.wire()) == asked


def test_a_question_about_no_value_has_no_data_on_the_wire() -> None:
    asked = Suspension(run_id="r", node_id=NodeId("n"), instructions="", data=ABSENT)
    assert "data" not in asked.wire()
    assert Suspension.of(asked.wire()).data is ABSENT
