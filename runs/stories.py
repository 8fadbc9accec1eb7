"""What a repeated run has of its story before it starts: what its origin had done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from wayflow.events import NODE_STATUS, run_running
from wayflow.graph import NodeId
from wayflow.status import NodeStatus

from . import commits
from .models import JournalEntry
from .records import Record, copied, record, said, stored_in
from .stored_values import copy_values, digests_in

ROWS_AT_ONCE = 20
_DONE = (NodeStatus.COMPLETE, NodeStatus.SKIPPED)


class Place(NamedTuple):
    """Where a journal tells something: the key of a row, and the event in it."""

    row: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Events of a run that another one takes over, in their order."""

    origin_id: UUID
    places: Sequence[Place]

    def tell(self, run_id: UUID) -> int:
        """Write the events into the journal of a run, as if they had been its own.

        Returns the number of the last one. To be called in a transaction, before the
        run is told of anything else. Never holds more than a few rows in memory.
        """
        commits.insert([(run_id, [record(1, run_running(str(run_id)))])])
        last, copied_values = 1, set[str]()
        for records, digests in self._parts():
            numbered = [r._replace(seq=last + n) for n, r in enumerate(records, 1)]
            commits.insert([(run_id, numbered)])
            copy_values(self.origin_id, run_id, digests - copied_values)
            copied_values |= digests
            last += len(numbered)
        return last

    def _parts(self) -> Iterator[tuple[list[Record], Set[str]]]:
        by_row: dict[int, list[int]] = {}
        for place in self.places:
            by_row.setdefault(place.row, []).append(place.position)
        pending = iter(by_row)
        while rows := list(islice(pending, ROWS_AT_ONCE)):
            entries = JournalEntry.objects.filter(run=self.origin_id, pk__in=rows)
            texts = dict(entries.values_list("pk", "events"))
            for row in rows:
                events = stored_in(texts[row])
                chosen = [events[position] for position in by_row[row]]
                digests = {d for stored in chosen for d in digests_in(stored)}
                yield [copied(stored) for stored in chosen], digests


def done_in(run_id: UUID) -> dict[NodeId, Place]:
    """Where a run's journal tells that a node completed or was skipped, in order."""
    entries = JournalEntry.objects.filter(run=run_id).order_by("first_seq")
    found: dict[NodeId, Place] = {}
    rows = entries.values_list("pk", "events").iterator(ROWS_AT_ONCE)
    for row, text in rows:
        for position, (event, _) in enumerate(said([text])):
            if event["event"] == NODE_STATUS:
                data = event["data"]
                if data["status"] in _DONE:
                    found.pop(data["nodeId"], None)
                    found[data["nodeId"]] = Place(row, position)
    return found


def story_of(
    run_id: UUID, told: Mapping[NodeId, Place], kept: Set[NodeId]
) -> Story | None:
    """The story of how the ``kept`` nodes were done; None when there are none."""
    places = [place for node_id, place in told.items() if node_id in kept]
    return Story(origin_id=run_id, places=places) if places else None
