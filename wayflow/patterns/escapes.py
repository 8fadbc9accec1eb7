"""The characters, escapes and classes that an ECMAScript pattern is made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from .characters import LAST, SETS, Ranges, any_case, complement, is_unicode


class Refused(Exception):
    """Why a source is not a pattern."""


_PROPERTY = re.compile(r"\\[pP]\{[A-Za-z0-9_]+(?:=[A-Za-z0-9_]+)?\}")

_CONTROLS: Final = {"f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
Escape: TypeAlias = tuple[re.Pattern[str], Callable[[re.Match[str]], int]]
_ESCAPES: Final[tuple[Escape, ...]] = (
    (re.compile(r"\\([fnrtv])"), lambda at: _CONTROLS[at[1]]),
    (re.compile(r"\\c([A-Za-z])"), lambda at: ord(at[1]) % 32),
    (re.compile(r"\\x([0-9A-Fa-f]{2})"), lambda at: int(at[1], 16)),
    (re.compile(r"\\0(?![0-9])"), lambda at: 0),
)
_UNIT: Final[Escape] = (
    re.compile(r"\\u([0-9A-Fa-f]{4})"),
    lambda at: int(at[1], 16),
)
_LEGACY_ESCAPES: Final[tuple[Escape, ...]] = (
    *_ESCAPES,
    _UNIT,
    (re.compile(r"\\([0-3][0-7]{0,2}|[4-7][0-7]?)"), lambda at: int(at[1], 8)),
)
_UNICODE_ESCAPES: Final[tuple[Escape, ...]] = (
    *_ESCAPES,
    (re.compile(r"\\u\{([0-9A-Fa-f]+)\}"), lambda at: int(at[1], 16)),
    (
        re.compile(r"\\u([dD][89abAB]..)\\u([dD][c-fC-F][0-9A-Fa-f]{2})"),
        lambda at: _point(int(at[1], 16), int(at[2], 16)),
    ),
    _UNIT,
)
_SYNTAX: Final = frozenset("^$\\.*+?()[]{}|/")
_SET_NOTATION = re.compile(r"[()\[{}/|-]|([&!#$%*+,.:;<=>?@^`~])\1")
_PUNCTUATION: Final = frozenset("&-!#%,:;<=>@`~")


def _point(high: int, low: int) -> int:
    return 0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00


class CharacterReader:
    """Reads one ECMAScript source, character by character and class by class."""

    def __init__(self, source: str, flags: str) -> None:
        self.source = source
        self.flags = flags
        self.unicode = is_unicode(flags)
        self.at = 0
        self.names: dict[str, int] = {}

    def class_range(self) -> Ranges | str:
        """Reads a character, a range or a set; a property as the package writes it."""
        low = self.member(in_class=True)
        dash = self.source.startswith("-", self.at)
        if not dash or self.source.startswith("-]", self.at):
            return ((low, low),) if isinstance(low, int) else low
        self.at += 1
        high = self.member(in_class=True)
        if isinstance(low, int) and isinstance(high, int):
            if low > high:
                raise Refused("a range in a class is out of order")
            return ((low, high),)
        if self.unicode or isinstance(low, str) or isinstance(high, str):
            raise Refused("a set of characters cannot bound a range")
        ends = (((end, end),) if isinstance(end, int) else end for end in (low, high))
        return ((45, 45), *(pair for end in ends for pair in end))

    def member(self, *, in_class: bool) -> int | str | Ranges:
        """Reads a character, a property (as the package writes it) or a set."""
        if self.at >= len(self.source):
            raise Refused("a class is not closed")
        char, letter = self.source[self.at], self.source[self.at + 1 : self.at + 2]
        if char != "\\":
            if "v" in self.flags and _SET_NOTATION.match(self.source, self.at):
                raise Refused(f"{char!r} must be escaped, sets do not combine here")
            self.at += 1
            return ord(char)
        if letter.lower() in SETS and letter:
            self.at += 2
            found = SETS[letter.lower()]
            if letter.islower():
                return found
            widen = self.unicode and "i" in self.flags and letter == "W"
            return complement(any_case(found, unicode=True) if widen else found)
        if self.unicode and letter in ("p", "P"):
            return self._property()
        return self.character(in_class=in_class)

    def _property(self) -> str:
        found = _PROPERTY.match(self.source, self.at)
        if found is None:
            raise Refused("a property is not written as \\p{Name} or \\p{Name=Value}")
        self.at = found.end()
        return found[0]

    def character(self, *, in_class: bool) -> int:
        """Reads an escape that stands for one character."""
        for pattern, point in _UNICODE_ESCAPES if self.unicode else _LEGACY_ESCAPES:
            if found := pattern.match(self.source, self.at):
                self.at = found.end()
                return self._checked(point(found))
        escaped = self.source[self.at + 1 : self.at + 2]
        self.at += 2
        if in_class and escaped == "b":
            return 8
        if self.unicode:
            more = _PUNCTUATION if "v" in self.flags else "-"
            if escaped and (escaped in _SYNTAX or (in_class and escaped in more)):
                return ord(escaped)
            raise Refused(f"'\\{escaped}' is no escape")
        return self._identity(escaped, in_class=in_class)

    def _identity(self, escaped: str, *, in_class: bool) -> int:
        if not escaped:
            raise Refused("it ends with a single backslash")
        if escaped == "k" and self.names:
            raise Refused("'\\k' names no group")
        if escaped != "c":
            return ord(escaped)
        control = self.source[self.at : self.at + 1]
        if in_class and control and control in "0123456789_":
            self.at += 1
            return ord(control) % 32
        self.at -= 1
        return ord("\\")

    def _checked(self, point: int) -> int:
        if point > LAST:
            raise Refused(f"there is no character {point:x}")
        return point
