"""What a graph's Input fields ask of a caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from access.errors import ApiError
from access.secrets import clean
from wayflow.graph import Graph
from wayflow.nodes.input import INPUT, is_empty
from wayflow.ports import rows

from .given import within_limits


class InputsNotAnObject(ApiError):
    def __init__(self) -> None:
        super().__init__(
            400, "WF_INPUTS_NOT_AN_OBJECT", "inputs must be an object.", attr="inputs"
        )


class InputWrongType(ApiError):
    def __init__(self, field: InputField, value: Any) -> None:
        super().__init__(
            400,
            "WF_INPUT_WRONG_TYPE",
            f'The input "{field.name}" must be {field.expected}, not {_kind(value)}.',
            hint="Look up the type of the field in the workflow's Input node.",
            attr=f"inputs.{field.name}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField:
    """One field of an Input node; ``default`` None means there is none."""

    name: str
    data_type: str
    multiple: bool
    required: bool
    default: Any

    @property
    def expected(self) -> str:
        """What fits, in words."""
        word = _WORDS.get(self.data_type, "any value")
        return f"a list, each element {word}" if self.multiple else word

    def fits(self, value: Any) -> bool:
        """Whether ``value`` is of the field's type; empty ones are left to the run."""
        if is_empty(value):
            return True
        check = _CHECKS.get(self.data_type)
        if self.multiple:
            return isinstance(value, list) and (check is None or all(map(check, value)))
        return check is None or check(value)


def input_fields(graph: Graph) -> list[InputField]:
    """The fields of the graph's Input nodes, each name once."""
    fields = {
        row["name"]: InputField(
            name=row["name"],
            data_type=row.get("dataType") or "any",
            multiple=bool(row.get("multiple")),
            required=row.get("required") is not False,
            default=row.get("default"),
        )
        for node in graph.nodes.values()
        if node.type == INPUT.type
        for row in rows(node.data.get("fields"))
    }
    return list(fields.values())


def checked_inputs(graph: Graph, given: Any) -> dict[str, Any]:
    """``given``, without secrets, as the inputs of a run of ``graph``; None is none.

    Raises InputsNotAnObject, InputWrongType and what ``within_limits`` raises.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputsNotAnObject
    inputs: dict[str, Any] = within_limits(dict(given), what="inputs", attr="inputs")
    for field in input_fields(graph):
        value = inputs.get(field.name)
        if not field.fits(value):
            raise InputWrongType(field, value)
    without_secrets: dict[str, Any] = clean(inputs)
    return without_secrets


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "image": lambda value: isinstance(value, str),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
}
_WORDS = {
    "string": "a text",
    "image": "an image's URL",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds: dict[type, str] = {str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")
