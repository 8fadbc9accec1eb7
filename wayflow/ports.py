"""How a node type's ports follow from its config, as data an editor can read too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .graph import Port, PortId, Side

VARIABLE = re.compile(r"\{(\w+)\}", re.ASCII)
"""A prompt variable; JavaScript's ``\\w`` knows ASCII only."""


def rows(value: Any) -> Iterator[Mapping[str, Any]]:
    """The well-formed rows of a field list: objects with a name."""
    if isinstance(value, list):
        for row in value:
            if isinstance(row, dict) and isinstance(row.get("name"), str):
                yield row


def variables(*texts: Any) -> list[str]:
    """Names of the ``{variables}`` in the texts, first occurrence first."""
    found: dict[str, None] = {}
    for text in texts:
        if isinstance(text, str):
            found.update(dict.fromkeys(VARIABLE.findall(text)))
    return list(found)


class PortRule(Protocol):
    """Tells the ports of one side of a node from its config."""

    def ports(self, side: Side, config: Mapping[str, Any]) -> list[Port]: ...

    def describe(self) -> dict[str, Any]:
        """The rule as JSON, for an editor to follow it without asking."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same ports: id → data type, labelled by their title-cased id."""

    types: Mapping[str, str]

    def ports(self, side: Side, config: Mapping[str, Any]) -> list[Port]:
        return [
            Port(id=PortId(i), side=side, data_type=t, label=i[:1].upper() + i[1:])
            for i, t in self.types.items()
        ]

    def describe(self) -> dict[str, Any]:
        return {"rule": "fixed", "ports": dict(self.types)}


@dataclass(frozen=True, slots=True)
class FromFields:
    """One port per row of the field list under ``key``."""

    key: str = "fields"

    def ports(self, side: Side, config: Mapping[str, Any]) -> list[Port]:
        return [
            Port(
                id=PortId(row["name"]),
                side=side,
                data_type=row.get("dataType") or "any",
                label=row["name"],
            )
            for row in rows(config.get(self.key))
        ]

    def describe(self) -> dict[str, Any]:
        return {"rule": "fields", "key": self.key}


@dataclass(frozen=True, slots=True)
class FromVariables:
    """One port per ``{variable}`` of the texts under ``keys``.

    A row of ``variableDefaults`` with the same name gives the data type.
    """

    keys: Sequence[str]

    def ports(self, side: Side, config: Mapping[str, Any]) -> list[Port]:
        types = {r["name"]: r.get("dataType") for r in rows(config.get(_DEFAULTS))}
        return [
            Port(
                id=PortId(name),
                side=side,
                data_type=types.get(name) or "string",
                label=name,
            )
            for name in variables(*(config.get(key) for key in self.keys))
        ]

    def describe(self) -> dict[str, Any]:
        return {"rule": "variables", "keys": list(self.keys), "types": _DEFAULTS}


_DEFAULTS = "variableDefaults"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedBy:
    """One port, whose data type follows from the setting under ``key``."""

    port: str
    key: str
    types: Mapping[str, str]
    default: str = "any"

    def ports(self, side: Side, config: Mapping[str, Any]) -> list[Port]:
        data_type = self.types.get(str(config.get(self.key)), self.default)
        return Fixed({self.port: data_type}).ports(side, config)

    def describe(self) -> dict[str, Any]:
        return {
            "rule": "typedBy",
            "port": self.port,
            "key": self.key,
            "types": dict(self.types),
            "default": self.default,
        }


NO_PORTS = Fixed({})
