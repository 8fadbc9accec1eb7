"""JSON values with ECMAScript meaning: what a graph computes with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Any, Final, Literal, TypeAlias, cast, overload
from uuid import UUID

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
        return same if -EXACT <= value <= EXACT else from_integer(value)
    if value is None or kind is bool or value is ABSENT:
        return same
    if kind is float:
        return from_double(value)
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
        return from_integer(int.__int__(value))
    if isinstance(value, float):
        return from_double(float.__float__(value))
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
            key = name if type(name) is str and name.isascii() else member_name(name)
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


def member_name(name: object) -> str:
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
