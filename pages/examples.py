"""Workflows to begin with, for whoever has none yet."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from access.errors import ApiError
from wayflow.graph import Graph
from workflows.catalog import model_ids, registry
from workflows.demo import demos


class ExampleUnknown(ApiError):
    def __init__(self) -> None:
        super().__init__(404, "WF_EXAMPLE_UNKNOWN", "There is no such example.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A graph that says by itself what it is called and what it does."""

    id: UUID
    graph: Graph

    @property
    def name(self) -> str:
        return str(self.graph.metadata["name"])

    @property
    def description(self) -> str:
        return str(self.graph.metadata["description"])


def examples() -> list[Example]:
    """All of them, asking the first model that this server can serve."""
    graphs = demos(registry(), model_ids()["llm"][0])
    return [Example(id=id, graph=graph) for id, graph in graphs.items()]


def find_example(id: str) -> Example:
    """Raises ExampleUnknown."""
    for example in examples():
        if str(example.id) == id:
            return example
    raise ExampleUnknown
