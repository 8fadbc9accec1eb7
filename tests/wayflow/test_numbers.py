"""Numbers are read and spelled as in JavaScript."""

from __future__ import annotations

import math

import pytest

from wayflow.jsontext import json_text, parse
from wayflow.numbers import number_of, spelled
from wayflow.values import plain, text

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


@pytest.mark.parametrize(("number", "spelling"), SPELLINGS)
def test_a_number_is_spelled_as_in_javascript(number: float, spelling: str) -> None:
    assert spelled(number) == spelling
    assert json_text([number, {"n": number}]) == f'[{spelling},{{"n":{spelling}}}]'
    assert json_text(plain(number)) == spelling
    assert text(parse(spelling)) == spelling


@pytest.mark.parametrize(("text", "expected"), NUMBERS, ids=lambda v: repr(v)[:30])
def test_a_text_is_a_number_as_in_javascript(text: str, expected: float) -> None:
    found = number_of(text)
    assert found == expected or (math.isnan(found) and math.isnan(expected))
    assert type(found) is type(plain(expected))
