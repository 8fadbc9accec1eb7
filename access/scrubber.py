"""Takes secrets out of texts by their values, however these are spelled."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

from wayflow.jsontext import json_text
from wayflow.values import NotSerializable

MARK = "[secret]"
"""What stands where a secret was."""

SHORTEST = 8
"""Characters of a value that is looked for; a shorter one is in too many texts."""

TELLING = 3
"""Characters at which the beginning of a token or of Base64 is taken for one."""

TOKEN_LENGTH = 46
_TOKEN = r"wf_[A-Za-z0-9_-]{43}"
_TOKEN_OPENING = re.compile(r"w(?:f(?:_[A-Za-z0-9_-]{0,42})?)?\Z")
_RUN = re.compile(r"[A-Za-z0-9]+")
_LONGEST_ANCHOR = 20


class Scrubber:
    """Finds some values, and whatever is shaped like an API token of ours.

    Looking for what is not there is cheap: it takes a look for parts of the values that
    are the same in many spellings.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        """Values of fewer than ``SHORTEST`` characters are left alone."""
        looked_for = [value for value in values if len(value) >= SHORTEST]
        forms = {f for v in looked_for for f in (*escaped(v), *in_base64(v))}
        patterns = [(len(form), re.escape(form)) for form in sorted(forms)]
        patterns.append((TOKEN_LENGTH, _TOKEN))
        patterns.sort(key=lambda pattern: -pattern[0])
        self.pattern = re.compile("|".join(pattern for _, pattern in patterns))
        plain = {_anchor(f, value) for value in looked_for for f in escaped(value)}
        coded = {_anchor(f, f) for value in looked_for for f in in_base64(value)}
        self._plain_anchors = tuple(sorted(plain))
        self._anchors = (*self._plain_anchors, *sorted(coded - plain), "wf_")
        self._openings = _openings(forms, 1)
        self._telling = _openings(looked_for, 1) | _openings(forms, TELLING)
        self._longest = max(length for length, _ in patterns)

    def may_find(self, text: str) -> bool:
        """Whether ``text`` may hold a secret; False is certain."""
        for anchor in self._anchors:  # noqa: SIM110 - any() takes twice as long.
            if anchor in text:
                return True
        return False

    def may_find_plain(self, text: str) -> bool:
        """As ``may_find``, of the values alone, not in Base64: five times faster."""
        for anchor in self._plain_anchors:  # noqa: SIM110
            if anchor in text:
                return True
        return False

    def finds(self, text: str) -> bool:
        """Whether ``text`` holds a secret."""
        return self.may_find(text) and self.pattern.search(text) is not None

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        return self.pattern.sub(MARK, text) if self.may_find(text) else text

    def value(self, value: Any) -> Any:
        """A value without secrets in its texts and keys; itself if it has none.

        A number is no text: it stays as it is, and so does what JSON cannot hold.
        """
        if isinstance(value, str):
            return self.text(value)
        if not isinstance(value, dict | list):
            return value
        try:
            is_clean = not self.may_find(json_text(value))
        except NotSerializable:
            is_clean = False
        return value if is_clean else self._walk(value)

    def json(self, value: Any) -> str:
        """The JSON of ``value`` without secrets. Raises NotSerializable."""
        text = json_text(value)
        return json_text(self._walk(value)) if self.may_find(text) else text

    def opening(self, text: str) -> tuple[int, int]:
        """Where the end of ``text`` begins that may be the beginning of a secret.

        Twice: of any, and of one that is told by it: one or two characters may begin
        Base64, but they begin ordinary words more often. The length of ``text`` is
        where there is no such end.
        """
        length = len(text)
        start = max(0, length - self._longest + 1)
        token = _TOKEN_OPENING.search(text, start)
        any_end = length if token is None else token.start()
        telling = any_end if length - any_end >= TELLING else length
        for position in range(start, telling):
            end = text[position:]
            if end in self._openings:
                any_end = min(any_end, position)
                if end in self._telling:
                    return any_end, position
        return any_end, telling

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {
                self.text(name) if isinstance(name, str) else name: self._walk(member)
                for name, member in value.items()
            }
        if isinstance(value, list):
            return [self._walk(item) for item in value]
        return value


def escaped(value: str) -> set[str]:
    """``value``, and what becomes of it in JSON, Python, HTML and URLs."""
    forms = {value, repr(value)[1:-1], escape(value), *_in_urls(value)}
    for is_ascii in (True, False):
        inside = json.dumps(value, ensure_ascii=is_ascii)[1:-1]
        # JSON is often carried as a text within JSON.
        forms |= {inside, json.dumps(inside, ensure_ascii=is_ascii)[1:-1]}
    return forms


def _in_urls(value: str) -> Iterator[str]:
    for quoted in (
        quote(value, errors="replace"),
        quote(value, safe="", errors="replace"),
        quote_plus(value, errors="replace"),
    ):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), quoted)


def in_base64(value: str) -> Iterator[str]:
    """The characters that ``value`` alone determines, wherever in a text it begins."""
    data = value.encode(errors="surrogatepass")
    for before in range(3):
        encoded = b64encode(bytes(before) + data).decode()
        whole = encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        yield whole
        yield whole.translate({ord("+"): "-", ord("/"): "_"})


def _openings(forms: Iterable[str], shortest: int) -> set[str]:
    return {form[:end] for form in forms for end in range(shortest, len(form))}


def _anchor(form: str, value: str) -> str:
    """A part of ``form``, if possible one that all spellings of ``value`` have."""
    longest = max(_RUN.findall(value), key=len, default="")[:_LONGEST_ANCHOR]
    return longest if len(longest) >= SHORTEST and longest in form else form
