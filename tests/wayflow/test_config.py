"""Settings describe themselves as an editor reads them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from wayflow import config
from wayflow.config import (
    Boolean,
    Model,
    Number,
    Select,
    Setting,
    Slider,
    Text,
    choices,
)


def test_every_setting_has_a_kind_of_its_own() -> None:
    settings = [
        member
        for member in vars(config).values()
        if isinstance(member, type) and issubclass(member, Setting)
    ]
    kinds = [setting.kind for setting in settings if setting is not Setting]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize(
    ("setting", "described"),
    [
        (Text(label="A"), {"kind": "text", "label": "A"}),
        (
            Text(label="A", help="H", default="d"),
            {"kind": "text", "label": "A", "help": "H", "default": "d"},
        ),
        (
            Boolean(label="A", default=False),
            {"kind": "boolean", "label": "A", "default": False},
        ),
        (
            Number(label="A", minimum=0, default=0),
            {"kind": "number", "label": "A", "minimum": 0, "default": 0},
        ),
        (
            Slider(label="A", maximum=2),
            {"kind": "slider", "label": "A", "maximum": 2, "increment": 0.1},
        ),
        (Model(label="A"), {"kind": "model", "label": "A", "family": "llm"}),
        (
            Select(label="A", options=choices(["x", "y"])),
            {"kind": "select", "label": "A", "options": {"x": "x", "y": "y"}},
        ),
    ],
    ids=repr,
)
def test_a_description_leaves_out_what_is_unset(
    setting: Setting, described: dict[str, Any]
) -> None:
    assert setting.describe() == described


def test_a_setting_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Text(label="A").label = "B"  # type: ignore[misc]
