"""From an ECMAScript pattern to the ``regex`` package's syntax."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .characters import LAST, SETS, Ranges, any_case, quoted, units
from .escapes import CharacterReader, Refused

MAX_TEXT: Final = 1_000_000
"""Characters of a text to search."""

MAX_REPEATED: Final = 5_000
"""Matching steps that a pattern may demand: ``(a{50}b){100}`` has 5,100."""

_NOT_BREAK: Final = r"[^\n\r\u2028\u2029]"
_OPEN = re.compile(r"\((?:\?(?:(:|=|!|<=|<!)|<([^>]*)>))?")
_CAPTURE = re.compile(
    r"\\.|\[(?:\\.|[^\]\\])*\]|(\((?!\?)|\(\?<(?![=!])([^>]*)>)", re.DOTALL
)
_QUANTIFIER = re.compile(r"(?:[*+?]|\{([0-9]+)(?:(,)([0-9]*))?\})(\??)")
_BACK = re.compile(r"\\([1-9][0-9]*)")
_NAMED = re.compile(r"\\k<([^>]*)>")


@dataclass(slots=True)
class _Group:
    """A group being read; ``size`` and ``last`` count matching steps."""

    number: int = 0
    close: str = ")"
    repeatable: bool = True
    behind: bool = False
    size: int = 0
    last: int = 0


class Translation(CharacterReader):
    """One ECMAScript pattern on its way to the ``regex`` package's syntax."""

    def __init__(self, source: str, flags: str) -> None:
        super().__init__(source, flags)
        if not self.unicode:
            self.source = units(source)
        self.out: list[str] = []
        self.groups = [_Group(number=-1)]
        self.opened = 0
        self.repeatable = False
        self.captures = 0
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
            raise Refused(f"{name!r} cannot name a group here")
        self.names[name] = self.captures

    def run(self) -> str:
        """The pattern in the package's syntax. Raises Refused."""
        while self.at < len(self.source):
            _READERS.get(self.source[self.at], Translation._literal)(self)
        if len(self.groups) > 1:
            raise Refused("a group is not closed")
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
            raise Refused(f"{self.source[self.at]!r} must be escaped")
        self._one(ord(self.source[self.at]))
        self.at += 1

    def _set(self, ranges: Ranges, negated: bool = False, more: str = "") -> str:
        if "i" in self.flags:
            ranges = any_case(ranges, self.unicode)
        if not ranges and not more:
            ranges, negated = ((0, LAST),), not negated
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1] and not (negated or more):
            return quoted(ranges[0][0])
        inside = "".join(f"{quoted(low)}-{quoted(high)}" for low, high in ranges)
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
            raise Refused(f"{self.source[self.at : self.at + 3]!r} opens no group")
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
            raise Refused("')' closes no group")
        self.at += 1
        self._atom(group.close, size=group.size + 1)
        self.repeatable = group.repeatable

    def _quantifier(self) -> None:
        found = _QUANTIFIER.match(self.source, self.at)
        if found is None:
            return self._literal()
        if not self.repeatable:
            raise Refused(f"there is nothing for {found[0]!r} to repeat")
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
            raise Refused(f"{least} is more than {most}")
        return f"{{{least},{most}}}"

    def _repeat(self, least: int) -> None:
        group = self.groups[-1]
        group.size += group.last * (max(least, 1) - 1)
        if group.size > MAX_REPEATED:
            raise Refused(f"its repetitions amount to over {MAX_REPEATED} steps")

    def _escape(self) -> None:
        letter = self.source[self.at + 1 : self.at + 2]
        if letter in ("b", "B"):
            self._boundary(letter)
        elif letter in ("k", "1", "2", "3", "4", "5", "6", "7", "8", "9"):
            self._reference()
        else:
            self._one(self.member(in_class=False))

    def _one(self, member: int | str | Ranges) -> None:
        if isinstance(member, str):
            self._atom(self._set((), more=member))
        elif isinstance(member, int):
            self._atom(self._set(((member, member),)))
        else:
            self._atom(self._set(member))

    def _boundary(self, letter: str) -> None:
        word = self._set(SETS["w"])
        here, beside = ("=", "!") if letter == "B" else ("!", "=")
        self._assertion(f"(?:(?<={word})(?{here}{word})|(?<!{word})(?{beside}{word}))")
        self.at += 2

    def _reference(self) -> None:
        named, numbered = (at.match(self.source, self.at) for at in (_NAMED, _BACK))
        if named and (self.unicode or self.names):
            if named[1] not in self.names:
                raise Refused(f"no group is named {named[1]!r}")
            self._back(self.names[named[1]])
            self.at = named.end()
        elif numbered and (self.unicode or int(numbered[1]) <= self.captures):
            if int(numbered[1]) > self.captures:
                raise Refused(f"there is no group {numbered[1]}")
            self._back(int(numbered[1]))
            self.at = numbered.end()
        else:
            self._one(self.character(in_class=False))

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
            found = self.class_range()
            if isinstance(found, str):
                more += found
            else:
                ranges += found
        self.at += 1
        self._atom(self._set(ranges, negated, more))


_READERS: Final[dict[str, Callable[[Translation], None]]] = {
    "\\": Translation._escape,
    "[": Translation._class,
    "(": Translation._open,
    ")": Translation._close,
    "|": Translation._alternative,
    ".": Translation._any,
    "^": Translation._start,
    "$": Translation._end,
    **dict.fromkeys("*+?{", Translation._quantifier),
}
