"""Words and numbers as an SVG inside an HTML page takes them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_CHARACTERS: Final = 300
"""Of a text that is read in full; a longer one ends in an ellipsis."""

_UNSAFE = re.compile("[&<>\"'\t\n\r]|[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What markup gives a meaning, and what XML 1.0 (section 2.2) forbids: control
characters and lone surrogates."""

_MEANT = frozenset("&<>\"'\t\n\r")
_NARROW, _BROAD = frozenset("iIl.,:;'|!()[]{}/\\jftr "), frozenset("mwMW@%&")


def attribute(text: str) -> str:
    """``text``, whole, for the inside of a quoted attribute.

    It reads back the same, but for U+FFFD in place of what no XML document may have.
    """
    return _UNSAFE.sub(_safe, text)


def content(text: str) -> str:
    """``text`` on one line of at most MAX_CHARACTERS, for the inside of an element."""
    line = " ".join(text[: 4 * MAX_CHARACTERS].split())
    if len(line) > MAX_CHARACTERS:
        line = line[: MAX_CHARACTERS - 1] + "…"
    return attribute(line)


def cut(text: str, width: float, size: float) -> str:
    """``content`` of as much of ``text`` as fits ``width`` when set ``size`` high.

    No font is at hand: widths are those of a usual sans serif, rather too large.
    """
    line = " ".join(text[:MAX_CHARACTERS].split())
    room = width / size
    for end, character in enumerate(line):
        room -= _width(character)
        if room < 0:
            return content(_shorter(line[:end]) + "…")
    return content(line)


def breadth(text: str, size: float) -> float:
    """How wide ``cut`` takes ``text`` to be."""
    return size * sum(map(_width, text[:MAX_CHARACTERS]))


def number(value: float) -> str:
    """``value`` to a tenth, as short as can be."""
    return f"{round(value, 1):.10g}"


def _safe(found: re.Match[str]) -> str:
    character = found[0]
    return f"&#{ord(character)};" if character in _MEANT else "\ufffd"


def _shorter(text: str) -> str:
    return (text[:-1] if len(text) > 1 else text).rstrip()


@lru_cache(maxsize=4096)
def _width(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character in _BROAD:
        return 0.95
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 0.67 if character.isupper() else 0.59
