"""Recordings with one thing altered, none of which the engine may pass."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Any, NamedTuple

from .case import Case

Path = tuple[Any, ...]

LISTS = {"events", "stages", "rows", "steps", "warnings", "writes", "requests"}
"""Lists of which no element may be missing."""

WORDED_BY_US = {"error", "raises", "warnings", "$mentions", "$string", "rows"}
"""Where a part may be missing from a recording without making it another one."""


class Mutant(NamedTuple):
    """A case with another expectation, and what was altered."""

    what: str
    case: Case


def mutants(case: Case, leaves: int = 12, others: int = 4) -> Iterator[Mutant]:
    """At most ``leaves`` altered values, and ``others`` of each further alteration."""
    for path in _some(_leaves(case.expect, ()), leaves):
        yield _altered(case, "value", path, _other_value)
    for path in _some(_elements(case.expect, ()), others):
        yield _altered(case, "dropped", path, None)
    for path in _some(_members(case.expect, ()), others):
        yield _altered(case, "dropped", path, None)
    for path in _some(_lists(case.expect, ()), others):
        yield _altered(case, "one more in", path, _longer)
    if case.body.get("order") == "strict":
        for path in _some(_unequal_neighbours(case.expect, ()), others):
            yield _swapped(case, path)


def _some(paths: Iterator[Path], many: int) -> list[Path]:
    """``many`` of the paths, evenly spread."""
    found = list(paths)
    step = max(1, len(found) / many)
    return [found[int(i * step)] for i in range(min(many, len(found)))]


def _leaves(part: Any, path: Path) -> Iterator[Path]:
    if isinstance(part, dict):
        for key, member in part.items():
            if key != "checkpoint":
                yield from _leaves(member, (*path, key))
    elif isinstance(part, list):
        for index, item in enumerate(part):
            yield from _leaves(item, (*path, index))
    else:
        yield path


def _lists(part: Any, path: Path) -> Iterator[Path]:
    """The lists in ``LISTS``."""
    for key, member in _entries(part):
        if isinstance(member, list) and key in LISTS:
            yield (*path, key)
        yield from _lists(member, (*path, key))


def _elements(part: Any, path: Path) -> Iterator[Path]:
    """Elements of the lists in ``LISTS``."""
    for where in _lists(part, path):
        yield from ((*where, index) for index, _ in enumerate(_at(part, where)))


def _members(part: Any, path: Path) -> Iterator[Path]:
    """Members of objects whose absence would mean something else."""
    for key, member in _entries(part):
        free = WORDED_BY_US.intersection(p for p in (*path, key) if isinstance(p, str))
        if isinstance(part, dict) and not free and not str(key).startswith("body_"):
            yield (*path, key)
        yield from _members(member, (*path, key))


def _unequal_neighbours(part: Any, path: Path) -> Iterator[Path]:
    """Events that are followed by another event."""
    for key, member in _entries(part):
        yield from _unequal_neighbours(member, (*path, key))
    if isinstance(part, list) and path and path[-1] in ("events", "writes"):
        for index, (one, other) in enumerate(pairwise(part)):
            if one != other:
                yield (*path, index)


def _entries(part: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(part, dict):
        yield from ((k, v) for k, v in part.items() if k != "checkpoint")
    elif isinstance(part, list):
        yield from enumerate(part)


def _altered(case: Case, what: str, path: Path, change: Any) -> Mutant:
    expect = deepcopy(case.expect)
    holder = _at(expect, path[:-1])
    if change is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = change(holder[path[-1]])
    return Mutant(_told(what, path), case.expecting(expect))


def _swapped(case: Case, path: Path) -> Mutant:
    expect = deepcopy(case.expect)
    events, index = _at(expect, path[:-1]), path[-1]
    events[index], events[index + 1] = events[index + 1], events[index]
    return Mutant(_told("swapped", path), case.expecting(expect))


def _other_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value[:-1]}~" if value.endswith("\n\n") else f"{value}~"
    if value is None:
        return "~"
    return value + 1 if abs(value) < 1e9 else value * 2


def _longer(items: list[Any]) -> list[Any]:
    return [*items, deepcopy(items[-1]) if items else {"code": "~"}]


def _at(part: Any, path: Path) -> Any:
    for key in path:
        part = part[key]
    return part


def _told(what: str, path: Path) -> str:
    return f"{what} {'.'.join(map(str, path))}"
