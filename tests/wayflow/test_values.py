"""Values convert, spell, shrink and travel as JavaScript's do."""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayflow import values
from wayflow.values import ABSENT, Absent, NotSerializable, plain

# Evaluated by V8: a double and ``String`` of it.
SPELLINGS: list[tuple[float, str]] = [
    (0.0, "0"),
    (-0.0, "0"),
    (3.0, "3"),
    (-2.5, "-2.5"),
    (0.1, "0.1"),
    (1e15, "1000000000000000"),
    (1e16, "10000000000000000"),
    (1.5e16, "15000000000000000"),
    (1e20, "100000000000000000000"),
    (123456789012345680000.0, "123456789012345680000"),
    (999999999999999900000.0, "999999999999999900000"),
    (1e21, "1e+21"),
    (-1.5e300, "-1.5e+300"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (9007199254740992.0, "9007199254740992"),
    (9007199254740994.0, "9007199254740994"),
    (0.001, "0.001"),
    (0.00001, "0.00001"),
    (0.000001, "0.000001"),
    (0.0000015, "0.0000015"),
    (1e-7, "1e-7"),
    (1.5e-10, "1.5e-10"),
    (5e-324, "5e-324"),
]

# Evaluated by V8: a text and ``Number`` of it.
NUMBERS: list[tuple[str, float]] = [
    *((text, 0) for text in ("", " ", "\n\t\v\f\r\xa0\ufeff\u2028\u3000", "-0", "0x0")),
    *((text, 5) for text in ("5", " 5\n", "5.", "+5", "05", "5.0", "0.5e1", "\ufeff5")),
    *((text, 31) for text in ("0x1F", "0X1f", "0b11111", "0B11111", "0o37", "0O37")),
    *((text, 0.5) for text in (".5", "0.5", "5e-1", "50E-2", "+.5")),
    *((text, math.inf) for text in ("Infinity", "+Infinity", "1e309", "9" * 400)),
    *((text, -math.inf) for text in ("-Infinity", "-1e309")),
    *((text, 1000) for text in ("1e3", "1E+3", "1000")),
    ("12345678901234567890", 12345678901234567000),
    ("0x" + "f" * 300, math.inf),
    *((text, math.nan) for text in ("12px", "1_000", "1,000", "inf", "nan", "NaN")),
    *((text, math.nan) for text in ("INFINITY", "-0x1F", "0x", "0b2", "1e", "e5", ".")),
    *((text, math.nan) for text in ("1 2", "--1", "5n", "٣", "\x855", "\x1c5", "true")),
]


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Flavour(Enum):
    SWEET = "sweet"


@dataclass
class Point:
    x: float
    when: date


class Name(str):
    def __str__(self) -> str:
        return "not me"


Pair = namedtuple("Pair", "left right")


# --- no value --------------------------------------------------------------------


def test_absent_is_one_false_thing_that_survives_copies_and_pickles() -> None:
    assert not ABSENT
    assert repr(ABSENT) == "ABSENT"
    assert copy.copy(ABSENT) is copy.deepcopy([ABSENT])[0] is ABSENT
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert isinstance(ABSENT, Absent)


def test_absent_is_null_in_a_list_and_missing_in_an_object() -> None:
    value = {"a": ABSENT, "b": [ABSENT, 1]}
    assert plain(value) == {"b": [None, 1]}
    assert values.json_text(value) == '{"b":[null,1]}'
    assert plain(ABSENT) is ABSENT


def test_absent_alone_has_no_json() -> None:
    with pytest.raises(NotSerializable):
        values.json_bytes(ABSENT)


# --- into the engine -------------------------------------------------------------


@pytest.mark.parametrize(
    ("foreign", "expected"),
    [
        (3.0, 3),
        (-0.0, 0),
        (2.0**53 + 2, 2**53 + 2),
        (12345678901234567890, 12345678901234567000),
        (-12345678901234567890.0, -12345678901234567000),
        (10**21, 1e21),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        (math.inf, math.inf),
        (0.5, 0.5),
        (True, True),
        ((1, (2.0,)), [1, [2]]),
        (Pair(1, "b"), [1, "b"]),
        (OrderedDict(b=1, a=2.0), {"b": 1, "a": 2}),
        (Name("me"), "me"),
        ([Colour.RED, Level.HIGH, Flavour.SWEET], ["red", 3, "sweet"]),
        ({Colour.RED: 1, Name("n"): 2}, {"red": 1, "n": 2}),
        ({1: "a", 1.5: "b", None: "c"}, {"1": "a", "1.5": "b", "null": "c"}),
        ({True: "a", 1e21: "b"}, {"true": "a", "1e+21": "b"}),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02T03:04:05+00:00"),
        (date(2024, 1, 2), "2024-01-02"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Point(2.0, date(2024, 1, 2)), {"x": 2, "when": "2024-01-02"}),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ({"\udc00": ["\ud800"]}, {"\ufffd": ["\ufffd"]}),
    ],
    ids=repr,
)
def test_what_enters_becomes_plain(foreign: object, expected: object) -> None:
    made = plain(foreign)
    assert made == expected
    assert exact_types(made) == exact_types(expected)


def exact_types(value: object) -> Any:
    if isinstance(value, list):
        return [exact_types(item) for item in value]
    if isinstance(value, dict):
        return {type(name): exact_types(member) for name, member in value.items()}
    return type(value)


def test_nan_stays_a_number_until_the_wire() -> None:
    made = plain([math.nan])
    assert isinstance(made, list)
    assert made[0] != made[0]
    assert values.json_text(made) == "[null]"


def test_what_is_plain_already_is_not_copied() -> None:
    value: dict[str, object] = {"a": [1, "x", {"b": None}], "c": 0.5, "é": "é"}
    assert plain(value) is value
    changed = plain({"keep": value, "change": 1.0})
    assert isinstance(changed, dict)
    assert changed["keep"] is value


@pytest.mark.parametrize(
    ("foreign", "path", "named"),
    [
        (object(), "$", "object"),
        ({"items": [1, 2, 3, {"when": Decimal(1)}]}, "$.items[3].when", "Decimal"),
        ({"a b": {1, 2}}, "$['a b']", "set"),
        ([b"bytes"], "$[0]", "bytes"),
        ({(1, 2): 3}, "$[(1, 2)]", "tuple"),
        ([Point], "$[0]", "type"),
        ((Point(object(), date.min),), "$[0].x", "object"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_what_json_cannot_hold_is_named(foreign: object, path: str, named: str) -> None:
    with pytest.raises(NotSerializable) as caught:
        plain(foreign)
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: ")
    assert named in str(caught.value)


def test_a_circle_is_refused_and_a_shared_part_is_not() -> None:
    circle: list[object] = [1]
    circle.append({"again": circle})
    with pytest.raises(NotSerializable, match=r"\$\[1\]\.again: circular"):
        plain(circle)
    with pytest.raises(NotSerializable):
        values.json_bytes(circle)
    shared = [1.0]
    assert plain([shared, shared]) == [[1], [1]]


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_nesting_has_a_limit() -> None:
    assert plain(nested(200)) == nested(200)
    assert values.parse("[" * 200 + "]" * 200) == nested(200)
    with pytest.raises(NotSerializable, match="200 levels"):
        plain(nested(201))
    for depth in (201, 1_000, 100_000):
        with pytest.raises(ValueError, match="200 levels"):
            values.parse("[" * depth + "]" * depth)


# --- reading ---------------------------------------------------------------------


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
    made = values.parse(document)
    assert made == expected
    assert exact_types(made) == exact_types(expected)


@pytest.mark.parametrize(
    "document",
    ["", "nope", "{", "[1,]", "NaN", "[Infinity]", "-Infinity", "01", "'a'", '"\n"'],
)
def test_what_is_not_json_is_refused_with_its_position(document: str) -> None:
    with pytest.raises(ValueError, match=r"line \d+ column \d+"):
        values.parse(document)


def test_nan_beside_a_surrogate_is_still_refused() -> None:
    with pytest.raises(ValueError, match="line 1"):
        values.parse('["\\ud800", NaN]')


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(ValueError, match="position 1"):
        values.parse(b'"\xff"')


# --- conversions -----------------------------------------------------------------


@pytest.mark.parametrize(("number", "spelling"), SPELLINGS)
def test_a_number_is_spelled_as_in_javascript(number: float, spelling: str) -> None:
    assert values.text(number) == spelling
    assert (
        values.json_text([number, {"n": number}]) == f'[{spelling},{{"n":{spelling}}}]'
    )
    assert values.json_text(plain(number)) == spelling
    assert values.text(values.parse(spelling)) == spelling


@pytest.mark.parametrize(("text", "expected"), NUMBERS, ids=lambda v: repr(v)[:30])
def test_a_text_is_a_number_as_in_javascript(text: str, expected: float) -> None:
    found = values.number(text)
    assert found == expected or (math.isnan(found) and math.isnan(expected))
    assert type(found) is type(plain(expected))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, 0),
        (True, 1),
        (False, 0),
        (2.0, 2),
        (2**64, 18446744073709552000),
        ([], 0),
        ([5], 5),
        ([["7"]], 7),
        ([None], 0),
        ([ABSENT], 0),
    ],
)
def test_a_value_is_a_number_as_in_javascript(value: object, expected: int) -> None:
    found = values.number(value)
    assert found == expected
    assert type(found) is int


@pytest.mark.parametrize(
    "value", [ABSENT, {}, {"a": 1}, [1, 2], [True], [{}], math.nan]
)
def test_some_values_are_no_number(value: object) -> None:
    assert math.isnan(values.number(value))


@pytest.mark.parametrize(
    ("value", "as_text", "as_display"),
    [
        (None, "null", ""),
        (ABSENT, "undefined", ""),
        (True, "true", "true"),
        (2**70, "1.1805916207174113e+21", "1.1805916207174113e+21"),
        (math.nan, "NaN", "NaN"),
        (-math.inf, "-Infinity", "-Infinity"),
        ("a", "a", "a"),
        ([], "", "[]"),
        ([1, [2, [3]]], "1,2,3", "[1,[2,[3]]]"),
        ([None, ABSENT, "x", True], ",,x,true", '[null,null,"x",true]'),
        ([[], {}], ",[object Object]", "[[],{}]"),
        ({"b": 1, "a": [1, "é"]}, "[object Object]", '{"b":1,"a":[1,"é"]}'),
    ],
    ids=repr,
)
def test_a_value_has_a_text_and_a_display(
    value: object, as_text: str, as_display: str
) -> None:
    assert values.text(value) == as_text
    assert values.display(value) == as_display


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
    assert values.json_text(value) == f"{{{quoted}:[{quoted},[],{{}},{spelled}]}}"


def test_a_lone_surrogate_is_escaped() -> None:
    assert values.json_text({"\ud800": "a\udfffb"}) == '{"\\ud800":"a\\udfffb"}'


def test_texts_that_look_like_awkward_numbers_are_left_alone() -> None:
    text = "1.0 e-6 e+16 v3.0,"
    assert values.json_text({text: [text, 5]}) == f'{{"{text}":["{text}",5]}}'


def test_a_foreign_type_has_no_json() -> None:
    with pytest.raises(NotSerializable):
        values.json_bytes({"a": object()})


NUMBER = st.integers() | st.floats()
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | st.text(st.characters(exclude_categories=[])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.tuples(inner)
    ),
    max_leaves=20,
)


def without_infinities(value: object) -> object:
    if isinstance(value, list):
        return [without_infinities(item) for item in value]
    if isinstance(value, dict):
        return {name: without_infinities(member) for name, member in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


@given(JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    made = plain(value)
    assert values.parse(values.json_bytes(made)) == without_infinities(made)
    assert values.parse(values.json_text(value)) == without_infinities(made)


@given(JSON)
def test_plain_once_is_plain_for_good(value: object) -> None:
    made = plain(value)
    assert plain(made) is made


@given(JSON)
def test_the_wire_is_standard_json(value: object) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads(values.json_bytes(value), parse_constant=refuse)


# --- lengths and truncation ------------------------------------------------------


@given(st.text(), st.integers(min_value=0, max_value=30))
def test_lengths_and_prefixes_count_utf16_units(text: str, units: int) -> None:
    length = len(text.encode("utf-16-le")) // 2
    assert values.utf16_length(text) == length
    prefix = values.utf16_prefix(text, units)
    assert text.startswith(prefix)
    assert min(units, length) - values.utf16_length(prefix) in (0, 1)


def test_a_prefix_never_holds_half_a_pair() -> None:
    assert values.utf16_prefix("a😀b", 2) == "a"
    assert values.utf16_prefix("a😀b", 3) == "a😀"
    assert values.utf16_prefix("a\ud800b", 2) == "a\ud800"


LIMIT = 32 * 1024


@pytest.mark.parametrize(
    "value",
    [
        ABSENT,
        None,
        5,
        "x" * LIMIT,
        "é" * 20_000,
        "data:image/png;base64," + "A" * 50_000,
        ["é" * (LIMIT - 4)],
        {"a": "x" * (LIMIT - 8)},
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_fits_is_shown_whole(value: Any) -> None:
    assert values.truncated(value) is value


@pytest.mark.parametrize(
    ("value", "size", "preview"),
    [
        ("x" * (LIMIT + 1), LIMIT + 1, "x" * 200),
        ("😀" * 17_000, 34_000, "😀" * 100),
        ("a" + "😀" * 17_000, 34_001, "a" + "😀" * 99),
        ("data:text/plain," + "A" * 50_000, 50_016, "data:text/plain," + "A" * 184),
        (["y" * 20_000, "z" * 20_000, 1], 40_009, '["' + "y" * 198),
        ({"text": "k" * 33_000}, 33_011, '{"text":"' + "k" * 191),
        (["data:image/" + "A" * 40_000], 40_015, '["data:image/' + "A" * 187),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_too_long_is_replaced_by_a_marker(
    value: Any, size: int, preview: str
) -> None:
    marker = {"__truncated": True, "size": size, "preview": preview}
    assert values.truncated(value) == marker
    if not isinstance(value, dict):
        assert values.truncated_fields(value) == marker


def test_an_object_is_truncated_member_by_member() -> None:
    long, image = "q" * 40_000, "data:image/png;" + "A" * 40_000
    shown = values.truncated_fields({"small": 1, "long": long, "image": image})
    marker = {"__truncated": True, "size": 40_000, "preview": "q" * 200}
    assert shown == {"small": 1, "long": marker, "image": image}
