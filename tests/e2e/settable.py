"""Node types with every kind of setting, and tools, for the editor to offer."""

from __future__ import annotations

from typing import Any

from wayflow.config import (
    Boolean,
    Fields,
    ImageSize,
    JsonValue,
    ListOperation,
    LongText,
    Model,
    Number,
    Select,
    Slider,
    Template,
    Text,
    Tools,
)
from wayflow.contracts import Context, Scope
from wayflow.graph import Node
from wayflow.ports import FromFields, FromVariables
from wayflow.registry import node_type, tool

SETTINGS = {
    "text": Text(label="Text", help="One line."),
    "longText": LongText(label="Long text"),
    "template": Template(label="Template"),
    "variableDefaults": Fields(label="Variables"),
    "boolean": Boolean(label="Boolean", default=True),
    "json": JsonValue(label="Json", default={"a": 1}),
    "number": Number(label="Number", minimum=1, maximum=9),
    "slider": Slider(label="Slider", minimum=0, maximum=2, increment=0.5),
    "select": Select(label="Select", options={"one": "First", "two": "Second"}),
    "model": Model(label="Model"),
    "painter": Model(label="Painter", family="imageGeneration"),
    "tools": Tools(label="Tools"),
    "imageSize": ImageSize(label="Image size"),
    "listOperation": ListOperation(label="List operation"),
    "fields": Fields(label="Fields"),
}


@node_type(
    "settable",
    label="Settable",
    description="Has a setting of every kind, and gives back what they are.",
    inputs=FromVariables(keys=["template"]),
    outputs=FromFields("fields"),
    config=SETTINGS,
    mappable=True,
)
async def settable(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    return dict(node.data)


@node_type(
    "inquires",
    inputs={"v": "any"},
    outputs={"v": "any"},
    config={"tools": Tools(label="Tools")},
)
async def inquires(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Asks its tools about Bergen."""
    return [await tool({"city": "Bergen"}) for tool in ctx.tools.values()]


@tool("weather", description="Tells the weather of a city.", args={"city": "string"})
async def weather(args: Any, scope: Scope) -> Any:
    return f"Sunny in {args['city']}."


@tool("add", description="Adds two numbers.", args={"a": "number", "b": "number"})
async def add(args: Any, scope: Scope) -> Any:
    return args["a"] + args["b"]
