"""Text order as ECMAScript's ``localeCompare`` gives it for English."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

Key: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
Weights: TypeAlias = tuple[int, int, int]

# The order of CLDR's root locale, group by group; what is not listed ends its group.
_GROUPS: Final = (
    "\t\n\v\f\r\x85\u2028\u2029 ",
    "_-\u2010\u2012\u2013\u2014\u2015,、;:!¡?¿.\u00b7'\u2039\u203a\"«»()[]{}「」‖§¶@*/\\&"
    "#%‰‱†‡•‧\u2032\u2035※",
    "`\u00b4^¯¨\u00b8°©®→+±÷\u00d7<=>¬|¦~\u2044∞≤★✓",
    "¤¢$£¥₠₡₢₣₤₥₦₧₨₩₪₫€₭₮₯₰₱₲₳₴₵₶₷₸₹₺₻₼₽₾₿",
    "0123456789",
    "abcdefghi\u0131jklmnŋopqĸrstŧuvwxyzþ\u02bc",
    "αβγδϝϛεζηθικϗλμνξοπϻϟϙρστυφχψωϡϸ",
    "абвгдђеєжзѕиійјклљмнњопрстћуфхцчџшщъыьэюя",
)
_SPACE, _PUNCTUATION, _SYMBOL, _CURRENCY, _DIGIT, *_, _REST = range(len(_GROUPS) + 1)
_UNLISTED: Final = 0x1000
_LISTED: Final = {
    char: group << 24 | index
    for group, chars in enumerate(_GROUPS)
    for index, char in enumerate(chars)
}
_BY_CATEGORY: Final = {"Z": _SPACE, "P": _PUNCTUATION, "S": _SYMBOL}

# Accents in their order; the last ones stand for differences that have no accent.
_ACCENTS: Final = (
    "\u0313\u0343\u0314\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307"
    "\u0338\u0327\u0328\u0304\u0336\u0335\u0309\u030f\u0311\u031b\U000f0001\U000f0002"
    "\U000f0003\U000f0004"
)
_VARIANTS: Final = {
    **{"æ": "a\U000f0001e", "œ": "o\U000f0001e", "ß": "s\U000f0001s"},
    **{"đ": "d\u0335", "ð": "d\U000f0001", "ħ": "h\u0335", "ł": "l\u0335"},
    **{"ø": "o\u0338", "\u017f": "s\U000f0001", "ŀ": "l\U000f0001"},
    **{"й": "й", "ґ": "\u0433\U000f0001", "ς": "\u03c3"},
    **{"\u2018": "'\U000f0001", "\u2019": "'\U000f0002"},
    **{"\u201a": "'\U000f0003", "\u201b": "'\U000f0004"},
    **{"\u201c": '"\U000f0001', "\u201d": '"\U000f0002'},
    **{"\u201e": '"\U000f0003', "\u201f": '"\U000f0004'},
}
_UPPER: Final = 8
_FORMS: Final = {
    **{"wide": 3, "compat": 4, "font": 5, "circle": 6},
    **{"super": 20, "sub": 21, "square": 28, "fraction": 30, "noBreak": 27},
}


def key(text: str) -> Key:
    """Sorts as the text does: first by letters, then by accents, then by case."""
    weights = [one for char in _composed(text) for one in _weights(char)]
    primary, secondary, tertiary = zip(*weights, strict=True) if weights else ((),) * 3
    return tuple(filter(None, primary)), secondary, tertiary


def compare(a: str, b: str) -> int:
    """-1, 0 or 1: ``a.localeCompare(b)``."""
    one, other = key(a), key(b)
    return (one > other) - (one < other)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=4096)
def _weights(char: str) -> tuple[Weights, ...]:
    """The weights of a composed character: none for one that is ignored."""
    if char not in _LISTED and unicodedata.category(char) in ("Cc", "Cf"):
        return ()
    if char in _LISTED:
        return ((_LISTED[char] + 1, 0, 0),)
    return tuple(_of_parts(char))


def _of_parts(char: str) -> Iterator[Weights]:
    lower = char.lower()
    form = unicodedata.decomposition(char).partition(">")[0][1:]
    tertiary = 9 if char == "ς" else _FORMS.get(form, 0)
    if char != lower and tertiary < _UPPER:
        tertiary += _UPPER
    for part in _VARIANTS.get(lower) or unicodedata.normalize("NFKD", lower).lower():
        accent = _ACCENTS.find(part) + 1
        if accent or unicodedata.combining(part):
            yield 0, accent or _UNLISTED + ord(part), 0
        else:
            yield _primary(part), 0, tertiary


def _primary(char: str) -> int:
    if char in _LISTED:
        return _LISTED[char] + 1
    category = unicodedata.category(char)
    if category == "Nd":
        return (_DIGIT << 24 | unicodedata.digit(char)) + 1
    group = _CURRENCY if category == "Sc" else _BY_CATEGORY.get(category[0], _REST)
    return (group << 24 | _UNLISTED + ord(char)) + 1
