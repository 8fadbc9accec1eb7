"""Routing: which pattern serves a model."""

import pytest

from wayflow.models.routing import served_by

PATTERNS = {p: p for p in ("*", "ship-*", "ship-2*", "ship-2")}


@pytest.mark.parametrize(
    ("model", "pattern"),
    [
        ("ship-2", "ship-2"),
        ("ship-2-mini", "ship-2*"),
        ("ship-1", "ship-*"),
        ("canoe", "*"),
        ("", "*"),
    ],
)
def test_the_exact_id_wins_then_the_longest_prefix_then_the_wildcard(
    model: str, pattern: str
) -> None:
    assert served_by(PATTERNS, model) == pattern


def test_a_model_that_fits_no_pattern_is_served_by_nobody() -> None:
    assert served_by({"ship-*": 1, "ship": 2}, "canoe") is None
