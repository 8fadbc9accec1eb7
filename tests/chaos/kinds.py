"""The kinds of runs that servers are killed with, and what must become of each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.graphs import MODEL, asks_model
from tests.runs.scenes import Document, field
from wayflow.testing import graph_document, node_document

NODE_PORTS = {"inputs": ["v"], "outputs": ["v"]}
RETRIES = {"retries": 20, "backoff": 0.01, "longestBackoff": 0.05}
CONTINUE = {**RETRIES, "retries": 2, "continueOnError": True}
BRANCHES = 6
BIG_TEXT = "x" * 300_000
"""Too much to be repeated in every record that has it."""

PURE = ("input", "output", "humanInTheLoop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A workflow with the inputs of its runs.

    ``expected`` is the result of a run of the given label, its stamps reduced to the
    ids of their nodes; None for a kind whose runs are cancelled.
    """

    document: Document
    inputs: Callable[[str], Mapping[str, Any]]
    expected: Callable[[str], Mapping[str, Any]] | None


def _node(id: str, type: str, **data: Any) -> dict[str, Any]:
    return node_document(id, type, data, **NODE_PORTS)


def _input() -> dict[str, Any]:
    return node_document("in", "input", {"fields": [field("v")]}, outputs=["v"])


def _output(*names: str) -> dict[str, Any]:
    rows = {"fields": [field(name) for name in names]}
    return node_document("out", "output", rows, inputs=names)


def _line(*nodes: dict[str, Any]) -> Document:
    ids = ["in", *(node["id"] for node in nodes), "out"]
    wires = [f"{a}.v -> {b}.v" for a, b in itertools.pairwise(ids)]
    return graph_document(_input(), *nodes, _output("v"), wires=wires)


def _fan() -> Document:
    names = [f"f{number}" for number in range(BRANCHES)]
    return graph_document(
        _input(),
        *(_node(name, "stamps") for name in names),
        _output(*names),
        wires=[
            *(f"in.v -> {name}.v" for name in names),
            *(f"{name}.v -> out.{name}" for name in names),
        ],
    )


def _told() -> Document:
    document = asks_model("Tell {v}.", MODEL)
    document["nodes"]["after"] = _node("after", "stamps")
    wires = ["in.v -> llm.v", "llm.v -> after.v", "after.v -> out.v"]
    return {**document, "edges": graph_document(wires=wires)["edges"]}


def reviewed(**terms: Any) -> Document:
    """A stamp before a review and one after it, for each branch."""
    config = {"instructions": "Look at it.", **terms}
    return graph_document(
        _input(),
        _node("before", "stamps"),
        node_document(
            "review",
            "humanInTheLoop",
            config,
            inputs=["input"],
            outputs=["approved", "rejected"],
        ),
        _node("yes", "stamps"),
        _node("no", "stamps"),
        _output("yes", "no"),
        wires=[
            "in.v -> before.v",
            "before.v -> review.input",
            "review.approved -> yes.v",
            "review.rejected -> no.v",
            "yes.v -> out.yes",
            "no.v -> out.no",
        ],
    )


def gated(type: str = "gate") -> Document:
    """A stamp, a gate that is tried again after a minute, a stamp."""
    gate = _node("gate", type, policy={"retries": 1, "backoff": 60})
    return _line(_node("a", "stamps"), gate, _node("z", "stamps"))


KINDS = {
    "chain": Kind(
        document=_line(
            _node("a", "stamps"),
            _node("b", "stampsInThread"),
            _node("c", "stamps"),
            _node("d", "stampsInThread"),
        ),
        inputs=lambda label: {"v": [label]},
        expected=lambda label: {"v": [label, "a", "b", "c", "d"]},
    ),
    "fan": Kind(
        document=_fan(),
        inputs=lambda label: {"v": [label]},
        expected=lambda label: {
            f"f{number}": [label, f"f{number}"] for number in range(BRANCHES)
        },
    ),
    "items": Kind(
        document=_line(_node("each", "stamps", runPerItem=True)),
        inputs=lambda label: {"v": [f"{label}-{n}" for n in range(4)]},
        expected=lambda label: {"v": [f"{label}-{n} each" for n in range(4)]},
    ),
    "model": Kind(
        document=_told(),
        inputs=lambda label: {"v": label},
        expected=lambda label: {"v": f"{tale_of(label)} after"},
    ),
    "retried": Kind(
        document=_line(_node("a", "wavers", policy=RETRIES), _node("b", "stamps")),
        inputs=lambda label: {"v": [label]},
        expected=lambda label: {"v": [label, "a", "b"]},
    ),
    "continued": Kind(
        document=_line(
            _node("a", "stamps"),
            _node(
                "b", "fails", policy={"continueOnError": True, **RETRIES, "retries": 2}
            ),
            _node("c", "stamps"),
        ),
        inputs=lambda label: {"v": [label]},
        expected=lambda label: {"v": ["c"]},
    ),
    "big": Kind(
        document=_line(_node("a", "swells"), _node("b", "stamps")),
        inputs=lambda label: {"v": [label]},
        expected=lambda label: {"v": [label, "a", "big", "b"]},
    ),
    "reviewed": Kind(
        document=reviewed(),
        inputs=lambda label: {"v": [label]},
        expected=lambda label: {"yes": [f"{label} answered", "yes"]},
    ),
    "stopped": Kind(
        document=gated(),
        inputs=lambda label: {"v": [label]},
        expected=None,
    ),
}

HELD = {
    "gated": gated(),
    "gatedInThread": gated("gateInThread"),
    "refused": gated("refuses"),
}
"""Workflows that go on once the gate of their life is open."""

EXPIRED = "expired"
AT_ONCE = {"expiresAfter": 0.01, "expiryBranch": "approved"}
OTHERS = {**HELD, EXPIRED: reviewed(review=AT_ONCE)}
"""Workflows for single tests."""


def effects_before(document: Document) -> dict[str, set[str]]:
    """The nodes with effects that each node takes something from."""
    nodes = document["nodes"]
    found: dict[str, set[str]] = {}
    for edge in document["edges"].values():
        if nodes[edge["sourceNodeId"]]["type"] not in PURE:
            found.setdefault(edge["targetNodeId"], set()).add(edge["sourceNodeId"])
    return found


def shortened(text: str) -> str:
    """``text`` with a word for each big text that is whole: nobody can compare them."""
    return text.replace(BIG_TEXT, "big")


def passed(label: str) -> dict[str, Any]:
    """The reduced result of a held workflow."""
    return {"v": [label, "a", "gate", "z"]}


def tale_of(label: str) -> str:
    """What the model tells of a run."""
    return f"Once upon a time there was {label} who lived"
