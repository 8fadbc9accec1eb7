"""Values compare as JSON shows them, placeholders as what they stand for."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import pytest

from wayflow.values import ABSENT

from .compare import difference, error_difference, unordered_difference
from .wire import RunIds, wire, wire_event

EQUAL: list[tuple[Any, Any]] = [
    (3, 3.0),
    (12345678901234567000, 12345678901234567890),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ([None], wire([ABSENT])),
    ({}, wire({"a": ABSENT})),
    (None, wire(math.nan)),
    (None, wire(-math.inf)),
    ([1, 2], wire((1, 2))),
    ("a\ud83d", "a\ufffd"),
    ("Unexpected <engine> at 3", "Unexpected token at 3"),
    ({"$mentions": ["error", "bad"]}, "an error about bad"),
]

UNEQUAL: list[tuple[Any, Any]] = [
    (1, True),
    (0, False),
    (1, "1"),
    (None, 0),
    (None, ""),
    ("a", "b"),
    ({"a": None}, {}),
    ({}, {"a": None}),
    ([1, 2], [2, 1]),
    ([1], [1, 1]),
    ([], {}),
    ({"a": 1}, [1]),
    ("<engine>", ""),
    ({"$mentions": ["error", "bad"]}, "an error"),
    ({"$mentions": []}, 1),
]


@pytest.mark.parametrize(("expected", "actual"), EQUAL)
def test_equal_values_do_not_differ(expected: Any, actual: Any) -> None:
    assert difference(expected, actual) is None


@pytest.mark.parametrize(("expected", "actual"), UNEQUAL)
def test_unequal_values_differ(expected: Any, actual: Any) -> None:
    assert difference(expected, actual) is not None


def test_a_long_text_is_known_by_its_length_and_digest() -> None:
    text = "é😀" * 800
    digest = hashlib.sha256(text.encode()).hexdigest()
    described = {"$string": {"length": 2400, "sha256": digest}}
    assert difference(described, text) is None
    assert difference(described, text[:-1] + "e") is not None
    assert difference({"$string": {"length": 2399, "sha256": digest}}, text) is not None


def test_the_first_difference_is_told_with_its_place() -> None:
    found = difference({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]})
    assert found == 'a[1].b: expected "x", got "y"'


def test_what_json_cannot_hold_is_no_value() -> None:
    with pytest.raises(TypeError):
        wire({"a": {1, 2}})


def test_only_volatile_numbers_on_top_are_hidden() -> None:
    event = {"event": "x", "data": {"startedAt": 5.5, "inputs": {"startedAt": 5}}}
    hidden = {"startedAt": 0, "inputs": {"startedAt": 5}}
    assert wire_event(event)["data"] == hidden


def test_run_ids_are_named_in_the_order_in_which_they_were_met() -> None:
    ids = RunIds()
    for run_id in ("x-1", "x-2", "x-1"):
        ids.see(run_id)
    assert ids.hidden(["run x-2", {"id": "x-1"}]) == [
        "run <runId:2>",
        {"id": "<runId>"},
    ]


def test_an_error_may_be_worded_otherwise_where_the_recording_does_not_word_it() -> (
    None
):
    actual = {"code": "A", "message": "no tide in port", "hint": "ours"}
    assert error_difference({"code": "A", "mentions": ["tide"]}, actual, "e") is None
    for expected in (
        {"code": "B"},
        {"code": "A", "message": "no tide"},
        {"code": "A", "mentions": ["tide", "moon"]},
        {"code": "A", "hint": "theirs"},
        {"code": "A", "docsUrl": "https://a.test"},
    ):
        assert error_difference(expected, actual, "e") is not None


def test_the_parts_of_a_summary_of_failures_may_come_in_any_order() -> None:
    code = "WF_RUNTIME_MULTIPLE_NODES_FAILED"
    expected = {"code": code, "message": "2 nodes failed: a: x; b: y"}
    actual = {"code": code, "message": "2 nodes failed: b: y; a: x"}
    assert error_difference(expected, actual, "e") is None
    actual["message"] = "2 nodes failed: b: y; a: z"
    assert error_difference(expected, actual, "e") is not None


def test_lists_without_order_match_one_to_one() -> None:
    assert unordered_difference([1, 2, 2], [2, 1, 2], "at") is None
    assert unordered_difference([1, 2], [1, 1], "at") is not None
    assert unordered_difference([1], [1, 1], "at") is not None
