"""The first difference between what was recorded and what came about."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .wire import well_formed

Comparison = Callable[[Any, Any, str], str | None]
"""``comparison(expected, actual, at)``: what differs, and where; None if nothing."""

SHOWN = 160
"""Characters of a value that a difference shows."""

MANY_FAILED = "WF_RUNTIME_MULTIPLE_NODES_FAILED"

_ENGINE = "<engine>"


class Mismatch(Exception):
    """The engine did something else than what was recorded."""


def demand(difference: str | None) -> None:
    """Raises Mismatch unless there is no difference."""
    if difference is not None:
        raise Mismatch(difference)


def difference(expected: Any, actual: Any, at: str = "") -> str | None:
    """What differs between a recorded and an actual value.

    Numbers compare by value, objects regardless of the order of their keys, and a
    placeholder matches what it stands for.
    """
    if isinstance(expected, dict):
        if expected.keys() == {"$string"} or expected.keys() == {"$mentions"}:
            return (
                None if _stands_for(expected, actual) else _unlike(expected, actual, at)
            )
        return record_difference(expected, actual, at)
    elif isinstance(expected, list):
        return _list_difference(expected, actual, at)
    elif isinstance(expected, str):
        same = isinstance(actual, str) and _is_text(expected, actual)
    elif expected is None or isinstance(expected, bool):
        same = expected is actual
    else:
        same = _is_number(expected, actual)
    return None if same else _unlike(expected, actual, at)


def record_difference(
    expected: Mapping[str, Any],
    actual: Any,
    at: str,
    by: Mapping[str, Comparison] | None = None,
) -> str | None:
    """What differs between two objects; ``by`` has a key's own way to be compared."""
    if not isinstance(actual, dict):
        return _unlike(expected, actual, at)
    for key, member in expected.items():
        where = f"{at}.{key}" if at else key
        if key not in actual:
            return f"{where}: expected {shown(member)}, got nothing"
        found = (by or {}).get(key, difference)(member, actual[key], where)
        if found is not None:
            return found
    for key, member in actual.items():
        if key not in expected:
            where = f"{at}.{key}" if at else key
            return f"{where}: expected nothing, got {shown(member)}"
    return None


def error_difference(expected: Any, actual: Any, at: str) -> str | None:
    """What differs between two errors.

    What the recording does not give is ours to word, and so is every hint it leaves
    out. The parts of a summary of several failures may come in any order.
    """
    if not isinstance(actual, dict):
        return _unlike(expected, actual, at)
    message = actual.get("message")
    for key, part in expected.items():
        where = f"{at}.{key}"
        if key == "mentions":
            missing = [
                m for m in part if not isinstance(message, str) or m not in message
            ]
            if missing:
                return f"{where}: {shown(missing[0])} is not in {shown(message)}"
        elif key == "message" and expected.get("code") == MANY_FAILED:
            if _parts(part) != _parts(str(message)):
                return _unlike(part, message, where)
        elif (found := difference(part, actual.get(key), where)) is not None:
            return found
    return None


ERROR: Mapping[str, Comparison] = {"error": error_difference}


def event_difference(expected: Any, actual: Any, at: str) -> str | None:
    """What differs between two events."""
    name = difference(expected["event"], actual["event"], f"{at}.event")
    if name is not None:
        return name
    return record_difference(expected["data"], actual["data"], f"{at}.data", ERROR)


def unordered_difference(expected: list[Any], actual: list[Any], at: str) -> str | None:
    """What differs between two lists whose order does not count."""
    left = list(actual)
    for index, item in enumerate(expected):
        found = next((a for a in left if difference(item, a) is None), _NONE)
        if found is _NONE:
            return f"{at}[{index}]: {shown(item)} is not among {shown(left)}"
        left.remove(found)
    return f"{at}: expected no more, got {shown(left[0])}" if left else None


def shown(value: Any) -> str:
    """The beginning of ``value`` in JSON."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


_NONE = object()


def _unlike(expected: Any, actual: Any, at: str) -> str:
    return f"{at or 'value'}: expected {shown(expected)}, got {shown(actual)}"


def _list_difference(expected: list[Any], actual: Any, at: str) -> str | None:
    if not isinstance(actual, list):
        return _unlike(expected, actual, at)
    for index, (item, other) in enumerate(zip(expected, actual, strict=False)):
        found = difference(item, other, f"{at}[{index}]")
        if found is not None:
            return found
    return length_difference(expected, actual, at)


def length_difference(expected: list[Any], actual: list[Any], at: str) -> str | None:
    """What one list has after the end of the other."""
    end = min(len(expected), len(actual))
    if len(expected) > end:
        return f"{at}[{end}]: expected {shown(expected[end])}, got the end"
    if len(actual) > end:
        return f"{at}[{end}]: expected the end, got {shown(actual[end])}"
    return None


def _stands_for(placeholder: Mapping[str, Any], actual: Any) -> bool:
    if not isinstance(actual, str):
        return False
    if "$mentions" in placeholder:
        return all(mention in actual for mention in placeholder["$mentions"])
    whole = well_formed(actual)
    described = {
        "length": len(whole.encode("utf-16-le")) // 2,
        "sha256": hashlib.sha256(whole.encode()).hexdigest(),
    }
    return bool(placeholder["$string"] == described)


def _is_text(expected: str, actual: str) -> bool:
    expected, actual = well_formed(expected), well_formed(actual)
    if _ENGINE not in expected:
        return expected == actual
    pattern = ".+".join(map(re.escape, expected.split(_ENGINE)))
    return re.fullmatch(pattern, actual, re.DOTALL) is not None


def _is_number(expected: float, actual: Any) -> bool:
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return False
    return float(expected) == float(actual)


def _parts(summary: str) -> list[str]:
    """``N nodes failed: id: message; id: message`` in pieces that can be compared."""
    head, _, causes = summary.partition(": ")
    return [head, *sorted(causes.split("; "))]
