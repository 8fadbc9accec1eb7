"""JSON values with ECMAScript meaning: what a graph computes with."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from types import NoneType
from typing import Any, Final, Literal, TypeAlias, cast, overload
from uuid import UUID

import orjson

from .numbers import EXACT, from_double, from_integer, number_of, spelled


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


class TooLarge(NotSerializable):
    """A value has more bytes of JSON than it may."""


class TooDeep(NotSerializable):
    """A value has more lists and objects within each other than it may."""


WIDEST: Final = 28
"""Bytes of JSON that one byte of a ``_Walk`` may stand for: a name and a double."""

_SHORT = frozenset({int, float, bool, NoneType, Absent})
"""Types whose values are always small and flat."""


class _Walk:
    """Where in a value one is, and how much of it was seen.

    ``above`` are the ids of the containers around, ``size`` is at most the bytes of
    JSON so far: a value that holds the same list twice is as large as if it were two.
    """

    __slots__ = ("above", "deepest", "most", "size")

    def __init__(self, most: int | None, deepest: int | None) -> None:
        self.above: set[int] = set()
        self.size = 0
        self.most = sys.maxsize if most is None else most
        self.deepest = MAX_DEPTH if deepest is None else min(deepest, MAX_DEPTH)

    def refuse_large(self) -> None:
        """Raises TooLarge when what was seen is too much already."""
        if self.size > self.most:
            raise TooLarge(f"larger than {self.most} bytes of JSON")


@overload
def plain(
    value: dict[Any, Any],
    *,
    max_bytes: int | None = None,
    max_nesting: int | None = None,
) -> dict[str, Json]: ...
@overload
def plain(
    value: object, *, max_bytes: int | None = None, max_nesting: int | None = None
) -> Value: ...
def plain(
    value: object, *, max_bytes: int | None = None, max_nesting: int | None = None
) -> Value:
    """Plain JSON with JavaScript's numbers; the same object if it is that already.

    An absent list element becomes null, an absent member is dropped, a lone surrogate
    becomes U+FFFD. Raises NotSerializable for foreign types and circular structure,
    TooDeep for nesting above ``max_nesting`` or MAX_DEPTH, and TooLarge for more than
    ``max_bytes`` of JSON, without reading on.
    """
    walk = _NOWHERE if type(value) in _SHORT else _Walk(max_bytes, max_nesting)
    made = _plain(value, walk)
    if walk.size * WIDEST > walk.most:
        walk.refuse_large()
        walk.size = _measured(made)
        walk.refuse_large()
    return made


def _measured(made: Value) -> int:
    """Bytes of JSON."""
    try:
        return len(orjson.dumps(made))
    except orjson.JSONEncodeError:  # an integer of more than 64 bits
        return len(json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode())


def _plain(value: Any, walk: _Walk) -> Value:
    same: Value = value
    kind = type(value)
    if kind is str:
        walk.size += len(value)
        return same if value.isascii() else _well_formed(value, walk)
    if kind is int:
        return same if -EXACT <= value <= EXACT else from_integer(value)
    if value is None or kind is bool or value is ABSENT:
        return same
    if kind is float:
        return from_double(value)
    if kind is dict:
        return _plain_object(value, walk)
    if kind is list:
        return _plain_list(value, walk)
    return _plain_foreign(value, walk)


def _plain_foreign(value: Any, walk: _Walk) -> Value:
    """``_plain`` of what is not exactly a JSON type."""
    if isinstance(value, str):
        return _plain(str.__str__(value), walk)
    if isinstance(value, int):
        return from_integer(int.__int__(value))
    if isinstance(value, float):
        return from_double(float.__float__(value))
    if isinstance(value, dict):
        return _plain_object(value, walk)
    if isinstance(value, list | tuple):
        return _plain_list(value, walk)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return _plain(value.value, walk)
    if is_dataclass(value) and not isinstance(value, type):
        return _plain_object(value, walk)
    raise NotSerializable(f"{type(value).__qualname__} is not a JSON value")


def _enter(container: object, entries: int, walk: _Walk) -> int:
    """Adds a container to those around what follows; returns its id."""
    ident, above = id(container), walk.above
    if ident in above:
        raise NotSerializable("circular structure")
    if len(above) >= walk.deepest:
        raise TooDeep(f"nested more than {walk.deepest} levels deep")
    above.add(ident)
    walk.size += entries + 1
    walk.refuse_large()
    return ident


def _plain_list(items: Collection[object], walk: _Walk) -> Json:
    ident = _enter(items, len(items), walk)
    made: list[Json] = []
    changed = type(items) is not list
    try:
        for item in items:
            entry = _plain(item, walk)
            if entry is not item or entry is ABSENT:
                changed = True
            made.append(None if entry is ABSENT else entry)
    except NotSerializable as fault:
        raise fault.within(f"[{len(made)}]") from None
    walk.above.discard(ident)
    return made if changed else cast(Json, items)


def _plain_object(source: Any, walk: _Walk) -> Json:
    members = source if isinstance(source, dict) else _members(source)
    ident = _enter(source, len(members), walk)
    made: dict[str, Json] = {}
    changed = type(source) is not dict
    name: object = None
    try:
        for name, member in members.items():
            key = name if type(name) is str and name.isascii() else member_name(name)
            entry = _plain(member, walk)
            if entry is not member or key is not name or entry is ABSENT:
                changed = True
            if entry is not ABSENT:
                made[key] = entry
    except NotSerializable as fault:
        dotted = isinstance(name, str) and name.isidentifier()
        raise fault.within(f".{name}" if dotted else f"[{name!r}]") from None
    walk.above.discard(ident)
    walk.size += len("".join(made))
    return made if changed else cast(Json, source)


def _members(instance: Any) -> dict[str, object]:
    return {field.name: getattr(instance, field.name) for field in fields(instance)}


def member_name(name: object) -> str:
    """The name that JavaScript gives a member."""
    if isinstance(name, dict | list | tuple) or is_dataclass(name):
        raise NotSerializable(f"{type(name).__qualname__} cannot name a member")
    return text(_plain(name, _Walk(None, None)))


def _well_formed(value: str, walk: _Walk) -> str:
    walk.refuse_large()
    try:
        value.encode()
    except UnicodeEncodeError:
        units = value.encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "replace")
    return value


_NOWHERE = _Walk(None, None)
"""The walk through a value that is small and flat."""


def text(value: object) -> str:
    """``String(value)``."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return spelled(value)
    if isinstance(value, list):
        return ",".join("" if i is None or i is ABSENT else text(i) for i in value)
    return "undefined" if value is ABSENT else "[object Object]"


def number(value: object) -> int | float:
    """``Number(value)``: NaN where there is none, whole results are ints."""
    if value is None:
        return 0
    if isinstance(value, int):
        return from_integer(int(value))
    if isinstance(value, float):
        return from_double(value)
    return number_of(text(value)) if isinstance(value, str | list) else math.nan
