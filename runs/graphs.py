"""Graphs in memory, kept by digest: many runs share few graphs."""

from __future__ import annotations

import threading
from collections import OrderedDict

from wayflow.graph import Graph
from wayflow.topology import topology_of
from workflows.models import GraphDocument

KEPT = 64


class GraphCache:
    """The compiled graphs last used. From any thread."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._graphs: OrderedDict[str, Graph] = OrderedDict()

    def known(self, digest: str) -> Graph | None:
        """The graph with this digest, if it was used lately."""
        with self._lock:
            graph = self._graphs.get(digest)
            if graph is not None:
                self._graphs.move_to_end(digest)
            return graph

    def keep(self, digest: str, graph: Graph) -> Graph:
        """``graph``, compiled, for whoever asks for it next."""
        topology_of(graph)
        with self._lock:
            self._graphs[digest] = graph
            self._graphs.move_to_end(digest)
            if len(self._graphs) > self._kept:
                self._graphs.popitem(last=False)
        return graph

    def load(self, digest: str) -> Graph:
        """The graph of the stored document with this digest."""
        graph = self.known(digest)
        if graph is None:
            document = GraphDocument.objects.get(digest=digest)
            graph = self.keep(digest, document.graph())
        return graph


graphs = GraphCache()
"""The process's own."""
