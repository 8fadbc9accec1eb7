"""Compiled graphs, kept by document: many runs share few graphs."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from django.db import connection

from wayflow.graph import Graph
from wayflow.topology import topology_of
from workflows.models import GraphDocument

KEPT = 64


class GraphCache:
    """The graphs last used. Documents never change, so neither do these.

    Used on one loop alone.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._graphs: OrderedDict[int, asyncio.Future[Graph]] = OrderedDict()

    async def get(self, document_id: int) -> Graph:
        """The graph of a document, read once however many ask at the same time."""
        reading = self._graphs.get(document_id)
        if reading is None:
            reading = asyncio.ensure_future(asyncio.to_thread(_read, document_id))
            self._graphs[document_id] = reading
            if len(self._graphs) > self._kept:
                self._graphs.popitem(last=False)
        self._graphs.move_to_end(document_id)
        try:
            return await asyncio.shield(reading)
        except Exception:
            self._graphs.pop(document_id, None)
            raise


def _read(document_id: int) -> Graph:
    try:
        graph = GraphDocument.objects.get(pk=document_id).graph()
    finally:
        connection.close()
    topology_of(graph)
    return graph
