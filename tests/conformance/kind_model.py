"""The kinds of case about prompts, schemas, picture sizes and ports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wayflow.errors import WayflowError
from wayflow.graph import Port
from wayflow.models.prompts import build_messages, fill
from wayflow.models.schema import instructions, is_structured, output_schema
from wayflow.nodes import BUILTIN
from wayflow.nodes.image_generation import image_size
from wayflow.ports import variables

from .case import Case, Mode
from .compare import ERROR, demand, difference, length_difference, record_difference
from .wire import wire


async def check_schema(case: Case, mode: Mode) -> None:
    """Output fields as a JSON schema. Raises Mismatch."""
    fields = case.body["fields"]
    schema = output_schema(fields)
    actual = {"structured": is_structured(fields), "schema": wire(schema)}
    if case.body.get("instructions"):
        actual["instructions"] = instructions(schema)
    demand(difference(case.expect, actual))


async def check_template(case: Case, mode: Mode) -> None:
    """Templates filled in. Raises Mismatch."""
    rows = [_filled(row["template"], row["vars"]) for row in case.body["rows"]]
    expected = dict(case.expect)
    for index, (one, other) in enumerate(zip(expected["rows"], rows, strict=False)):
        demand(record_difference(one, other, f"rows[{index}]", ERROR))
    demand(length_difference(expected.pop("rows"), rows, "rows"))
    demand(difference(expected, {}, "expect"))


async def check_messages(case: Case, mode: Mode) -> None:
    """The messages of an llm node. Raises Mismatch."""
    try:
        system, user = build_messages(case.body["data"], case.body["inputs"])
    except WayflowError as error:
        actual: dict[str, Any] = {"error": wire(error.data())}
    else:
        actual = wire({"system": system or "", "user": user})
    expected = dict(case.expect)
    if "user" in expected:
        expected["system"] = expected.get("system") or ""
    demand(record_difference(expected, actual, "", ERROR))


async def check_template_vars(case: Case, mode: Mode) -> None:
    """The variables of texts. Raises Mismatch."""
    rows = [variables(text) for text in case.body["rows"]]
    demand(difference(case.expect, {"rows": rows}))


async def check_image_size(case: Case, mode: Mode) -> None:
    """Settings of picture sizes in pixels. Raises Mismatch."""
    sizes = [image_size(row.get("size")) for row in case.body["rows"]]
    rows = [{"width": width, "height": height} for width, height in sizes]
    demand(difference(case.expect, {"rows": rows}))


async def check_ports(case: Case, mode: Mode) -> None:
    """The ports that settings give a built-in node. Raises Mismatch."""
    types = {node_type.type: node_type for node_type in BUILTIN}
    rows = [
        {
            "inputs": _described(types[row["type"]].inputs.ports("input", row["data"])),
            "outputs": _described(
                types[row["type"]].outputs.ports("output", row["data"])
            ),
        }
        for row in case.body["rows"]
    ]
    demand(difference(case.expect, {"rows": rows}))


def _filled(template: str, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"text": fill(template, values)}
    except WayflowError as error:
        return {"error": wire(error.data())}


def _described(ports: Iterable[Port]) -> list[dict[str, str]]:
    return [{"id": p.id, "dataType": p.data_type, "label": p.label} for p in ports]
