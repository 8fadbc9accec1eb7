"""Values convert, spell, shrink and travel as JavaScript's do."""

from __future__ import annotations

import copy
import math
import pickle
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from uuid import UUID

import pytest
from hypothesis import given

from tests.wayflow.json_values import JSON, exact_types, nested
from wayflow.values import ABSENT, Absent, NotSerializable, number, plain, text


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


def test_absent_is_one_false_thing_that_survives_copies_and_pickles() -> None:
    assert not ABSENT
    assert repr(ABSENT) == "ABSENT"
    assert copy.copy(ABSENT) is copy.deepcopy([ABSENT])[0] is ABSENT
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert isinstance(ABSENT, Absent)


def test_absent_is_null_in_a_list_and_missing_in_an_object() -> None:
    value = {"a": ABSENT, "b": [ABSENT, 1]}
    assert plain(value) == {"b": [None, 1]}
    assert plain(ABSENT) is ABSENT


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


def test_nan_stays_a_number() -> None:
    made = plain([math.nan])
    assert isinstance(made, list)
    assert made[0] != made[0]


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
    shared = [1.0]
    assert plain([shared, shared]) == [[1], [1]]


def test_nesting_has_a_limit() -> None:
    assert plain(nested(200)) == nested(200)
    with pytest.raises(NotSerializable, match="200 levels"):
        plain(nested(201))


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
    found = number(value)
    assert found == expected
    assert type(found) is int


@pytest.mark.parametrize(
    "value", [ABSENT, {}, {"a": 1}, [1, 2], [True], [{}], math.nan]
)
def test_some_values_are_no_number(value: object) -> None:
    assert math.isnan(number(value))


@given(JSON)
def test_plain_once_is_plain_for_good(value: object) -> None:
    made = plain(value)
    assert plain(made) is made


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (ABSENT, "undefined"),
        (True, "true"),
        (2**70, "1.1805916207174113e+21"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        ("a", "a"),
        ([], ""),
        ([1, [2, [3]]], "1,2,3"),
        ([None, ABSENT, "x", True], ",,x,true"),
        ([[], {}], ",[object Object]"),
        ({"b": 1, "a": [1, "é"]}, "[object Object]"),
    ],
    ids=repr,
)
def test_a_value_has_a_text(value: object, expected: str) -> None:
    assert text(value) == expected
