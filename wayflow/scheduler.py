"""Pure: settled nodes in, ready and skipped nodes out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush

from .topology import Topology


class Scheduler:
    """Which node may go next. Nodes are indexes of the topology.

    ``ready`` are those that could start now, for ``take``; ``condemned`` those to skip,
    for ``skipped``.

    A whole run costs O(nodes + edges) plus a heap of the ready nodes, which keeps them
    in document order.
    """

    def __init__(
        self,
        topology: Topology,
        emitted: Sequence[Container[str]],
        *,
        settled: Iterable[int] = (),
        waiting: Iterable[int] = (),
    ) -> None:
        """Start from nodes already ``settled`` and others ``waiting`` for a decision.

        ``emitted[i]`` are the ports on which node i emitted; whoever settles a node has
        put them there before.
        """
        self._topology = topology
        self._emitted = emitted
        self._open = list(topology.degrees)
        self.ready: list[int] = []
        self.condemned: list[int] = []
        before = set(settled)
        held = before | set(waiting)
        for index in before:
            for target in topology.successors[index]:
                self._open[target] -= 1
        for index, unsettled in enumerate(self._open):
            if not unsettled and index not in held:
                self._release(index)

    def take(self) -> int:
        """The first ready node in document order; it no longer counts as ready."""
        return heappop(self.ready)

    def settle(self, index: int) -> None:
        """A node completed, failed or was skipped: what waited for it may go on."""
        unsettled = self._open
        for target in self._topology.successors[index]:
            unsettled[target] -= 1
            if not unsettled[target]:
                self._release(target)

    def skipped(self) -> Iterator[int]:
        """Nodes to skip now, each after the ones that condemn it.

        They come in passes over the document order. Settle each before asking for the
        next.
        """
        while self.condemned:
            current, self.condemned = self.condemned, []
            heapify(current)
            following: list[int] = []
            while current:
                index = heappop(current)
                yield index
                condemned, self.condemned = self.condemned, []
                for i in condemned:
                    if i > index:
                        heappush(current, i)
                    else:
                        following.append(i)
            self.condemned = following

    def _release(self, index: int) -> None:
        incoming = self._topology.incoming[index]
        emitted = self._emitted
        for _, source, port, _ in incoming:
            if port in emitted[source]:
                break
        else:
            if incoming:
                self.condemned.append(index)
                return
        heappush(self.ready, index)
