"""What is wrong with a drawing is said before it runs, and with a result after."""

from __future__ import annotations

from typing import Any

import pytest

from wayflow import Graph, NodeType, Registry, validate_graph, validate_results
from wayflow.nodes import BUILTIN
from wayflow.testing import make_graph, node_document
from wayflow.validation import Issue

BUILT_IN = Registry(nodes={n.type: n for n in BUILTIN})


def around(*nodes: dict[str, Any], wires: tuple[str, ...] = ()) -> Graph:
    """``nodes`` between an Input and an Output; ``in.v`` leads to all of them."""
    return make_graph(
        node_document("in", "input", outputs=["v"]),
        *nodes,
        node_document("out", "output", inputs=["v"]),
        wires=["in.v -> out.v", *wires],
    )


def llm(**data: Any) -> dict[str, Any]:
    return node_document("m", "llm", data, inputs=["x"], outputs=["response"])


def found(graph: Graph, **options: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(i.code, i.node_ids) for i in validate_graph(graph, **options)]


WIRED = ("in.v -> m.x",)


def test_nothing_is_wrong_with_an_empty_graph_or_a_sound_one() -> None:
    assert found(make_graph()) == []
    assert found(around(llm(prompt="{x}"), wires=WIRED), registry=BUILT_IN) == []


def test_a_graph_wants_an_input_and_an_output() -> None:
    codes = ["WF_VALIDATION_NO_INPUT_NODE", "WF_VALIDATION_NO_OUTPUT_NODE"]
    assert found(make_graph(node_document("a", "merge"))) == [(c, ()) for c in codes]


def test_two_inputs_or_outputs_are_an_error() -> None:
    graph = around(
        node_document("in2", "input", outputs=["v"]),
        node_document("out2", "output", inputs=["v"]),
        wires=("in2.v -> out2.v",),
    )
    issues = validate_graph(graph)
    assert [(i.severity, i.node_ids) for i in issues] == [
        ("error", ("in", "in2")),
        ("error", ("out2", "out")),
    ]
    assert {i.code for i in issues} == {"WF_VALIDATION_DUPLICATE_UNIQUE_NODE"}
    assert "Input" in issues[0].message
    assert "Output" in issues[1].message


def test_an_input_that_two_connections_lead_into_is_named() -> None:
    merge = node_document("a", "merge", inputs=["x", "y"], outputs=["o"])
    wires = ("in.v -> a.x", "in.v -> a.y", "in.v -> a.y", "a.o -> out.v")
    issues = validate_graph(around(merge, wires=wires))
    assert {issue.code for issue in issues} == {"WF_VALIDATION_PORT_TAKEN"}
    assert [issue.node_ids for issue in issues] == [("out",), ("a",)]
    assert issues[1].message.startswith('2 connections lead into the input "y"')


def test_a_node_that_touches_no_edge_is_named() -> None:
    lonely = {**node_document("a", "merge"), "name": "Lonely"}
    (issue,) = validate_graph(around(lonely))
    assert (issue.code, issue.node_ids) == ("WF_VALIDATION_ORPHAN_NODE", ("a",))
    assert "Lonely" in issue.message
    assert found(make_graph(node_document("in", "input"))) == [
        ("WF_VALIDATION_NO_OUTPUT_NODE", ())
    ]


def test_a_cycle_is_told_with_its_path() -> None:
    ring = [node_document(i, "merge", inputs=["i"], outputs=["o"]) for i in "ab"]
    graph = around(*ring, wires=("a.o -> b.i", "b.o -> a.i"))
    (issue,) = validate_graph(graph)
    assert issue.code == "WF_RUNTIME_CYCLE_DETECTED"
    assert issue.node_ids == ("a", "b")
    assert "a → b → a" in issue.message
    assert issue.hint is not None


def test_an_unknown_type_is_told_when_the_registry_is_given() -> None:
    graph = around(node_document("a", "rocket", inputs=["i"]), wires=("in.v -> a.i",))
    assert found(graph) == []
    (issue,) = validate_graph(graph, registry=BUILT_IN)
    assert (issue.code, issue.severity) == ("WF_AGENT_UNKNOWN_NODE_TYPE", "error")
    assert '"rocket"' in issue.message
    known = BUILT_IN.extended(handlers={"rocket": lambda node, inputs, ctx: None})
    assert isinstance(known.nodes["rocket"], NodeType)
    assert validate_graph(graph, registry=known) == []


@pytest.mark.parametrize("blank", ["", " \n", None, 5])
def test_a_model_wants_a_prompt_and_is_asked_nothing_else_without(blank: Any) -> None:
    text = llm(prompt=blank, systemPrompt=blank, tools=["gone"])
    assert found(around(text, wires=WIRED)) == [("WF_VALIDATION_LLM_NO_PROMPT", ("m",))]
    image = node_document("m", "imageGeneration", {"prompt": blank}, inputs=["x"])
    assert found(around(image, wires=WIRED)) == [
        ("WF_VALIDATION_IMAGE_NO_PROMPT", ("m",))
    ]


def test_a_system_prompt_is_prompt_enough() -> None:
    assert found(around(llm(systemPrompt="Be kind."), wires=WIRED)) == []


def test_a_variable_is_wired_or_has_a_default() -> None:
    rows = [{"name": "y", "default": "d"}, {"name": "z", "default": ""}]
    graph = around(llm(prompt="{x} {y} {z}", variableDefaults=rows), wires=WIRED)
    (issue,) = validate_graph(graph)
    assert issue.code == "WF_VALIDATION_VAR_UNSET"
    assert '"z"' in issue.message


def test_a_variable_has_no_spaces() -> None:
    graph = around(llm(prompt="{ two words } {two words} {x}"), wires=WIRED)
    (issue,) = validate_graph(graph)
    assert issue.code == "WF_VALIDATION_VAR_INVALID_NAME"
    assert '"two words"' in issue.message


def test_a_selected_tool_exists() -> None:
    graph = around(llm(prompt="Hi", tools=["here", "gone", 5]), wires=WIRED)
    (issue,) = validate_graph(graph, tools={"here": None})
    assert issue.code == "WF_VALIDATION_TOOL_NOT_IN_CATALOG"
    assert '"gone"' in issue.message


def test_a_node_after_one_without_a_prompt_is_checked_all_the_same() -> None:
    other = node_document("t", "custom", {"tools": ["gone"]}, inputs=["i"])
    graph = around(llm(), other, wires=(*WIRED, "in.v -> t.i"))
    assert found(graph) == [
        ("WF_VALIDATION_LLM_NO_PROMPT", ("m",)),
        ("WF_VALIDATION_TOOL_NOT_IN_CATALOG", ("t",)),
    ]


def test_an_issue_leaves_out_what_is_unset() -> None:
    assert Issue(code="C", message="M").data() == {
        "code": "C",
        "message": "M",
        "severity": "warning",
    }
    whole = Issue(code="C", message="M", severity="error", node_ids=("a",), hint="H")  # type: ignore[arg-type]
    assert whole.data() == {
        "code": "C",
        "message": "M",
        "hint": "H",
        "severity": "error",
        "nodeIds": ["a"],
    }


def results(fields: list[dict[str, Any]], values: Any, status: str = "complete") -> Any:
    graph = make_graph(
        node_document("in", "input", outputs=["v"]),
        node_document("out", "output", {"fields": fields}, inputs=["wired"]),
        wires=["in.v -> out.wired"],
    )
    data = {"out": {"status": status, "outputData": values}}
    return [(i.code, i.message) for i in validate_results(graph, data)]  # type: ignore[arg-type]


def test_an_output_field_without_wire_and_value_is_missing() -> None:
    fields = [{"name": "wired"}, {"name": "gone"}]
    ((code, message),) = results(fields, {})
    assert code == "WF_VALIDATION_OUTPUT_FIELD_MISSING"
    assert '"gone"' in message


@pytest.mark.parametrize(
    ("data_type", "value", "actual"),
    [
        ("string", 5, "number"),
        ("number", "5", "string"),
        ("number", True, "boolean"),
        ("boolean", None, "null"),
        ("array", {}, "object"),
        ("json", "{}", "string"),
        ("image", [], "array"),
    ],
)
def test_an_output_of_another_type_is_told_with_both(
    data_type: str, value: Any, actual: str
) -> None:
    ((code, message),) = results([{"name": "v", "dataType": data_type}], {"v": value})
    assert code == "WF_VALIDATION_OUTPUT_TYPE_MISMATCH"
    assert message == f'The output "v" should be {data_type}, not {actual}.'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"dataType": "string"}, "x"),
        ({"dataType": "number"}, 0.5),
        ({"dataType": "json"}, []),
        ({"dataType": "any"}, None),
        ({"dataType": "custom"}, 5),
        ({}, 5),
        ({"dataType": "string", "multiple": True}, ["x"]),
        ({"dataType": "number"}, {"__truncated": True, "size": 1, "preview": ""}),
    ],
)
def test_an_output_of_its_type_is_fine(field: dict[str, Any], value: Any) -> None:
    assert results([{"name": "v", **field}], {"v": value}) == []


def test_only_what_completed_is_judged() -> None:
    fields = [{"name": "gone"}]
    assert results(fields, {}, status="error") == []
    assert results(fields, "cut") == []
    assert validate_results(make_graph(node_document("out", "output")), {}) == []
