"""JSON values with ECMAScript meaning: what a graph computes with and sends."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from json.encoder import encode_basestring
from typing import Any, Final, Literal, TypeAlias, cast, overload
from uuid import UUID

import orjson


class Absent(Enum):
    """The type of ``ABSENT``: a port that was emitted without a value."""

    NO_VALUE = ...  # of a type that JSON encoders refuse

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.NO_VALUE

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Value: TypeAlias = "Json | Absent"

MAX_DEPTH: Final = 200
"""Lists and objects that may lie within each other."""

TRUNCATE_ABOVE: Final = 32 * 1024
"""UTF-16 units of JSON that one value may have in an event."""

PREVIEW: Final = 200
"""UTF-16 units of a truncated value that its marker shows."""


class NotSerializable(TypeError):
    """JSON cannot hold a value; says its path (``$.items[3].when``) and its type."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = "$"

    def within(self, step: str) -> NotSerializable:
        """Itself, its path beginning one level further out."""
        self.path = "$" + step + self.path[1:]
        return self

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


# --- what enters the engine ------------------------------------------------------


@overload
def plain(value: dict[Any, Any]) -> dict[str, Json]: ...
@overload
def plain(value: object) -> Value: ...
def plain(value: object) -> Value:
    """Plain JSON with JavaScript's numbers; the same object if it is that already.

    An absent list element becomes null, an absent member is dropped, a lone surrogate
    becomes U+FFFD. Raises NotSerializable for foreign types, circular structure and
    nesting above MAX_DEPTH.
    """
    return _plain(value, set())


def _plain(value: Any, above: set[int]) -> Value:
    same: Value = value
    kind = type(value)
    if kind is str:
        return same if value.isascii() else _well_formed(value)
    if kind is int:
        return same if -_EXACT <= value <= _EXACT else _from_integer(value)
    if value is None or kind is bool or value is ABSENT:
        return same
    if kind is float:
        return _from_double(value)
    if kind is dict:
        return _plain_object(value, above)
    if kind is list:
        return _plain_list(value, above)
    return _plain_foreign(value, above)


def _plain_foreign(value: Any, above: set[int]) -> Value:
    """``_plain`` of what is not exactly a JSON type."""
    if isinstance(value, str):
        return _well_formed(str.__str__(value))
    if isinstance(value, int):
        return _from_integer(int.__int__(value))
    if isinstance(value, float):
        return _from_double(float.__float__(value))
    if isinstance(value, dict):
        return _plain_object(value, above)
    if isinstance(value, list | tuple):
        return _plain_list(value, above)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return _plain(value.value, above)
    if is_dataclass(value) and not isinstance(value, type):
        return _plain_object(value, above)
    raise NotSerializable(f"{type(value).__qualname__} is not a JSON value")


def _enter(container: object, above: set[int]) -> int:
    """Adds a container to those around what follows; returns its id."""
    ident = id(container)
    if ident in above:
        raise NotSerializable("circular structure")
    if len(above) >= MAX_DEPTH:
        raise NotSerializable(f"nested more than {MAX_DEPTH} levels deep")
    above.add(ident)
    return ident


def _plain_list(items: Iterable[object], above: set[int]) -> Json:
    ident = _enter(items, above)
    made: list[Json] = []
    changed = type(items) is not list
    try:
        for item in items:
            entry = _plain(item, above)
            if entry is not item or entry is ABSENT:
                changed = True
            made.append(None if entry is ABSENT else entry)
    except NotSerializable as fault:
        raise fault.within(f"[{len(made)}]") from None
    above.discard(ident)
    return made if changed else cast(Json, items)


def _plain_object(source: Any, above: set[int]) -> Json:
    ident = _enter(source, above)
    members = source if isinstance(source, dict) else _members(source)
    made: dict[str, Json] = {}
    changed = type(source) is not dict
    name: object = None
    try:
        for name, member in members.items():
            key = name if type(name) is str and name.isascii() else _key(name)
            entry = _plain(member, above)
            if entry is not member or key is not name or entry is ABSENT:
                changed = True
            if entry is not ABSENT:
                made[key] = entry
    except NotSerializable as fault:
        dotted = isinstance(name, str) and name.isidentifier()
        raise fault.within(f".{name}" if dotted else f"[{name!r}]") from None
    above.discard(ident)
    return made if changed else cast(Json, source)


def _members(instance: Any) -> dict[str, object]:
    return {field.name: getattr(instance, field.name) for field in fields(instance)}


def _key(name: object) -> str:
    """The name that JavaScript gives a member."""
    if isinstance(name, dict | list | tuple) or is_dataclass(name):
        raise NotSerializable(f"{type(name).__qualname__} cannot name a member")
    return text(_plain(name, set()))


def _well_formed(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        units = value.encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "replace")
    return value


def parse(document: str | bytes) -> Json:
    """The plain value of a JSON text.

    A lone surrogate becomes U+FFFD, of equal names the last wins. Raises ValueError
    with the position, also for nesting above MAX_DEPTH.
    """
    try:
        value: object = orjson.loads(document)
    except orjson.JSONDecodeError as refusal:
        value = _parse_with_patience(document, refusal)
    try:
        return cast(Json, plain(value))
    except NotSerializable as fault:
        raise ValueError(str(fault)) from None


def _parse_with_patience(document: str | bytes, refusal: ValueError) -> object:
    """Reads what orjson refuses and JavaScript does not, else raises the refusal."""

    def refuse(constant: str) -> float:
        raise refusal

    try:
        document = document if isinstance(document, str) else document.decode()
        return json.loads(document, parse_int=float, parse_constant=refuse)
    except RecursionError:
        raise ValueError(f"$: nested more than {MAX_DEPTH} levels deep") from None


# --- JavaScript's conversions ----------------------------------------------------


def text(value: object) -> str:
    """``String(value)``."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _spelled(value)
    if isinstance(value, list):
        return ",".join("" if i is None or i is ABSENT else text(i) for i in value)
    return "undefined" if value is ABSENT else "[object Object]"


def display(value: object) -> str:
    """A value in a prompt or a join: no value is empty, containers are JSON."""
    if value is None or value is ABSENT:
        return ""
    return json_text(value) if isinstance(value, list | dict) else text(value)


_SPACE: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_DECIMAL = re.compile(
    r"[+-]?(?:Infinity|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
)
_RADIX = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def number(value: object) -> int | float:
    """``Number(value)``: NaN where there is none, whole results are ints."""
    if value is None:
        return 0
    if isinstance(value, int):
        return _from_integer(int(value))
    if isinstance(value, float):
        return _from_double(value)
    if not isinstance(value, str | list):
        return math.nan
    digits = text(value).strip(_SPACE)
    if not digits:
        return 0
    if _DECIMAL.fullmatch(digits):
        return _from_double(float(digits))
    return _from_integer(int(digits, 0)) if _RADIX.fullmatch(digits) else math.nan


_EXACT: Final = 2**53
_EXPONENT_FROM: Final = 1e21


def _from_double(value: float) -> int | float:
    """The double, as an int where JavaScript writes neither point nor exponent."""
    if not value.is_integer() or abs(value) >= _EXPONENT_FROM:
        return value
    whole = int(value)
    return whole if abs(whole) <= _EXACT else int(_decimal(value))


def _from_integer(value: int) -> int | float:
    if -_EXACT <= value <= _EXACT:
        return value
    try:
        made = _from_double(float(value))
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return value if isinstance(made, int) and made == value else made


def _spelled(value: int | float) -> str:
    value = _from_integer(value) if isinstance(value, int) else _from_double(value)
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


# --- what leaves the engine ------------------------------------------------------

# orjson spells only these doubles differently: whole ones, and those of 1e-6 to 1e-5.
_POINT_ZERO = re.compile(rb"\.0(?![0-9])").search
_MILLIONTHS = re.compile(rb"e-6(?![0-9])").search
_WHOLE = re.compile(rb"e\+(?:1[6-9]|20)(?![0-9])").search
_POINT, _MINUS, _PLUS = b".-+"
_SURROGATE = re.compile("[\ud800-\udfff]")


def json_bytes(value: object) -> bytes:
    """``JSON.stringify(value)`` in UTF-8.

    Raises NotSerializable for foreign types, circular structure and ABSENT itself.
    """
    try:
        data = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return _written(value)
    # Looking for one byte costs a tenth of looking for a pattern.
    if (
        (_POINT in data and _POINT_ZERO(data))
        or (_MINUS in data and _MILLIONTHS(data))
        or (_PLUS in data and _WHOLE(data))
    ):
        return _written(value)
    return data


def json_text(value: object) -> str:
    """``json_bytes`` as text."""
    return json_bytes(value).decode()


def _written(value: object) -> bytes:
    pieces: list[str] = []
    try:
        _write(value, pieces)
    except RecursionError:
        raise NotSerializable("circular structure, or nested too deeply") from None
    return "".join(pieces).encode()


def _write(value: object, pieces: list[str]) -> None:
    if isinstance(value, str):
        pieces.append(_quoted(value))
    elif isinstance(value, dict):
        mark = "{"
        for name, member in value.items():
            if member is not ABSENT:
                key = name if isinstance(name, str) else _key(name)
                pieces.append(f"{mark}{_quoted(key)}:")
                _write(member, pieces)
                mark = ","
        pieces.append("{}" if mark == "{" else "}")
    elif isinstance(value, list):
        pieces.append("[")
        for index, item in enumerate(value):
            pieces.append("," if index else "")
            _write(None if item is ABSENT else item, pieces)
        pieces.append("]")
    else:
        _write_scalar(value, pieces)


def _write_scalar(value: object, pieces: list[str]) -> None:
    made = plain(value)
    if made is ABSENT:
        raise NotSerializable("an absent value has no JSON")
    if isinstance(made, str | list | dict):
        _write(made, pieces)
    elif isinstance(made, float) and not math.isfinite(made):
        pieces.append("null")
    else:
        pieces.append(text(made))


def _quoted(value: str) -> str:
    quoted = encode_basestring(value)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


# --- what an event shows ---------------------------------------------------------


def utf16_length(value: str) -> int:
    """JavaScript's ``value.length``."""
    if value.isascii():
        return len(value)
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def utf16_prefix(value: str, units: int) -> str:
    """The first UTF-16 units, less the half of a pair that would be split."""
    start = value[:units]
    if start.isascii():
        return start
    data = start.encode("utf-16-le", "surrogatepass")[: 2 * units]
    prefix = data.decode("utf-16-le", "surrogatepass")
    return prefix if start.startswith(prefix) else prefix[:-1]


def truncated(value: Value) -> Value:
    """The value, or a marker with its size and preview if it is too long to show.

    A string is measured as it is, a list or object as JSON; an inline image is shown
    whole.
    """
    if isinstance(value, str):
        if len(value) <= TRUNCATE_ABOVE // 2 or value.startswith("data:image/"):
            return value
        shown = value
    elif isinstance(value, list | dict):
        data = json_bytes(value)
        if len(data) <= TRUNCATE_ABOVE:
            return value
        shown = data.decode()
    else:
        return value
    size = utf16_length(shown)
    if size <= TRUNCATE_ABOVE:
        return value
    preview = utf16_prefix(shown, PREVIEW)
    return {"__truncated": True, "size": size, "preview": preview}


def truncated_fields(value: Value) -> Value:
    """``truncated``, of an object member by member."""
    if isinstance(value, dict):
        return {name: cast(Json, truncated(value[name])) for name in value}
    return truncated(value)
