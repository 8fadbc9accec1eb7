"""Functions and workflows are tools, with parameters that a model can read."""

from __future__ import annotations

from typing import Any

import pytest

from wayflow import (
    Graph,
    Runtime,
    WayflowError,
    define_tool,
    graph_of,
    graph_to_tool,
    graphs_to_tools,
)
from wayflow.errors import ToolNoName
from wayflow.testing import ScriptedContext, graph_document, node_document
from wayflow.tools import tool_name

ROWS: list[dict[str, Any]] = [
    {"name": "city", "dataType": "string"},
    {"name": "days", "dataType": "number", "required": False},
    {"name": "metric", "dataType": "boolean", "default": True},
    {"name": "tags", "dataType": "string", "multiple": True, "default": []},
    {"name": "more", "dataType": "json", "default": ""},
    {"name": "odd", "dataType": {"not": "a text"}},
    {"no": "name"},
]


def workflow(fields: Any = (), **metadata: Any) -> Graph:
    document = graph_document(
        node_document("in", "input", {"fields": fields}, outputs=["city"]),
        node_document("out", "output", inputs=["place"]),
        wires=["in.city -> out.place"],
    )
    return graph_of({**document, "metadata": metadata})


def test_an_argument_is_a_type_or_a_schema_and_always_required() -> None:
    tool = define_tool(
        description="Adds.",
        args={"a": "number", "b": {"type": "number", "description": "The other"}},
        run=lambda args, scope: None,
    )
    assert tool.description == "Adds."
    assert tool.permission is None
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "a": {"type": "number"},
            "b": {"type": "number", "description": "The other"},
        },
        "required": ["a", "b"],
    }


def test_a_tool_without_arguments_says_so() -> None:
    tool = define_tool(run=lambda args, scope: None)
    assert tool.parameters == {"type": "object", "properties": {}, "required": []}


def test_the_fields_of_a_workflow_are_the_parameters_of_its_tool() -> None:
    assert graph_to_tool(workflow(ROWS)).parameters == {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "number"},
            "metric": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "more": {},
            "odd": {},
        },
        "required": ["city", "tags", "more", "odd"],
    }


@pytest.mark.parametrize("fields", [None, "x", {}, [1, None]])
def test_fields_that_are_none_make_no_parameters(fields: Any) -> None:
    assert graph_to_tool(workflow(fields)).parameters["properties"] == {}


def test_a_workflow_describes_its_tool_unless_told_otherwise() -> None:
    graph = workflow(description="Weather")
    assert graph_to_tool(graph).description == "Weather"
    assert graph_to_tool(graph, description="").description == ""
    assert graph_to_tool(workflow()).description == ""


async def test_a_workflow_called_as_a_tool_gives_its_result() -> None:
    tool = graph_to_tool(workflow([{"name": "city"}]))
    assert await tool.run({"city": "Oslo"}, ScriptedContext()) == {"place": "Oslo"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Weather", "weather"),
        ("  Get  the Weather! ", "get_the_weather"),
        ("a--b__c", "a_b_c"),
        ("Größe 2", "gr_e_2"),
        ("日本", None),
        ("", None),
        ("_", None),
    ],
)
def test_a_tool_is_called_after_its_workflow(name: str, expected: str | None) -> None:
    assert tool_name(name) == expected


def test_workflows_become_tools_under_their_names() -> None:
    tools = graphs_to_tools([workflow(name="One Two"), workflow(name="Three")])
    assert [*tools] == ["one_two", "three"]


@pytest.mark.parametrize("metadata", [{}, {"name": None}, {"name": "!"}])
def test_a_workflow_without_a_name_is_no_tool(metadata: dict[str, Any]) -> None:
    with pytest.raises(ToolNoName) as caught:
        graphs_to_tools([workflow(**metadata)])
    assert caught.value.code == "WF_RUNTIME_TOOL_NO_NAME"


async def test_an_unregistered_tool_ends_the_run_before_it_starts() -> None:
    graph = graph_of(graph_document(node_document("a", "x", {"tools": ["gone"]})))
    with pytest.raises(WayflowError, match='"gone"') as caught:
        await Runtime().run(graph)
    assert caught.value.code == "WF_RUNTIME_TOOL_NOT_REGISTERED"
