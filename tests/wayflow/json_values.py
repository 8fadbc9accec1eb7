"""What the tests of values share: any value, a deep one, and exact types."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NUMBER = st.integers() | st.floats()
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | st.text(st.characters(exclude_categories=[])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.tuples(inner)
    ),
    max_leaves=20,
)


def exact_types(value: object) -> Any:
    if isinstance(value, list):
        return [exact_types(item) for item in value]
    if isinstance(value, dict):
        return {type(name): exact_types(member) for name, member in value.items()}
    return type(value)


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value
