"""One journal record: an event with its number and private part, spelled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

import orjson

from access.secrets import scrubber
from wayflow.events import NODE_ATTEMPT, NODE_STATUS, RUN_STATUS, Event, Private
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
_ENGINES_OWN = (RUN_STATUS, NODE_STATUS, NODE_ATTEMPT)
"""The events that no handler can make up."""

_STRUCTURE = ("status", "nodeId", "runId")
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
    """``event`` as record number ``seq``; nothing of it is kept by reference.

    It holds no secret of the server, whatever a handler put into the event.
    """
    frame = encode(event, seq)
    kept = json_bytes(private) if private else None
    if _may_hold_secret(event, (frame + kept if kept else frame).decode()):
        event, private = _scrubbed(event), _scrubbed_private(private)
        frame = encode(event, seq)
        kept = json_bytes(private) if private else None
    name, data = event["event"], event["data"]
    settles = status = None
    if name == NODE_STATUS:
        settles = data["nodeId"] if data["status"] in SETTLED else None
    elif name == RUN_STATUS:
        status = data["status"]
    spared = None
    if len(frame) > BIG or (kept is not None and len(kept) > BIG):
        spared = spare({**event, "private": private} if private else event)
    return Record(seq, name, frame, kept, settles, status, spared)


def _may_hold_secret(event: Event, text: str) -> bool:
    # What nodes give was scrubbed wholly when they gave it; what they raise was not.
    # A handler's event may have anything for data.
    data: Any = event["data"]
    if isinstance(data, dict) and "error" in data:
        return scrubber().may_find(text)
    return scrubber().may_find_plain(text)


def _scrubbed(event: Event) -> Event:
    name, data = event["event"], event["data"]
    clean = scrubber()
    if name not in _ENGINES_OWN:
        return Event(event=clean.text(name), data=clean.value(data))
    told = {k: v if k in _STRUCTURE else clean.value(v) for k, v in data.items()}
    return Event(event=name, data=told)


def _scrubbed_private(private: Private | None) -> Private | None:
    """Ports and the idempotency key are the engine's own words."""
    if private is None:
        return None
    clean = scrubber().value
    made: Private = {**private}
    if "outputs" in private:
        made["outputs"] = {p: clean(v) for p, v in private["outputs"].items()}
    if "result" in private:
        made["result"] = clean(private["result"])
    if "suspension" in private:
        made["suspension"] = clean(private["suspension"])
    return made


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
    for seq, stored in enumerate(stored_in(events), first_seq):
        stored.pop("private", None)
        put_back(stored)
        yield record(seq, {"event": stored["event"], "data": stored["data"]})


def told(rows: Iterable[str], *, node_id: str | None = None) -> Iterator[Told]:
    """The events and private parts of the ``events`` of journal rows, in order.

    With ``node_id`` only those of one node.
    """
    for events in rows:
        for stored in stored_in(events):
            data = stored["data"]
            if node_id is None or (
                isinstance(data, dict) and data.get("nodeId") == node_id
            ):
                put_back(stored)
                event = Event(event=stored["event"], data=data)
                yield event, stored.get("private")


def said(rows: Iterable[str]) -> Iterator[Told]:
    """As ``told``, without private parts and big values, which no node's event has."""
    for events in rows:
        for stored in stored_in(events):
            yield Event(event=stored["event"], data=stored["data"]), None


def copied(stored: dict[str, Any]) -> Record:
    """A stored record for another journal; it has neither number nor frame yet.

    The big values that it refers to are to be copied beside it.
    """
    return Record(0, stored["event"], b"", spared=Spared(json_bytes(stored), {}))


def stored_in(events: str) -> list[dict[str, Any]]:
    """The records of a journal row as they are stored, without their big values."""
    stored: list[dict[str, Any]] = orjson.loads(events)
    return stored
