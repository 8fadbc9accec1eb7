"""Graphs for live servers, and what became of their runs."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.runs.scenes import Document, chain, field
from wayflow.testing import graph_document, node_document

from .site import PATIENCE

MODEL = "gpt-4o-mini"
SETTLED = ("completed", "error", "cancelled", "paused")


def asks_model(prompt: str = "Tell {v}.", model: str = MODEL) -> Document:
    """Input, a model asked with the input, Output."""
    document = chain("llm")
    config = {"model": model, "prompt": prompt}
    document["nodes"]["llm"]["data"] = config
    return document


def two_reviews() -> Document:
    """Input, a review after the other, Output."""
    return graph_document(
        node_document("in", "input", {"fields": [field("v")]}, outputs=["v"]),
        _review("first"),
        _review("second"),
        node_document("out", "output", {"fields": [field("v")]}, inputs=["v"]),
        wires=[
            "in.v -> first.input",
            "first.approved -> second.input",
            "second.approved -> out.v",
        ],
    )


def review_then_model() -> Document:
    """Input, a review, a model asked with what was approved, Output."""
    document = asks_model()
    document["nodes"] = {
        "in": document["nodes"]["in"],
        "review": _review("review"),
        "llm": document["nodes"]["llm"],
        "out": document["nodes"]["out"],
    }
    wires = graph_document(
        wires=["in.v -> review.input", "review.approved -> llm.v", "llm.v -> out.v"]
    )
    return {**document, "edges": wires["edges"]}


def _review(id: str) -> dict[str, Any]:
    return node_document(
        id,
        "humanInTheLoop",
        {"instructions": f"The {id} look."},
        inputs=["input"],
        outputs=["approved", "rejected"],
    )


async def settled(http: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    """The run as the API shows it, once it ended or paused."""
    async with asyncio.timeout(PATIENCE):
        while True:
            run: dict[str, Any] = (await http.get(f"/api/runs/{run_id}")).json()
            if run["status"] in SETTLED:
                return run
