"""Ports follow from a node's config by rules that an editor can read too."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wayflow.json_values import JSON
from wayflow.ports import (
    NO_PORTS,
    Fixed,
    FromFields,
    FromVariables,
    PortRule,
    TypedBy,
    rows,
    variables,
)

RULES: list[PortRule] = [
    NO_PORTS,
    Fixed({"value": "any", "max items": "number"}),
    FromFields(),
    FromFields("outputSchema"),
    FromVariables(("prompt", "systemPrompt")),
    TypedBy(port="output", key="mode", types={"combine": "json"}),
]


def drawn(rule: PortRule, config: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(p.id, p.data_type, p.label) for p in rule.ports("input", config)]


def test_fixed_ports_are_labelled_by_their_ids() -> None:
    assert drawn(RULES[1], {}) == [
        ("value", "any", "Value"),
        ("max items", "number", "Max items"),
    ]
    assert drawn(NO_PORTS, {}) == []


def test_each_field_is_a_port() -> None:
    config = {"fields": [{"name": "a", "dataType": "image"}, {"name": "b"}, {}, 5]}
    assert drawn(FromFields(), config) == [("a", "image", "a"), ("b", "any", "b")]
    assert drawn(FromFields("outputSchema"), config) == []


def test_each_variable_of_the_prompts_is_a_port_once() -> None:
    config = {
        "prompt": "{a} {b} {a} {two words} {}",
        "systemPrompt": "{c} {b}",
        "variableDefaults": [{"name": "b", "dataType": "image"}, {"name": "c"}],
    }
    assert drawn(FromVariables(("prompt", "systemPrompt")), config) == [
        ("a", "string", "a"),
        ("b", "image", "b"),
        ("c", "string", "c"),
    ]


def test_a_port_may_be_typed_by_a_setting() -> None:
    rule = TypedBy(port="output", key="mode", types={"combine": "json"})
    assert drawn(rule, {"mode": "combine"}) == [("output", "json", "Output")]
    for config in ({}, {"mode": None}, {"mode": ["combine"]}):
        assert drawn(rule, config) == [("output", "any", "Output")]


def test_ports_are_on_the_side_that_was_asked_for() -> None:
    for side in ("input", "output"):
        (port,) = Fixed({"v": "any"}).ports(side, {})
        assert port.side == side


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{a}{b_1}{A}", ["a", "b_1", "A"]),
        ("{é} {a-b} { a } {{x}}", ["x"]),
        ("none", []),
        (None, []),
    ],
)
def test_a_variable_is_made_of_ascii_word_characters(
    text: Any, names: list[str]
) -> None:
    assert variables(text) == names


@pytest.mark.parametrize("value", [None, "x", {"name": "a"}, [[], {"name": 5}, {}]])
def test_rows_without_a_name_are_no_rows(value: Any) -> None:
    assert [*rows(value)] == []


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_a_rule_describes_itself_by_name(rule: PortRule) -> None:
    assert rule.describe()["rule"] in {"fixed", "fields", "variables", "typedBy"}


KEYS = ("fields", "outputSchema", "prompt", "systemPrompt", "mode", "variableDefaults")
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["name", "dataType", "default"]), JSON), max_size=3
)
CONFIGS = st.dictionaries(st.sampled_from(KEYS), JSON | ROWS)


@given(st.sampled_from(RULES), CONFIGS)
def test_no_config_is_too_strange_for_a_rule(
    rule: PortRule, config: dict[str, Any]
) -> None:
    assert all(isinstance(i, str) for i, _, _ in drawn(rule, config))
