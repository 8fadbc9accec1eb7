"""Texts sort as JavaScript's ``localeCompare`` sorts them in English."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayflow import collation

# Each list is in V8's order, every text strictly before the next.
ORDERED = [
    ["a", "A", "b", "B"],
    ["apple", "banana", "Cherry"],
    ["Apple", "mango", "zebra"],
    ["item1", "item10", "item9"],
    ["", " ", "_", "-", "1", "a"],
    ["aB", "Ab", "AB", "abc", "Abc"],
    ["co op", "co-op", "coop", "Coop", "CoOp"],
    ["cote", "coté", "côte", "côté", "coter"],
    ["e", "E", "é", "É", "è", "È", "ê", "ë", "ea"],
    ["ae", "æ", "Æ", "af"],
    ["ss", "ß", "ẞ", "st"],
    ["d", "ď", "đ", "ð", "e"],
    ["o", "O", "º", "ó", "ö", "ø", "Ø", "ō", "oe", "œ"],
    ["1", "¹", "½", "¼", "10", "1a", "2", "²"],
    ["it", "it's", "it\u2019s", "its"],
    ["z", "þ", "\u03b1", "Ω", "я", "א", "中"],
    ["\u03c3", "Σ", "ς", "τ"],
    ["\u0435", "ё", "є", "и", "ї", "й", "к"],
    ["a\t", "a\n", "a ", "a\xa0"],
    ["ﬁ", "g"],
]

ASCII = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
ASCII_LETTERS = "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ"

LATIN_1 = (
    "\xa0_-,;:!¡?¿.\u00b7'\"«»()[]{}§¶@*/\\&#%`\u00b4^¯¨\u00b8°©®+±÷\u00d7<=>¬|¦~¤¢$£¥"
    "01¹½¼2²3³¾456789aAªáÁàÀâÂåÅäÄãÃæÆbBcCçÇdDðÐeEéÉèÈêÊëËfFgGhHiIíÍìÌîÎïÏjJkKlLmMnNñÑ"
    "oOºóÓòÒôÔöÖõÕøØpPqQrRsSßtTuUúÚùÙûÛüÜvVwWxXyYýÝÿzZþÞ\u00b5"
)


@pytest.mark.parametrize(
    "texts", [*ORDERED, list(ASCII + ASCII_LETTERS), list(LATIN_1)], ids=repr
)
def test_texts_keep_the_order_of_javascript(texts: list[str]) -> None:
    assert sorted(reversed(texts), key=collation.key) == texts
    assert [pair for pair in pairwise(texts) if collation.compare(*pair) != -1] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("é", "e\u0301"),
        ("a\u0000b\u200b", "ab"),
        ("", "\u00ad"),
        ("ø", "o\u0338"),
        ("Å", "\u212b"),
    ],
)
def test_texts_that_differ_in_nothing_visible_are_equal(one: str, other: str) -> None:
    assert collation.compare(one, other) == 0


@given(st.text(), st.text())
def test_any_two_texts_compare_one_way(one: str, other: str) -> None:
    order = collation.compare(one, other)
    assert order in (-1, 0, 1)
    assert collation.compare(other, one) == -order
    assert collation.compare(one, one) == 0


@given(st.text(alphabet=st.characters(codec="ascii")), st.sampled_from(ASCII_LETTERS))
def test_a_longer_text_follows_its_beginning(text: str, letter: str) -> None:
    assert collation.compare(text, text + letter) == -1
