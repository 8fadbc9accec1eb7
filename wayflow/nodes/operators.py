"""The comparisons of Conditional and of list filters, with JavaScript's coercion."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wayflow.errors import InvalidRegex, RegexTimeout
from wayflow.patterns import pattern
from wayflow.values import number, text

MATCHES = "matches"
MATCH_BUDGET = 0.1
"""Seconds that all matching of one node may take."""

_MATCHED = "seconds of matching"

_Test = Callable[[Any, Any], bool]


def _on_numbers(compare: _Test) -> _Test:
    # NaN compares false with everything, in Python as in JavaScript.
    return lambda value, target: compare(number(value), number(target))


def _on_lowered(compare: Callable[[str, str], bool]) -> _Test:
    return lambda value, target: compare(text(value).lower(), text(target).lower())


ORDERING: Mapping[str, _Test] = {
    ">": _on_numbers(operator.gt),
    "<": _on_numbers(operator.lt),
    ">=": _on_numbers(operator.ge),
    "<=": _on_numbers(operator.le),
}

TESTS: Mapping[str, _Test] = {
    "==": lambda value, target: text(value) == text(target),
    "!=": lambda value, target: text(value) != text(target),
    "contains": _on_lowered(operator.contains),
    "startsWith": _on_lowered(str.startswith),
    "endsWith": _on_lowered(str.endswith),
    **ORDERING,
}

OPERATORS = (*TESTS, MATCHES)


def holds(name: str, value: Any, target: Any) -> bool:
    """Whether the comparison holds; one that is not known never does."""
    test = TESTS.get(name)
    return test is not None and test(value, target)


def compiled(source: str) -> pattern.Pattern:
    """The pattern ``source``, bare or as ``/pattern/flags``. Raises InvalidRegex."""
    try:
        return pattern.compile(source)
    except pattern.PatternError as error:
        raise InvalidRegex(source, error.reason) from error


def matching(
    source: str, texts: Iterable[str], shared: dict[str, Any] | None = None
) -> list[bool]:
    """Which texts match, all under one time budget; to be called in a thread.

    Calls that have ``shared`` in common have the budget in common. Raises InvalidRegex
    and RegexTimeout.
    """
    search = compiled(source).search
    shared = {} if shared is None else shared
    began = time.monotonic()
    deadline = began + MATCH_BUDGET - shared.get(_MATCHED, 0.0)
    try:
        return [search(text, deadline=deadline) for text in texts]
    except pattern.PatternTimeout as error:
        took = time.monotonic() - began
        raise RegexTimeout(source, round(took * 1000)) from error
    except pattern.PatternError as error:
        raise InvalidRegex(source, error.reason) from error
    finally:
        shared[_MATCHED] = shared.get(_MATCHED, 0.0) + time.monotonic() - began
