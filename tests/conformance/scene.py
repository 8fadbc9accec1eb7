"""The engine set up as one case wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wayflow.graph import Graph
from wayflow.outcome import Cancellation
from wayflow.runtime import Runtime
from wayflow.serializer import deserialize, graph_of

from .behaviours import handlers
from .case import Case, Mode
from .compare import Comparison, difference, unordered_difference
from .scripted_models import Traces, models
from .scripted_tools import tools
from .wire import RunIds

_TRACES = ("requests", "image_requests", "delays_ms", "fetches")


class Scene:
    """A runtime with everything the case scripts, and what was noted of its use.

    ``cancellation`` is the one of the run under way.
    """

    def __init__(self, case: Case, mode: Mode) -> None:
        body = case.body
        self.case = case
        self.mode = mode
        self.run_ids = RunIds()
        self.cancellation = Cancellation()
        self.graphs = {n: graph_of(g) for n, g in body.get("graphs", {}).items()}
        self._traces = Traces()
        self.runtime = Runtime(
            handlers=handlers(
                body.get("handlers", {}), graphs=self.graphs, cancel=self._cancel
            ),
            tools=tools(body, self.graphs),
            models=models(body, self._traces),
        )
        if mode is Mode.SEQUENTIAL:
            self.runtime.max_concurrency = 1

    @property
    def graph(self) -> Graph:
        """The graph of the case."""
        if "serialized" in self.case.body:
            return deserialize(self.case.body["serialized"])
        return graph_of(self.case.body["graph"])

    def begin(self) -> Cancellation:
        """The cancellation of the run that begins now."""
        self.cancellation = Cancellation()
        if self.case.body.get("abort") == "before":
            self.cancellation.cancel()
        return self.cancellation

    def traces_difference(self) -> str | None:
        """What the models were asked otherwise than recorded."""
        for name in _TRACES:
            expected = self.case.expect.get(name, [])
            actual = getattr(self._traces, name)
            found = self._compared(name)(expected, actual, name)
            if found is not None:
                return found
        return None

    def _compared(self, name: str) -> Comparison:
        per_item = name.endswith("requests") and _runs_per_item(self.graph)
        return unordered_difference if per_item else difference

    def _cancel(self) -> None:
        self.cancellation.cancel()


def without_traces(expect: Mapping[str, Any]) -> dict[str, Any]:
    """What is expected beside the traces."""
    return {key: part for key, part in expect.items() if key not in _TRACES}


def _runs_per_item(graph: Graph) -> bool:
    return any(node.data.get("runPerItem") is True for node in graph.nodes.values())
