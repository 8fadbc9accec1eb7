"""Cases made by hand, with what the recorded engine is known to do in them."""

from __future__ import annotations

import json
from typing import Any

from wayflow.testing import graph_document, node_document

from .recording import RUNNING, completed, done, edge, node, paused, stage, started


def _input(port: str) -> dict[str, Any]:
    fields = [{"name": port, "dataType": "any"}]
    return node_document("in", "input", {"fields": fields}, outputs=[port])


def _output(*ports: str, id: str = "end") -> dict[str, Any]:
    fields = [{"name": port, "dataType": "any"} for port in ports]
    return node_document(id, "output", {"fields": fields}, inputs=ports)


def _gate(id: str) -> dict[str, Any]:
    data = {"instructions": "ok?"}
    ports = ["approved", "rejected"]
    return node_document(id, "humanInTheLoop", data, inputs=["input"], outputs=ports)


def parallel_gates() -> dict[str, Any]:
    """As the recorded engine has it: the second gate is only reached after a pause."""
    stages = [
        stage(
            RUNNING,
            started("in"),
            done("in", "x"),
            edge("w1", "active"),
            started("g1", input="x"),
            node("g1", "waiting"),
            edge("w1", "idle"),
            paused("g1", "x", "ok?"),
        ),
        stage(
            RUNNING,
            done("g1", "y"),
            edge("w2", "active"),
            started("g2", input="x"),
            node("g2", "waiting"),
            edge("w2", "idle"),
            paused("g2", "x", "ok?"),
        ),
        stage(
            RUNNING,
            done("g2", "x"),
            edge("w3", "active"),
            edge("w4", "active"),
            started("end", a="y", b="x"),
            done("end", {"a": "y", "b": "x"}),
            edge("w3", "idle"),
            edge("w4", "idle"),
            completed({"a": "y", "b": "x"}),
        ),
    ]
    return {
        "id": "review-parallel-gates",
        "kind": "resume",
        "order": "causal",
        "needs": ["sequential"],
        "graph": graph_document(
            _input("v"),
            _gate("g1"),
            _gate("g2"),
            _output("a", "b"),
            wires=[
                "in.v -> g1.input",
                "in.v -> g2.input",
                "g1.approved -> end.a",
                "g2.approved -> end.b",
            ],
        ),
        "inputs": {"v": "x"},
        "decisions": [{"branch": "approved", "data": "y"}, {"branch": "approved"}],
        "expect": {"stages": stages},
    }


def absent_value() -> dict[str, Any]:
    """As the recorded engine has it: the empty port is lost on the way through JSON."""
    seen = {"x": "absent", "y": "string"}
    stages = [
        stage(
            RUNNING,
            started("none"),
            done("none"),
            started("in"),
            done("in", "v"),
            edge("w1", "active"),
            started("gate", input="v"),
            node("gate", "waiting"),
            edge("w1", "idle"),
            paused("gate", "v", "ok?"),
        ),
        stage(
            RUNNING,
            done("gate", "v"),
            edge("w2", "skipped"),
            edge("w3", "active"),
            started("look", y="v"),
            done("look", seen),
            edge("w2", "skipped"),
            edge("w3", "idle"),
            edge("w4", "skipped"),
            edge("w5", "skipped"),
            node("alone", "skipped"),
            edge("w5", "skipped"),
            edge("w6", "active"),
            started("end", look=seen),
            done("end", {"look": seen}),
            edge("w5", "skipped"),
            edge("w6", "idle"),
            completed({"look": seen}),
        ),
    ]
    return {
        "id": "review-undefined-output-json",
        "kind": "resume",
        "order": "causal",
        "graph": graph_document(
            node_document("none", "const", outputs=["out"]),
            _input("v"),
            _gate("gate"),
            node_document("look", "kinds", inputs=["x", "y"], outputs=["k"]),
            node_document("alone", "kinds", inputs=["x"], outputs=["k"]),
            _output("look", "alone"),
            wires=[
                "in.v -> gate.input",
                "none.out -> look.x",
                "gate.approved -> look.y",
                "none.out -> alone.x",
                "alone.k -> end.alone",
                "look.k -> end.look",
            ],
        ),
        "inputs": {"v": "v"},
        "handlers": {"const": {"do": "const"}, "kinds": {"do": "kinds"}},
        "decisions": [{"branch": "approved", "checkpoint_via_json": True}],
        "expect": {"stages": stages},
    }


def integer_like_ids() -> dict[str, Any]:
    """As the recorded engine has it: nodes that look like numbers come first."""
    text = {"10": "ten", "2": "two", "b": "bee"}
    wires = {"2": "w2", "10": "w1", "b": "w3"}
    joined = "ten\ntwo\nbee"
    active = [edge(wire, "active") for wire in ("w1", "w2", "w3")]
    idle = [edge(wire, "idle") for wire in ("w1", "w2", "w3")]
    inputs = {f"p{i}": text[i] for i in text}
    events = [
        RUNNING,
        *(e for i in wires for e in (started(i), done(i, text[i]))),
        *active,
        started("join", **inputs),
        done("join", joined),
        *idle,
        edge("w4", "active"),
        started("end", r=joined),
        done("end", {"r": joined}),
        edge("w4", "idle"),
        completed({"r": joined}),
    ]
    graph = graph_document(
        *(node_document(i, "const", {"value": text[i]}, outputs=["out"]) for i in text),
        node_document(
            "join",
            "merge",
            {"fields": [{"name": p} for p in inputs], "mode": "concatenate"},
            inputs=inputs,
            outputs=["output"],
        ),
        _output("r"),
        wires=[*(f"{i}.out -> join.p{i}" for i in text), "join.output -> end.r"],
    )
    return {
        "id": "flow-integer-like-ids",
        "kind": "run",
        "order": "strict",
        "serialized": json.dumps({"version": 1, "graph": graph}),
        "handlers": {"const": {"do": "const"}},
        "expect": stage(*events),
    }


def _dead_branch(nodes: list[Any], wires: list[str], *tail: Any) -> dict[str, Any]:
    graph = graph_document(
        _input("v"),
        node_document(
            "if",
            "conditional",
            {"operator": "==", "targetDefault": "on"},
            inputs=["value", "target"],
            outputs=["true", "false"],
        ),
        *nodes,
        wires=["in.v -> if.value", *wires],
    )
    head = [
        RUNNING,
        started("in"),
        done("in", "off"),
        edge("w1", "active"),
        started("if", value="off"),
        done("if", {"false": "off"}),
        edge("w1", "idle"),
    ]
    return {
        "id": "output-overwritten-by-dead-branch",
        "kind": "run",
        "order": "strict",
        "graph": graph,
        "inputs": {"v": "off"},
        "expect": stage(*head, *tail),
    }


def erased_in_one_node() -> dict[str, Any]:
    """A field of one Output node at the ends of a live and of a dead branch."""
    return _dead_branch(
        [_output("r")],
        ["if.false -> end.r", "if.true -> end.r"],
        edge("w2", "active"),
        edge("w3", "skipped"),
        started("end"),
        done("end", {}),
        edge("w2", "idle"),
        edge("w3", "skipped"),
        completed({}),
    )


def erased_by_another_node() -> dict[str, Any]:
    """A field of two Output nodes, the later one behind a dead branch."""
    return _dead_branch(
        [_output("r", id="one"), _output("r", "s", id="two")],
        ["if.false -> one.r", "if.true -> two.r", "in.v -> two.s"],
        edge("w2", "active"),
        started("one", r="off"),
        done("one", {"r": "off"}),
        edge("w2", "idle"),
        edge("w3", "skipped"),
        edge("w4", "active"),
        started("two", s="off"),
        done("two", {"s": "off"}),
        edge("w3", "skipped"),
        edge("w4", "idle"),
        completed({"s": "off"}),
    )
