"""ECMAScript regular expressions, matched in bounded time."""

from __future__ import annotations

import re
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final, TypeAlias

import regex

MAX_PATTERN: Final = 1_000
"""Characters of a pattern."""

MAX_TEXT: Final = 1_000_000
"""Characters of a text to search."""

MAX_REPEATED: Final = 5_000
"""Matching steps that a pattern may demand: ``(a{50}b){100}`` has 5,100."""


class PatternError(ValueError):
    """A pattern that JavaScript refuses, or that is beyond the limits here."""

    def __init__(self, pattern: str, reason: str) -> None:
        shown = pattern if len(pattern) <= 100 else pattern[:100] + "…"
        super().__init__(f"{shown!r} is not a valid pattern: {reason}")
        self.pattern = pattern
        self.reason = reason


class PatternTimeout(Exception):
    """A search that did not end before its deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A compiled pattern; its ``str`` is JavaScript's ``/source/flags``."""

    source: str
    flags: str
    compiled: regex.Pattern[str] = field(repr=False)

    def search(self, text: str, *, deadline: float) -> bool:
        """Whether the pattern occurs in the text.

        Raises PatternTimeout when ``time.monotonic()`` passes the deadline, and
        PatternError for a text above MAX_TEXT.
        """
        if len(text) > MAX_TEXT:
            raise PatternError(self.source, f"the text has over {MAX_TEXT} characters")
        left = deadline - time.monotonic()
        if left <= 0:
            raise PatternTimeout(str(self))
        if not _is_unicode(self.flags):
            text = _units(text)
        try:
            return self.compiled.search(text, timeout=left) is not None
        except TimeoutError:
            raise PatternTimeout(str(self)) from None

    def __str__(self) -> str:
        return f"/{_shown(self.source)}/{self.flags}"


_DELIMITED = re.compile(r"/(.*)/([dgimsuvy]*)", re.DOTALL)


@lru_cache(maxsize=256)
def compile(source: str) -> Pattern:
    """The pattern of a bare source or of ``/source/flags``. Raises PatternError."""
    if len(source) > MAX_PATTERN:
        raise PatternError(source, f"it has over {MAX_PATTERN} characters")
    delimited = _DELIMITED.fullmatch(source)
    body, flags = delimited.groups() if delimited else (source, "")
    if len(set(flags)) < len(flags) or {"u", "v"} <= set(flags):
        raise PatternError(source, f"{flags!r} are not flags that go together")
    try:
        translated = _Translation(body, flags).run()
        compiled = regex.compile(
            translated, regex.VERSION0 | regex.DOTALL, cache_pattern=False
        )
    except (regex.error, _Refused) as fault:
        raise PatternError(source, str(fault)) from None
    except RecursionError:
        raise PatternError(source, "its groups are nested too deeply") from None
    return Pattern(source=body, flags="".join(sorted(flags)), compiled=compiled)


class _Refused(Exception):
    """Why a source is not a pattern."""


def _is_unicode(flags: str) -> bool:
    return "u" in flags or "v" in flags


def _units(text: str) -> str:
    """The text with every astral character as the two UTF-16 units it is to JS."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    return _ASTRAL.sub(lambda found: "".join(_pair(ord(found[0]))), text)


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _pair(point: int) -> tuple[str, str]:
    high, low = divmod(point - 0x10000, 0x400)
    return chr(0xD800 + high), chr(0xDC00 + low)


_SLASH = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|/", re.DOTALL)
_BREAK = re.compile(r"\\.|[\n\r\u2028\u2029]", re.DOTALL)
_BREAKS = {"\n": r"\n", "\r": r"\r", "\u2028": r"\u2028", "\u2029": r"\u2029"}


def _shown(source: str) -> str:
    """What ``RegExp.prototype.source`` shows."""
    source = _SLASH.sub(lambda at: r"\/" if at[0] == "/" else at[0], source)
    source = _BREAK.sub(lambda at: _BREAKS.get(at[0][-1], at[0]), source)
    return source or "(?:)"


# --- sets of characters ----------------------------------------------------------

Ranges: TypeAlias = tuple[tuple[int, int], ...]

_SETS: Final[dict[str, Ranges]] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": (
        *((9, 13), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
        *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F)),
        *((0x3000, 0x3000), (0xFEFF, 0xFEFF)),
    ),
}
_NOT_BREAK: Final = r"[^\n\r\u2028\u2029]"
_LAST: Final = 0x10FFFF


def _merged(ranges: Ranges) -> Ranges:
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(high, made[-1][1]))
        else:
            made.append((low, high))
    return tuple(made)


def _complement(ranges: Ranges) -> Ranges:
    bounds = [-1, *(bound for pair in _merged(ranges) for bound in pair), _LAST + 1]
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
def _any_case(ranges: Ranges, unicode: bool) -> Ranges:
    points, cases = _cases(unicode)
    equal = (
        (other, other)
        for low, high in ranges
        for point in points[bisect_left(points, low) : bisect_right(points, high)]
        for other in cases[point]
    )
    return _merged((*ranges, *equal))


def _quoted(point: int) -> str:
    return chr(point) if chr(point).isalnum() and point < 128 else f"\\U{point:08x}"


# --- translation -----------------------------------------------------------------

_OPEN = re.compile(r"\((?:\?(?:(:|=|!|<=|<!)|<([^>]*)>))?")
_CAPTURE = re.compile(
    r"\\.|\[(?:\\.|[^\]\\])*\]|(\((?!\?)|\(\?<(?![=!])([^>]*)>)", re.DOTALL
)
_QUANTIFIER = re.compile(r"(?:[*+?]|\{([0-9]+)(?:(,)([0-9]*))?\})(\??)")
_BACK = re.compile(r"\\([1-9][0-9]*)")
_NAMED = re.compile(r"\\k<([^>]*)>")
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


@dataclass(slots=True)
class _Group:
    """A group being read; ``size`` and ``last`` count matching steps."""

    number: int = 0
    close: str = ")"
    repeatable: bool = True
    behind: bool = False
    size: int = 0
    last: int = 0


class _Translation:
    """One ECMAScript pattern on its way to the ``regex`` package's syntax."""

    def __init__(self, source: str, flags: str) -> None:
        self.unicode = _is_unicode(flags)
        self.flags = flags
        self.source = source if self.unicode else _units(source)
        self.at = 0
        self.out: list[str] = []
        self.groups = [_Group(number=-1)]
        self.opened = 0
        self.repeatable = False
        self.captures = 0
        self.names: dict[str, int] = {}
        for found in _CAPTURE.finditer(self.source):
            self._declare(found)

    def _declare(self, capture: re.Match[str]) -> None:
        if capture[1] is None:
            return
        self.captures += 1
        name = capture[2]
        if name is None:
            return
        if not name.replace("$", "_").isidentifier() or name in self.names:
            raise _Refused(f"{name!r} cannot name a group here")
        self.names[name] = self.captures

    def run(self) -> str:
        while self.at < len(self.source):
            _READERS.get(self.source[self.at], _Translation._literal)(self)
        if len(self.groups) > 1:
            raise _Refused("a group is not closed")
        made = "".join(self.out)
        return rf"\A(?:{made})" if "y" in self.flags else made

    def _atom(self, made: str, size: int = 1) -> None:
        group = self.groups[-1]
        group.size += size
        group.last = size
        self.repeatable = True
        self.out.append(made)

    def _assertion(self, made: str) -> None:
        self.groups[-1].size += 1
        self.repeatable = False
        self.out.append(made)

    def _literal(self) -> None:
        if self.unicode and self.source[self.at] in "{}]":
            raise _Refused(f"{self.source[self.at]!r} must be escaped")
        self._one(ord(self.source[self.at]))
        self.at += 1

    def _set(self, ranges: Ranges, negated: bool = False, more: str = "") -> str:
        if "i" in self.flags:
            ranges = _any_case(ranges, self.unicode)
        if not ranges and not more:
            ranges, negated = ((0, _LAST),), not negated
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1] and not (negated or more):
            return _quoted(ranges[0][0])
        inside = "".join(f"{_quoted(low)}-{_quoted(high)}" for low, high in ranges)
        made = f"[{'^' if negated else ''}{inside}{more}]"
        return f"(?i:{made})" if more and "i" in self.flags else made

    def _any(self) -> None:
        self._atom("." if "s" in self.flags else _NOT_BREAK)
        self.at += 1

    def _start(self) -> None:
        self._assertion(f"(?<!{_NOT_BREAK})" if "m" in self.flags else r"\A")
        self.at += 1

    def _end(self) -> None:
        self._assertion(f"(?!{_NOT_BREAK})" if "m" in self.flags else r"\Z")
        self.at += 1

    def _alternative(self) -> None:
        self.out.append("|")
        self.repeatable = False
        self.at += 1

    def _open(self) -> None:
        found = _OPEN.match(self.source, self.at)
        assert found is not None
        kind = found[1]
        if found[0] == "(" and self.source.startswith("(?", self.at):
            raise _Refused(f"{self.source[self.at : self.at + 3]!r} opens no group")
        self.at = found.end()
        behind = self.groups[-1].behind or kind in ("<=", "<!")
        if kind is None:
            self.opened += 1
            group = _Group(number=self.opened, behind=behind)
            self.out.append("(")
        elif kind == ":":
            group = _Group(behind=behind)
            self.out.append("(?:")
        else:
            ahead = kind in ("=", "!") and not self.unicode
            behind = "<" in kind
            group = _Group(close="))", repeatable=ahead, behind=behind)
            self.out.append(f"(?:(?{kind}")
        self.groups.append(group)
        self.repeatable = False

    def _close(self) -> None:
        group = self.groups.pop()
        if not self.groups:
            raise _Refused("')' closes no group")
        self.at += 1
        self._atom(group.close, size=group.size + 1)
        self.repeatable = group.repeatable

    def _quantifier(self) -> None:
        found = _QUANTIFIER.match(self.source, self.at)
        if found is None:
            return self._literal()
        if not self.repeatable:
            raise _Refused(f"there is nothing for {found[0]!r} to repeat")
        least, comma, most, lazy = found.groups()
        sign = found[0][0]
        if sign == "{":
            sign = self._counted(int(least), most if comma else least)
        elif sign == "+":
            least = "1"
        self._repeat(int(least or 0))
        self.out.append(sign + lazy)
        self.repeatable = False
        self.at = found.end()

    def _counted(self, least: int, most: str) -> str:
        if not most or int(most) > MAX_TEXT:
            return f"{{{least},}}"
        if int(most) < least:
            raise _Refused(f"{least} is more than {most}")
        return f"{{{least},{most}}}"

    def _repeat(self, least: int) -> None:
        group = self.groups[-1]
        group.size += group.last * (max(least, 1) - 1)
        if group.size > MAX_REPEATED:
            raise _Refused(f"its repetitions amount to over {MAX_REPEATED} steps")

    def _escape(self) -> None:
        letter = self.source[self.at + 1 : self.at + 2]
        if letter in ("b", "B"):
            self._boundary(letter)
        elif letter in ("k", "1", "2", "3", "4", "5", "6", "7", "8", "9"):
            self._reference()
        else:
            self._one(self._member(in_class=False))

    def _one(self, member: int | str | Ranges) -> None:
        if isinstance(member, str):
            self._atom(self._set((), more=member))
        elif isinstance(member, int):
            self._atom(self._set(((member, member),)))
        else:
            self._atom(self._set(member))

    def _boundary(self, letter: str) -> None:
        word = self._set(_SETS["w"])
        here, beside = ("=", "!") if letter == "B" else ("!", "=")
        self._assertion(f"(?:(?<={word})(?{here}{word})|(?<!{word})(?{beside}{word}))")
        self.at += 2

    def _reference(self) -> None:
        named, numbered = (at.match(self.source, self.at) for at in (_NAMED, _BACK))
        if named and (self.unicode or self.names):
            if named[1] not in self.names:
                raise _Refused(f"no group is named {named[1]!r}")
            self._back(self.names[named[1]])
            self.at = named.end()
        elif numbered and (self.unicode or int(numbered[1]) <= self.captures):
            if int(numbered[1]) > self.captures:
                raise _Refused(f"there is no group {numbered[1]}")
            self._back(int(numbered[1]))
            self.at = numbered.end()
        else:
            self._one(self._character(in_class=False))

    def _back(self, number: int) -> None:
        """Refers to a group; one that took no part matches the empty text in JS."""
        group = self.groups[-1]
        inside = any(group.number == number for group in self.groups)
        if inside or (number > self.opened and not group.behind):
            return self._atom("(?:)")
        again = f"(?i:\\{number})" if "i" in self.flags else f"\\{number}"
        self._atom(f"(?({number}){again}|)")

    def _class(self) -> None:
        self.at += 1
        negated = self.source.startswith("^", self.at)
        self.at += negated
        ranges: Ranges = ()
        more = ""
        while not self.source.startswith("]", self.at):
            found = self._class_range()
            if isinstance(found, str):
                more += found
            else:
                ranges += found
        self.at += 1
        self._atom(self._set(ranges, negated, more))

    def _class_range(self) -> Ranges | str:
        low = self._member(in_class=True)
        dash = self.source.startswith("-", self.at)
        if not dash or self.source.startswith("-]", self.at):
            return ((low, low),) if isinstance(low, int) else low
        self.at += 1
        high = self._member(in_class=True)
        if isinstance(low, int) and isinstance(high, int):
            if low > high:
                raise _Refused("a range in a class is out of order")
            return ((low, high),)
        if self.unicode or isinstance(low, str) or isinstance(high, str):
            raise _Refused("a set of characters cannot bound a range")
        ends = (((end, end),) if isinstance(end, int) else end for end in (low, high))
        return ((45, 45), *(pair for end in ends for pair in end))

    def _member(self, *, in_class: bool) -> int | str | Ranges:
        """Reads a character, a property (as the package writes it) or a set."""
        if self.at >= len(self.source):
            raise _Refused("a class is not closed")
        char, letter = self.source[self.at], self.source[self.at + 1 : self.at + 2]
        if char != "\\":
            if "v" in self.flags and _SET_NOTATION.match(self.source, self.at):
                raise _Refused(f"{char!r} must be escaped, sets do not combine here")
            self.at += 1
            return ord(char)
        if letter.lower() in _SETS and letter:
            self.at += 2
            found = _SETS[letter.lower()]
            if letter.islower():
                return found
            widen = self.unicode and "i" in self.flags and letter == "W"
            return _complement(_any_case(found, unicode=True) if widen else found)
        if self.unicode and letter in ("p", "P"):
            return self._property()
        return self._character(in_class=in_class)

    def _property(self) -> str:
        found = _PROPERTY.match(self.source, self.at)
        if found is None:
            raise _Refused("a property is not written as \\p{Name} or \\p{Name=Value}")
        self.at = found.end()
        return found[0]

    def _character(self, *, in_class: bool) -> int:
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
            raise _Refused(f"'\\{escaped}' is no escape")
        return self._identity(escaped, in_class=in_class)

    def _identity(self, escaped: str, *, in_class: bool) -> int:
        if not escaped:
            raise _Refused("it ends with a single backslash")
        if escaped == "k" and self.names:
            raise _Refused("'\\k' names no group")
        if escaped != "c":
            return ord(escaped)
        control = self.source[self.at : self.at + 1]
        if in_class and control and control in "0123456789_":
            self.at += 1
            return ord(control) % 32
        self.at -= 1
        return ord("\\")

    def _checked(self, point: int) -> int:
        if point > _LAST:
            raise _Refused(f"there is no character {point:x}")
        return point


_READERS: Final[dict[str, Callable[[_Translation], None]]] = {
    "\\": _Translation._escape,
    "[": _Translation._class,
    "(": _Translation._open,
    ")": _Translation._close,
    "|": _Translation._alternative,
    ".": _Translation._any,
    "^": _Translation._start,
    "$": _Translation._end,
    **dict.fromkeys("*+?{", _Translation._quantifier),
}
