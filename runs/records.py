"""One journal record: an event with its number and private part, spelled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

import orjson

from wayflow.events import NODE_STATUS, RUN_STATUS, Event, Private
from wayflow.jsontext import json_bytes
from wayflow.sse import encode
from wayflow.status import TERMINAL, NodeStatus, RunStatus

from .stored_values import BIG, Spared, put_back, spare

Told: TypeAlias = tuple[Event, Private | None]
"""What ``wayflow.checkpoint.replay`` reads."""

SETTLED = {
    status.value
    for status in NodeStatus
    if status not in (NodeStatus.IDLE, NodeStatus.RUNNING)
}
OUTCOMES = {status.value for status in (*TERMINAL, RunStatus.PAUSED)}


class Record(NamedTuple):
    """An event ready for the wire and for the journal.

    ``frame`` is its server-sent form with id; ``settles`` names the node that it
    settles, ``status`` is the run's if it tells one; ``spared`` is what the journal
    keeps of an event with big values.
    """

    seq: int
    name: str
    frame: bytes
    private: bytes | None = None
    settles: str | None = None
    status: str | None = None
    spared: Spared | None = None

    @property
    def is_outcome(self) -> bool:
        """Whether the run ends or pauses with it."""
        return self.status in OUTCOMES

    @property
    def data(self) -> bytes:
        """The event's data as JSON, which has no line break of its own."""
        return self.frame.rpartition(b"\ndata: ")[2][:-2]


def record(seq: int, event: Event, private: Private | None = None) -> Record:
    """``event`` as record number ``seq``; nothing of it is kept by reference."""
    name, data = event["event"], event["data"]
    settles = status = None
    if name == NODE_STATUS:
        settles = data["nodeId"] if data["status"] in SETTLED else None
    elif name == RUN_STATUS:
        status = data["status"]
    kept = json_bytes(private) if private else None
    frame = encode(event, seq)
    spared = None
    if len(frame) > BIG or (kept is not None and len(kept) > BIG):
        spared = spare({**event, "private": private} if private else event)
    return Record(seq, name, frame, kept, settles, status, spared)


def row_text(records: Iterable[Record]) -> str:
    """The ``events`` of the journal row that holds ``records``."""
    return (b"[%b]" % b",".join(map(_spelled, records))).decode()


def _spelled(record: Record) -> bytes:
    if record.spared is not None:
        return record.spared.text
    name, data = json_bytes(record.name), record.data
    if record.private is None:
        return b'{"event":%b,"data":%b}' % (name, data)
    return b'{"event":%b,"data":%b,"private":%b}' % (name, data, record.private)


def records_of(first_seq: int, events: str) -> Iterator[Record]:
    """The records of a journal row, without their private part."""
    for seq, stored in enumerate(_stored(events), first_seq):
        stored.pop("private", None)
        put_back(stored)
        yield record(seq, {"event": stored["event"], "data": stored["data"]})


def told(rows: Iterable[str]) -> Iterator[Told]:
    """The events and private parts of the ``events`` of journal rows, in order."""
    for events in rows:
        for stored in _stored(events):
            put_back(stored)
            event = Event(event=stored["event"], data=stored["data"])
            yield event, stored.get("private")


def _stored(events: str) -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = orjson.loads(events)
    return stored
