"""A pattern: an ECMAScript source, compiled, that searches in bounded time."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import regex

from .characters import is_unicode, units
from .escapes import Refused
from .translation import MAX_TEXT, Translation

MAX_PATTERN: Final = 1_000
"""Characters of a pattern."""

LONGEST_SEARCH: Final = 0.05
"""Seconds of the processor: on a busy machine they take longer."""


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

        Raises PatternTimeout when ``time.monotonic()`` passes the deadline or after
        LONGEST_SEARCH, and PatternError for a text above MAX_TEXT.
        """
        if len(text) > MAX_TEXT:
            raise PatternError(self.source, f"the text has over {MAX_TEXT} characters")
        left = deadline - time.monotonic()
        if left <= 0:
            raise PatternTimeout(str(self))
        if not is_unicode(self.flags):
            text = units(text)
        try:
            # Without the lock of the interpreter, or all else would wait.
            found = self.compiled.search(
                text, timeout=min(left, LONGEST_SEARCH), concurrent=True
            )
            return found is not None
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
        translated = Translation(body, flags).run()
        compiled = regex.compile(
            translated, regex.VERSION0 | regex.DOTALL, cache_pattern=False
        )
    except (regex.error, Refused) as fault:
        raise PatternError(source, str(fault)) from None
    except RecursionError:
        raise PatternError(source, "its groups are nested too deeply") from None
    return Pattern(source=body, flags="".join(sorted(flags)), compiled=compiled)


_SLASH = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|/", re.DOTALL)
_BREAK = re.compile(r"\\.|[\n\r\u2028\u2029]", re.DOTALL)
_BREAKS = {"\n": r"\n", "\r": r"\r", "\u2028": r"\u2028", "\u2029": r"\u2029"}


def _shown(source: str) -> str:
    """What ``RegExp.prototype.source`` shows."""
    source = _SLASH.sub(lambda at: r"\/" if at[0] == "/" else at[0], source)
    source = _BREAK.sub(lambda at: _BREAKS.get(at[0][-1], at[0]), source)
    return source or "(?:)"
