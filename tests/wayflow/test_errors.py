"""Every error has a stable code of its own, a message and its place in the tree."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from wayflow import errors
from wayflow.errors import (
    Cancelled,
    ErrorData,
    GraphFormatError,
    HandlerThrew,
    ModelError,
    MultipleNodesFailed,
    NodeError,
    NodeFailed,
    RunError,
    WayflowError,
    error_of,
)
from wayflow.models import errors as model_errors

BASES = {WayflowError, NodeError, ModelError, RunError, HandlerThrew, NodeFailed}
"""Errors that carry the code of their cause."""

# The codes are the contract: one that is here never changes its meaning or goes.
ENGINE = {
    "WF_GRAPH_INVALID",
    "WF_RUNTIME_CHECKPOINT_STALE",
    "WF_RUNTIME_CYCLE_DETECTED",
    "WF_RUNTIME_EMPTY_GRAPH",
    "WF_RUNTIME_HTTP_ERROR",
    "WF_RUNTIME_INVALID_REGEX",
    "WF_RUNTIME_MAP_MULTIPLE_LISTS",
    "WF_RUNTIME_MAP_SUSPEND",
    "WF_RUNTIME_MISSING_INPUT",
    "WF_RUNTIME_MULTIPLE_NODES_FAILED",
    "WF_RUNTIME_MULTI_PORT_MISMATCH",
    "WF_RUNTIME_NODE_TIMEOUT",
    "WF_RUNTIME_NO_HANDLER",
    "WF_RUNTIME_OUTPUT_NOT_SERIALIZABLE",
    "WF_RUNTIME_OUTPUT_TOO_DEEP",
    "WF_RUNTIME_OUTPUT_TOO_LARGE",
    "WF_RUNTIME_PAUSE_IN_TOOL",
    "WF_RUNTIME_RECURSION_LIMIT",
    "WF_RUNTIME_REGEX_TIMEOUT",
    "WF_RUNTIME_RUN_TIMEOUT",
    "WF_RUNTIME_TOOL_NOT_REGISTERED",
    "WF_RUNTIME_TOOL_NO_NAME",
    "WF_RUNTIME_TOO_MANY_EVENTS",
    "WF_RUNTIME_UNSCHEDULABLE_GRAPH",
}
MODELS = {
    "WF_IMAGE_GENERATION_FAILED",
    "WF_IMAGE_MODEL_NOT_FOUND",
    "WF_IMAGE_NO_OUTPUT",
    "WF_LLM_IMAGE_URL_UNSUPPORTED",
    "WF_LLM_MODEL_NOT_FOUND",
    "WF_LLM_OUTPUT_INVALID_JSON",
    "WF_LLM_OUTPUT_MISSING_FIELD",
    "WF_LLM_OUTPUT_NOT_OBJECT",
    "WF_LLM_OUTPUT_TRUNCATED",
    "WF_LLM_OUTPUT_WRONG_TYPE",
    "WF_LLM_TEMPERATURE_UNSUPPORTED",
    "WF_TEMPLATE_VAR_MISSING",
}


def declared(module: Any) -> list[type[WayflowError]]:
    """The errors that a module defines and that have a code of their own."""
    return [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, WayflowError)
        and kind.__module__ == module.__name__
        and kind not in BASES
    ]


ALL = [*declared(errors), *declared(model_errors)]


def test_a_code_once_given_stays() -> None:
    assert {kind.code for kind in declared(errors)} >= ENGINE
    assert {kind.code for kind in declared(model_errors)} >= MODELS


def test_every_error_has_a_code_of_its_own() -> None:
    assert all("code" in vars(kind) for kind in ALL)
    codes = [kind.code for kind in ALL]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"WF(_[A-Z]+)+", code) for code in codes)


def test_every_error_is_drawn_in_the_tree() -> None:
    tree = {*re.findall(r"\w+", errors.__doc__ or "")}
    kinds = {kind.__name__ for kind in (*declared(errors), *BASES, Cancelled)}
    assert kinds <= tree


def test_every_model_error_fails_its_node_alone() -> None:
    assert all(issubclass(kind, ModelError) for kind in declared(model_errors))
    assert issubclass(ModelError, NodeError)


def test_a_cancelled_run_is_no_error() -> None:
    assert not issubclass(Cancelled, WayflowError)


ARGUMENTS: dict[str, Any] = {
    "message": "the message",
    "node_type": "rocket",
    "field": "city",
    "pattern": "(a+",
    "reason": "the reason",
    "milliseconds": 1234,
    "ports": ["left", "right"],
    "limit": 4321,
    "unit": "parsecs",
    "seconds": 12.5,
    "status": 503,
    "detail": "the detail",
    "path": ["a", "b", "a"],
    "node_ids": ["n1", "n2"],
    "tool": "hammer",
    "failures": {"n1": {"code": "C", "message": "broke"}},
    "model": "gpt-x",
    "branch": "sideways",
    "branches": ["up", "down"],
    "name": "variable",
    "kind": "a list",
    "expected": ["x", "y"],
}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_a_message_names_what_the_error_is_about(kind: Any) -> None:
    parameters = inspect.signature(kind).parameters.values()
    named = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    error = kind(*(ARGUMENTS[name] for name in named))
    assert str(error) == error.message
    for name in named:
        value = ARGUMENTS[name]
        parts = value if isinstance(value, list | dict) else [value]
        assert all(str(part) in error.message for part in parts)


def test_the_wire_carries_what_is_set() -> None:
    bare = WayflowError("M", code="C")
    assert bare.data() == {"code": "C", "message": "M"}
    whole: ErrorData = {"code": "C", "message": "M", "hint": "H", "docsUrl": "U"}
    assert WayflowError.of(whole).data() == whole
    assert WayflowError.of(bare.data()).hint is None


def test_a_message_without_end_is_cut_for_the_wire() -> None:
    assert len(WayflowError("x" * 10_000).data()["message"]) == 10_000
    assert WayflowError("x" * 10**7).data()["message"] == "x" * 10_000 + "…"


def test_the_one_failure_of_a_run_keeps_its_cause() -> None:
    cause: ErrorData = {"code": "C", "message": "M", "hint": "H", "docsUrl": "U"}
    assert NodeFailed("n", cause).data() == {**cause, "message": "Node n failed: M"}


def test_several_failures_are_counted_and_listed() -> None:
    broke: ErrorData = {"code": "C", "message": "broke"}
    error = MultipleNodesFailed({"a": broke, "b": broke})
    assert "2" in error.message
    assert "a: broke; b: broke" in error.message


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("cannot say")


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        (ValueError("no good"), "no good"),
        (ValueError(), "ValueError"),
        (KeyError("x"), "'x'"),
        (Mute(), "Mute"),
    ],
)
def test_any_other_exception_is_told_in_its_own_words(
    exception: Exception, message: str
) -> None:
    error = error_of(exception)
    assert error.data() == {"code": "WF_RUNTIME_HANDLER_THREW", "message": message}


def test_an_error_with_a_code_stays_itself() -> None:
    error = GraphFormatError("no")
    assert error_of(error) is error
