"""A value that is too long for an event is shown by a marker."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayflow.truncation import truncated, truncated_fields, utf16_length, utf16_prefix
from wayflow.values import ABSENT


@given(st.text(), st.integers(min_value=0, max_value=30))
def test_lengths_and_prefixes_count_utf16_units(text: str, units: int) -> None:
    length = len(text.encode("utf-16-le")) // 2
    assert utf16_length(text) == length
    prefix = utf16_prefix(text, units)
    assert text.startswith(prefix)
    assert min(units, length) - utf16_length(prefix) in (0, 1)


def test_a_prefix_never_holds_half_a_pair() -> None:
    assert utf16_prefix("a😀b", 2) == "a"
    assert utf16_prefix("a😀b", 3) == "a😀"
    assert utf16_prefix("a\ud800b", 2) == "a\ud800"


LIMIT = 32 * 1024


@pytest.mark.parametrize(
    "value",
    [
        ABSENT,
        None,
        5,
        "x" * LIMIT,
        "é" * 20_000,
        "data:image/png;base64," + "A" * 50_000,
        ["é" * (LIMIT - 4)],
        {"a": "x" * (LIMIT - 8)},
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_fits_is_shown_whole(value: Any) -> None:
    assert truncated(value) is value


@pytest.mark.parametrize(
    ("value", "size", "preview"),
    [
        ("x" * (LIMIT + 1), LIMIT + 1, "x" * 200),
        ("😀" * 17_000, 34_000, "😀" * 100),
        ("a" + "😀" * 17_000, 34_001, "a" + "😀" * 99),
        ("data:text/plain," + "A" * 50_000, 50_016, "data:text/plain," + "A" * 184),
        (["y" * 20_000, "z" * 20_000, 1], 40_009, '["' + "y" * 198),
        ({"text": "k" * 33_000}, 33_011, '{"text":"' + "k" * 191),
        (["data:image/" + "A" * 40_000], 40_015, '["data:image/' + "A" * 187),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_too_long_is_replaced_by_a_marker(
    value: Any, size: int, preview: str
) -> None:
    marker = {"__truncated": True, "size": size, "preview": preview}
    assert truncated(value) == marker
    if not isinstance(value, dict):
        assert truncated_fields(value) == marker


def test_an_object_is_truncated_member_by_member() -> None:
    long, image = "q" * 40_000, "data:image/png;" + "A" * 40_000
    shown = truncated_fields({"small": 1, "long": long, "image": image})
    marker = {"__truncated": True, "size": 40_000, "preview": "q" * 200}
    assert shown == {"small": 1, "long": marker, "image": image}
