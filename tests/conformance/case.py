"""A recorded case: what to do and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
DEVIATIONS = "deviations.json"


class Mode(StrEnum):
    """How the engine runs the nodes of a case."""

    SEQUENTIAL = "sequential"
    # One node at a time.
    CONCURRENT = "concurrent"
    # Whatever is ready, at once.


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case; ``body`` is its JSON without ``expect`` and with repeats spelled out.

    ``deviates`` says that ours is meant to differ from the recording.
    """

    body: Mapping[str, Any]
    expect: Any
    deviates: bool = False

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def kind(self) -> str:
        return str(self.body["kind"])

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The ways to run it: where no events are recorded one is enough."""
        return tuple(Mode) if "order" in self.body else (Mode.CONCURRENT,)

    def is_exact(self, mode: Mode) -> bool:
        """Whether the events of a run in ``mode`` must come in the recorded order."""
        return self.body["order"] == "strict" and mode is Mode.SEQUENTIAL

    def expecting(self, expect: Any) -> Case:
        """The same case with another expectation."""
        return replace(self, expect=expect)


def load(folder: Path = CASES) -> list[Case]:
    """The cases of every file in ``folder``, in the order of names and of each file.

    A folder that does not say which cases deviate is read with our own list of them.
    Raises FileNotFoundError without any case, ValueError where two share an id.
    """
    deviations = _deviations(folder)
    cases = [
        case_of(recorded, deviates=str(recorded.get("id")) in deviations)
        for path in sorted(folder.glob("*.json"))
        if path.name != DEVIATIONS
        for recorded in _read(path)["cases"]
    ]
    if not cases:
        raise FileNotFoundError(f"no cases in {folder}")
    ids = [case.id for case in cases]
    if len(set(ids)) < len(ids):
        twice = sorted({i for i in ids if ids.count(i) > 1})
        raise ValueError(f"ids used twice: {', '.join(twice)}")
    return cases


def case_of(recorded: Mapping[str, Any], *, deviates: bool = False) -> Case:
    """A case out of its JSON."""
    body = {key: part for key, part in recorded.items() if key != "expect"}
    return Case(body=_spelled_out(body), expect=recorded["expect"], deviates=deviates)


def nodes_of(graph: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The nodes of a plain graph by id."""
    nodes: Mapping[str, Mapping[str, Any]] = graph["nodes"]
    return nodes


def wires_of(graph: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The edges of a plain graph between nodes that exist."""
    nodes = graph["nodes"]
    for edge in graph["edges"].values():
        if edge["sourceNodeId"] in nodes and edge["targetNodeId"] in nodes:
            yield edge


def _deviations(folder: Path) -> Mapping[str, str]:
    own = folder / DEVIATIONS
    return _read(own if own.exists() else CASES / DEVIATIONS)


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _spelled_out(part: Any) -> Any:
    if isinstance(part, list):
        return [_spelled_out(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.keys() == {"$repeat"}:
        text, times = part["$repeat"]
        return text * times
    return {key: _spelled_out(member) for key, member in part.items()}
