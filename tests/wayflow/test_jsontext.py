"""JSON text is read and written as JavaScript does."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given

from tests.wayflow.json_values import JSON, exact_types, nested
from wayflow.jsontext import display, json_bytes, json_text, parse
from wayflow.values import ABSENT, NotSerializable, plain


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("3.0", 3),
        ("1e2", 100),
        ("-0", 0),
        ("-0.0", 0),
        ("12345678901234567890", 12345678901234567000),
        ("123456789012345678901234567890", 123456789012345680000000000000.0),
        ("9" * 5_000, math.inf),
        ("1e400", math.inf),
        ('"\\ud800x"', "\ufffdx"),
        ('"\\ud83d\\ude00"', "😀"),
        ('{"\\udc00":[3.0]}', {"\ufffd": [3]}),
        ('{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}),
        (' [ true , null , "\\u00e9" ] ', [True, None, "é"]),
        ('{"é":1}'.encode(), {"é": 1}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_text_is_read_as_javascript_reads_it(
    document: str | bytes, expected: object
) -> None:
    made = parse(document)
    assert made == expected
    assert exact_types(made) == exact_types(expected)


@pytest.mark.parametrize(
    "document",
    ["", "nope", "{", "[1,]", "NaN", "[Infinity]", "-Infinity", "01", "'a'", '"\n"'],
)
def test_what_is_not_json_is_refused_with_its_position(document: str) -> None:
    with pytest.raises(ValueError, match=r"line \d+ column \d+"):
        parse(document)


def test_nan_beside_a_surrogate_is_still_refused() -> None:
    with pytest.raises(ValueError, match="line 1"):
        parse('["\\ud800", NaN]')


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(ValueError, match="position 1"):
        parse(b'"\xff"')


# --- writing ---------------------------------------------------------------------

# Evaluated by V8's ``JSON.stringify``, where a number made the exact writer step in.
TEXTS = [
    ('a"b\\c/\b\f\n\r\t\x00\x1f\x7f', '"a\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'),
    ("é 日本 😀 \u2028\u2029 </script>", '"é 日本 😀 \u2028\u2029 </script>"'),
]


@pytest.mark.parametrize("exactly", [False, True])
@pytest.mark.parametrize(("text", "quoted"), TEXTS)
def test_texts_are_quoted_alike_by_both_writers(
    text: str, quoted: str, exactly: bool
) -> None:
    value: object = {text: [text, [], {}, 1e-6 if exactly else 1]}
    spelled = "0.000001" if exactly else "1"
    assert json_text(value) == f"{{{quoted}:[{quoted},[],{{}},{spelled}]}}"


def test_a_lone_surrogate_is_escaped() -> None:
    assert json_text({"\ud800": "a\udfffb"}) == '{"\\ud800":"a\\udfffb"}'


def test_texts_that_look_like_awkward_numbers_are_left_alone() -> None:
    text = "1.0 e-6 e+16 v3.0,"
    assert json_text({text: [text, 5]}) == f'{{"{text}":["{text}",5]}}'


def test_a_foreign_type_has_no_json() -> None:
    with pytest.raises(NotSerializable):
        json_bytes({"a": object()})


def without_infinities(value: object) -> object:
    if isinstance(value, list):
        return [without_infinities(item) for item in value]
    if isinstance(value, dict):
        return {name: without_infinities(member) for name, member in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


@given(JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    made = plain(value)
    assert parse(json_bytes(made)) == without_infinities(made)
    assert parse(json_text(value)) == without_infinities(made)


@given(JSON)
def test_the_wire_is_standard_json(value: object) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads(json_bytes(value), parse_constant=refuse)


def test_an_absent_value_is_null_in_a_list_and_missing_in_an_object() -> None:
    assert json_text({"a": ABSENT, "b": [ABSENT, 1]}) == '{"b":[null,1]}'


def test_absent_alone_has_no_json() -> None:
    with pytest.raises(NotSerializable):
        json_bytes(ABSENT)


def test_nan_is_null() -> None:
    assert json_text([math.nan]) == "[null]"


def test_a_circle_has_no_json() -> None:
    circle: list[object] = [1]
    circle.append({"again": circle})
    with pytest.raises(NotSerializable):
        json_bytes(circle)


def test_nesting_of_a_text_has_a_limit() -> None:
    assert parse("[" * 200 + "]" * 200) == nested(200)
    for depth in (201, 1_000, 100_000):
        with pytest.raises(ValueError, match="200 levels"):
            parse("[" * depth + "]" * depth)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (ABSENT, ""),
        (True, "true"),
        (2**70, "1.1805916207174113e+21"),
        ("a", "a"),
        ([], "[]"),
        ([1, [2, [3]]], "[1,[2,[3]]]"),
        ([None, ABSENT, "x", True], '[null,null,"x",true]'),
        ([[], {}], "[[],{}]"),
        ({"b": 1, "a": [1, "é"]}, '{"b":1,"a":[1,"é"]}'),
    ],
    ids=repr,
)
def test_a_value_has_a_display(value: object, expected: str) -> None:
    assert display(value) == expected
