"""Structured output: the schema asked for and the answers accepted."""

from typing import Any

import pytest

from wayflow.models.errors import (
    OutputInvalidJson,
    OutputMissingField,
    OutputNotObject,
    OutputWrongType,
)
from wayflow.models.schema import (
    instructions,
    is_structured,
    output_schema,
    read_answer,
    read_value,
)
from wayflow.values import ABSENT

TEXT = {"name": "a", "dataType": "string"}
NUMBER = {"name": "n", "dataType": "number"}


@pytest.mark.parametrize(
    ("fields", "structured"),
    [
        (None, False),
        ([], False),
        ([TEXT], False),
        ([NUMBER], True),
        ([TEXT | {"multiple": True}], True),
        ([{"name": "a"}], True),
        ([TEXT, NUMBER], True),
    ],
)
def test_anything_but_one_plain_text_is_structured(
    fields: Any, structured: bool
) -> None:
    assert is_structured(fields) is structured


def test_the_schema_requires_every_field_and_allows_no_other() -> None:
    fields = [
        TEXT,
        NUMBER | {"multiple": True},
        {"name": "b", "dataType": "boolean"},
        {"name": "j", "dataType": "json"},
        {"name": "x", "dataType": "colour"},
    ]
    assert output_schema(fields) == {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "n": {"type": "array", "items": {"type": "number"}},
            "b": {"type": "boolean"},
            "j": {"type": "object"},
            "x": {"type": "string"},
        },
        "required": ["a", "n", "b", "j", "x"],
        "additionalProperties": False,
    }


def test_the_instructions_quote_the_schema() -> None:
    assert '"required":["a"]' in instructions(output_schema([TEXT]))


def test_several_fields_give_the_object_and_a_single_one_its_bare_value() -> None:
    assert read_answer(' {"a":"x","n":null}', [TEXT, NUMBER]) == {"a": "x", "n": None}
    assert read_answer('{"n": 7.0}', [NUMBER]) == 7


def test_types_of_values_are_not_checked() -> None:
    assert read_answer('{"n":"seven"}', [NUMBER]) == "seven"


@pytest.mark.parametrize("answer", ["", "Sure!", '{"n":', '```json\n{"n":1}\n```'])
def test_an_answer_that_is_not_json_is_refused(answer: str) -> None:
    with pytest.raises(OutputInvalidJson):
        read_answer(answer, [NUMBER])


@pytest.mark.parametrize("answer", ["[1]", "null", "7", '"x"'])
def test_json_that_is_no_object_is_refused(answer: str) -> None:
    with pytest.raises(OutputNotObject):
        read_answer(answer, [NUMBER])


def test_the_first_missing_field_is_named_with_all_that_were_expected() -> None:
    with pytest.raises(OutputMissingField, match=r'"n"; expected: a, n\.'):
        read_answer('{"a":1}', [TEXT, NUMBER])


def test_an_object_from_a_handler_is_not_checked() -> None:
    assert read_value({"a": 1, "z": 2}, [TEXT, NUMBER]) == {"a": 1, "z": 2}
    assert read_value({"n": 1}, [NUMBER]) == 1
    assert read_value({"z": 1}, [NUMBER]) is ABSENT


def test_a_text_from_a_handler_is_read_like_a_models_answer() -> None:
    assert read_value('{"n":1}', [NUMBER]) == 1
    with pytest.raises(OutputMissingField):
        read_value("{}", [NUMBER])


@pytest.mark.parametrize(
    ("value", "kind"),
    [(42, "number"), (True, "boolean"), (None, "null"), ([], "list"), (ABSENT, "no v")],
)
def test_any_other_type_from_a_handler_is_refused(value: Any, kind: str) -> None:
    with pytest.raises(OutputWrongType, match=kind):
        read_value(value, [NUMBER])
