"""A run's events as they are stored, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from runs.admin.excerpt import Excerpt, excerpt
from runs.models import JournalEntry, Run
from runs.records import Record, records_of

EVENTS_AT_ONCE = 200
ROWS_AT_ONCE = 20
EVENT_LIMIT = 2_000
EVENT_BRIEF = 160
"""Characters of one event that are shown: at all, and in its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvent:
    """One event of the journal; ``brief`` is the line for one that is long."""

    seq: int
    name: str
    data: Excerpt
    brief: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A stretch of the journal; ``next`` is the number to go on after, if any."""

    events: list[ShownEvent]
    after: int
    before: int
    next: int | None
    newest: int


def events_after(run: Run, after: int) -> EventPage:
    """The events of ``run`` that follow number ``after``."""
    entries = JournalEntry.objects.filter(run=run.pk, last_seq__gt=after)
    rows = entries.order_by("first_seq").values_list("first_seq", "events")
    few = rows[:EVENTS_AT_ONCE].iterator(chunk_size=ROWS_AT_ONCE)
    records = (record for row in few for record in records_of(*row))
    unseen = (record for record in records if record.seq > after)
    events = [_shown(record) for record in islice(unseen, EVENTS_AT_ONCE)]
    reached = events[-1].seq if events else after
    return EventPage(
        events=events,
        after=after,
        before=max(after - EVENTS_AT_ONCE, 0),
        next=reached if reached < run.last_seq else None,
        newest=max(run.last_seq - EVENTS_AT_ONCE, 0),
    )


def _shown(record: Record) -> ShownEvent:
    data = excerpt(record.data.decode(), EVENT_LIMIT)
    brief = data.text[:EVENT_BRIEF] if data.size > EVENT_BRIEF else ""
    return ShownEvent(seq=record.seq, name=record.name, data=data, brief=brief)
