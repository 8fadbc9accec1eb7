"""Numbers as ECMAScript has them: all doubles, each with one spelling."""

from __future__ import annotations

import math
import re
from typing import Final

_SPACE: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_DECIMAL = re.compile(
    r"[+-]?(?:Infinity|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
)
_RADIX = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def number_of(spelling: str) -> int | float:
    """``Number(spelling)``: NaN where there is none, whole results are ints."""
    digits = spelling.strip(_SPACE)
    if not digits:
        return 0
    if _DECIMAL.fullmatch(digits):
        return from_double(float(digits))
    return from_integer(int(digits, 0)) if _RADIX.fullmatch(digits) else math.nan


EXACT: Final = 2**53
"""Whole numbers up to this one are doubles, every one."""

_EXPONENT_FROM: Final = 1e21


def from_double(value: float) -> int | float:
    """The double, as an int where JavaScript writes neither point nor exponent."""
    if not value.is_integer() or abs(value) >= _EXPONENT_FROM:
        return value
    whole = int(value)
    return whole if abs(whole) <= EXACT else int(_decimal(value))


def from_integer(value: int) -> int | float:
    """The number nearest to an integer, infinite beyond the largest double."""
    if -EXACT <= value <= EXACT:
        return value
    try:
        made = from_double(float(value))
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return value if isinstance(made, int) and made == value else made


def spelled(value: int | float) -> str:
    """``String(value)``."""
    value = from_integer(value) if isinstance(value, int) else from_double(value)
    if isinstance(value, int):
        return str(value)
    if math.isfinite(value):
        return _decimal(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _decimal(value: float) -> str:
    """A finite double in ECMAScript's spelling."""
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(digits) - len(fraction) + int(exponent or 0)
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = "." + digits[1:] if digits[1:] else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"
