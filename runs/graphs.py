"""Graphs in memory, kept by digest: many runs share few graphs."""

from __future__ import annotations

import threading
from collections import OrderedDict

from wayflow.graph import Graph
from wayflow.jsontext import json_bytes
from wayflow.topology import topology_of
from workflows.models import GraphDocument

KEPT = 64
KEPT_BYTES = 16 * 1024 * 1024
"""Of JSON, of all that are kept; in memory they take up to twenty times as much."""


class GraphCache:
    """The compiled graphs last used, as long as they are small. From any thread."""

    def __init__(self, kept: int = KEPT, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept = kept
        self._kept_bytes = kept_bytes
        self._lock = threading.Lock()
        self._graphs: OrderedDict[str, Graph] = OrderedDict()
        self._sizes: dict[str, int] = {}

    def known(self, digest: str) -> Graph | None:
        """The graph with this digest, if it was used lately."""
        with self._lock:
            graph = self._graphs.get(digest)
            if graph is not None:
                self._graphs.move_to_end(digest)
            return graph

    def keep(self, digest: str, graph: Graph) -> Graph:
        """``graph``, compiled, for whoever asks for it next."""
        known = self.known(digest)
        if known is not None:
            return known
        topology_of(graph)
        size = len(json_bytes(graph.document))
        with self._lock:
            self._graphs[digest], self._sizes[digest] = graph, size
            while len(self._graphs) > 1 and self._is_full():
                oldest, _ = self._graphs.popitem(last=False)
                del self._sizes[oldest]
        return graph

    def load(self, digest: str) -> Graph:
        """The graph of the stored document with this digest."""
        graph = self.known(digest)
        if graph is None:
            document = GraphDocument.objects.get(digest=digest)
            graph = self.keep(digest, document.graph())
        return graph

    def _is_full(self) -> bool:
        many, much = len(self._graphs), sum(self._sizes.values())
        return many > self._kept or much > self._kept_bytes


graphs = GraphCache()
"""The process's own."""
