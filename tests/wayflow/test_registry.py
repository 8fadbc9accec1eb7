"""Decorators fill a collection, which becomes the registry that is passed in."""

from __future__ import annotations

import functools
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from wayflow import Models, NodeType, Registry, Runtime, define_tool
from wayflow.config import Text
from wayflow.nodes import BUILTIN
from wayflow.ports import FromFields
from wayflow.registry import Collection, Style, style_of
from wayflow.testing import make_graph, node_document


def plain(*args: Any) -> Any: ...


async def awaited(node: Any, inputs: Any, ctx: Any) -> Any: ...


async def streamed(node: Any, inputs: Any, ctx: Any) -> AsyncIterator[str]:
    yield ""


class Called:
    def __call__(self, node: Any, inputs: Any, ctx: Any) -> Any: ...


class Awaited:
    async def __call__(self, node: Any, inputs: Any, ctx: Any) -> Any: ...


@pytest.mark.parametrize(
    ("handler", "style"),
    [
        (plain, Style.THREAD),
        (awaited, Style.ASYNC),
        (streamed, Style.STREAM),
        (Called(), Style.THREAD),
        (Awaited(), Style.ASYNC),
        (Awaited().__call__, Style.ASYNC),
        (functools.partial(plain), Style.THREAD),
        (functools.partial(awaited), Style.ASYNC),
        (functools.partial(streamed), Style.STREAM),
        (len, Style.THREAD),
    ],
)
def test_a_handler_is_called_as_what_it_is(handler: Any, style: Style) -> None:
    assert style_of(handler) is style
    assert NodeType(type="t", handler=handler).style is style


def test_only_a_plain_function_runs_inline() -> None:
    assert style_of(plain, inline=True) is Style.INLINE
    for handler in (awaited, streamed, Awaited()):
        with pytest.raises(TypeError, match="inline"):
            NodeType(type="t", handler=handler, inline=True)


@pytest.fixture
def collection() -> Collection:
    return Collection()


def registry_of(collection: Collection) -> Registry:
    return collection.registry(nodes=BUILTIN, models=Models())


def test_a_decorated_handler_is_a_node_type_and_stays_a_function(
    collection: Collection,
) -> None:
    decorate = collection.node_type(
        "sendEmail",
        label="Send Email",
        category="Messaging",
        inputs={"to": "string"},
        outputs=FromFields(),
        config={"subject": Text(label="Subject")},
        permission="mailer.send",
    )
    assert decorate(awaited) is awaited
    registry = registry_of(collection)
    assert [*registry.nodes] == [*(n.type for n in BUILTIN), "sendEmail"]
    described = registry.nodes["sendEmail"].describe()
    assert described["label"] == "Send Email"
    assert described["permission"] == "mailer.send"
    assert described["inputs"] == {"rule": "fixed", "ports": {"to": "string"}}
    assert described["outputs"] == {"rule": "fields", "key": "fields"}
    assert described["config"] == {"subject": {"kind": "text", "label": "Subject"}}


def test_a_node_type_without_a_label_is_called_by_its_type() -> None:
    assert NodeType(type="t", handler=plain).describe()["label"] == "t"


def test_every_built_in_type_can_be_described_as_json() -> None:
    for node_type in BUILTIN:
        assert json.loads(json.dumps(node_type.describe()))["type"] == node_type.type


def test_a_decorated_function_is_a_tool(collection: Collection) -> None:
    @collection.tool("add", description="Adds.", args={"a": "number"}, permission="x.y")
    def add(args: Any, scope: Any) -> Any:
        return args["a"]

    registry = registry_of(collection)
    assert registry.tools["add"].permission == "x.y"
    assert registry.tools["add"].run is add
    assert registry.describe_tools() == {
        "add": {
            "description": "Adds.",
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "number"}},
                "required": ["a"],
            },
        }
    }


def test_a_name_is_registered_once(collection: Collection) -> None:
    collection.node_type("a")(plain)
    collection.tool("a")(plain)
    with pytest.raises(ValueError, match='node type "a" is registered twice'):
        collection.node_type("a")(plain)
    with pytest.raises(ValueError, match='tool "a" is registered twice'):
        collection.tool("a")(plain)


def test_an_option_that_there_is_not_is_refused(collection: Collection) -> None:
    with pytest.raises(TypeError):
        collection.node_type("a", colour="red")(plain)
    with pytest.raises(TypeError):
        collection.tool("a", colour="red")(plain)


def test_a_registry_once_made_does_not_change(collection: Collection) -> None:
    registry = registry_of(collection)
    collection.node_type("late")(plain)
    collection.tool("late")(plain)
    assert "late" not in registry.nodes
    assert registry.tools == {}


def test_an_extended_registry_replaces_and_keeps() -> None:
    first = Registry(
        nodes={"a": NodeType(type="a", handler=plain, label="First")},
        tools={"t": define_tool(run=plain)},
        models=Models(retries=7),
    )
    second = first.extended(handlers={"a": awaited, "b": plain})
    assert second.nodes["a"].handler is awaited
    assert [*second.nodes] == ["a", "b"]
    assert second.tools == first.tools
    assert second.models is first.models
    assert first.nodes["a"].handler is plain


async def test_a_runtime_takes_the_registry_as_it_is(collection: Collection) -> None:
    @collection.node_type("answer", outputs={"v": "number"})
    def answer(node: Any, inputs: Any, ctx: Any) -> int:
        return 42

    graph = make_graph(
        node_document("a", "answer", outputs=["v"]),
        node_document("out", "output", inputs=["v"]),
        wires=["a.v -> out.v"],
    )
    outcome = await Runtime(registry_of(collection)).run(graph)
    assert getattr(outcome, "result", None) == {"v": 42}
