"""Sets of characters, as ECMAScript compares them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from typing import Final, TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]

SETS: Final[dict[str, Ranges]] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": (
        *((9, 13), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
        *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F)),
        *((0x3000, 0x3000), (0xFEFF, 0xFEFF)),
    ),
}
LAST: Final = 0x10FFFF


def _merged(ranges: Ranges) -> Ranges:
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(high, made[-1][1]))
        else:
            made.append((low, high))
    return tuple(made)


def complement(ranges: Ranges) -> Ranges:
    """All characters but these."""
    bounds = [-1, *(bound for pair in _merged(ranges) for bound in pair), LAST + 1]
    gaps = zip(bounds[::2], bounds[1::2], strict=True)
    return tuple((low + 1, high - 1) for low, high in gaps if low + 1 < high)


def _upper(char: str) -> str:
    """How ECMAScript compares characters under ``i`` alone."""
    upper = char.upper()
    narrowed = char > "\x7f" >= upper
    return char if len(upper) > 1 or upper > "\uffff" or narrowed else upper


def _folded(char: str) -> str:
    """How ECMAScript compares characters under ``i`` and ``u``."""
    found = (fold for fold in (char.casefold(), char.lower()) if len(fold) == 1)
    return next(found, char)


@cache
def _cases(unicode: bool) -> tuple[list[int], dict[int, list[int]]]:
    """The code points that equal others, in order, and those that each one equals."""
    fold, end = (_folded, 0x1F000) if unicode else (_upper, 0x10000)
    equal: dict[str, list[int]] = {}
    for point in range(end):
        equal.setdefault(fold(chr(point)), []).append(point)
    cases = {one: group for group in equal.values() if group[1:] for one in group}
    return sorted(cases), cases


@lru_cache(maxsize=256)
def any_case(ranges: Ranges, unicode: bool) -> Ranges:
    """These characters and those that equal one of them under ``i``."""
    points, cases = _cases(unicode)
    equal = (
        (other, other)
        for low, high in ranges
        for point in points[bisect_left(points, low) : bisect_right(points, high)]
        for other in cases[point]
    )
    return _merged((*ranges, *equal))


def quoted(point: int) -> str:
    """A character as the ``regex`` package's syntax takes it everywhere."""
    return chr(point) if chr(point).isalnum() and point < 128 else f"\\U{point:08x}"


def is_unicode(flags: str) -> bool:
    """Whether a pattern sees code points; without u or v it sees UTF-16 units."""
    return "u" in flags or "v" in flags


def units(text: str) -> str:
    """The text with every astral character as the two UTF-16 units it is to JS."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    return _ASTRAL.sub(lambda found: "".join(_pair(ord(found[0]))), text)


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _pair(point: int) -> tuple[str, str]:
    high, low = divmod(point - 0x10000, 0x400)
    return chr(0xD800 + high), chr(0xDC00 + low)
