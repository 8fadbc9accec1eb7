"""The settings a node type offers, as data from which an editor draws its panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a node; ``kind`` names the control that edits it."""

    kind: ClassVar[str]

    label: str
    help: str = ""
    default: Any = None

    def describe(self) -> dict[str, Any]:
        """``{kind, label, …}`` with camelCase keys; what is unset is left out."""
        described = {"kind": self.kind}
        for f in fields(self):
            value = getattr(self, f.name)
            if value not in (None, ""):
                first, *rest = f.name.split("_")
                described[first + "".join(map(str.title, rest))] = value
        return described


class Text(Setting):
    kind = "text"


class LongText(Setting):
    """Several lines; with ``variables`` each ``{name}`` in it becomes a port."""

    kind = "longText"


class Template(Setting):
    """Several lines, in which each ``{name}`` becomes an input port."""

    kind = "template"


class Boolean(Setting):
    kind = "boolean"


class JsonValue(Setting):
    kind = "json"


class Fields(Setting):
    """A list of ``{name, dataType, default?, format?, multiple?, required?}``."""

    kind = "fields"


class Tools(Setting):
    """A list of tool names out of ``/api/tools``."""

    kind = "tools"


class ImageSize(Setting):
    """``{mode: "preset", preset}`` or ``{mode: "custom", width, height}``."""

    kind = "imageSize"


class ListOperation(Setting):
    """``{op, …}`` as the arrayOps node takes it."""

    kind = "listOperation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Setting):
    """A model id out of ``/api/models``; ``family`` is the list to offer."""

    kind = "model"

    family: str = "llm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Setting):
    kind = "number"

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider(Number):
    """A number that may also be left to the model ("Auto": unset)."""

    kind = "slider"

    increment: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Setting):
    """One of ``options``: value → label."""

    kind = "select"

    options: Mapping[str, str]


def choices(values: Sequence[str]) -> dict[str, str]:
    """Options that are their own labels."""
    return {value: value for value in values}
