"""What a database says of its runs, and whether that can be true."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.e2e.site import PATIENCE

from .kinds import shortened
from .ledger import BEGAN, Entry

SETTLED = ("complete", "error", "skipped", "waiting")
ENDED = ("completed", "error", "cancelled")
STAMP = re.compile(r"(\w+)=[0-9a-f]{32}")

RUNS = """
SELECT run.id, run.status, run.result, run.error, run.last_seq,
       run.cancel_requested_at, run.host, run.epoch, run.idempotency_key
FROM runs_run AS run
"""
BIG_VALUES = "SELECT digest, value FROM runs_storedvalue"
JOURNAL = """
SELECT run_id, first_seq, last_seq, events FROM runs_journalentry
ORDER BY run_id, first_seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A run as its row and its journal tell it; ``events`` are numbered from 1."""

    run: str
    label: str
    status: str
    result: Any
    error: Any
    cancel_requested: bool
    host: str
    epoch: int
    events: tuple[dict[str, Any], ...]

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def last(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = self.events[-1]["data"]
        return data

    def settled(self) -> set[str]:
        """The nodes whose fate is durable, waiting for a person included."""
        return {
            event["data"]["nodeId"]
            for event in self.events
            if event["event"] == "node_status" and event["data"]["status"] in SETTLED
        }

    def completions(self) -> list[dict[str, Any]]:
        """The events that completed a node, private part and all."""
        return [
            event
            for event in self.events
            if event["event"] == "node_status" and event["data"]["status"] == "complete"
        ]


def stories(database: Path) -> dict[str, Story]:
    """All runs by id, after checking that no number is missing or doubled."""
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as connection:
        connection.execute("BEGIN")
        journal = connection.execute(JOURNAL).fetchall()
        runs = connection.execute(RUNS).fetchall()
        big = dict(connection.execute(BIG_VALUES).fetchall())
    written: dict[str, list[dict[str, Any]]] = {}
    for run, first, last, text in journal:
        events = written.setdefault(run, [])
        added = json.loads(shortened(text))
        assert first == len(events) + 1, f"{run}: {first} after {len(events)}"
        assert last == len(events) + len(added), f"{run}: {last} ends {first}"
        events += [_whole(event, big) for event in added]
    found: dict[str, Story] = {}
    for run, status, result, error, last_seq, asked, host, epoch, key in runs:
        events = written.get(run, [])
        assert last_seq == len(events), f"{run}: {last_seq} of {len(events)}"
        found[str(UUID(run))] = Story(
            run=str(UUID(run)),
            label=key,
            status=status,
            result=None if result is None else json.loads(shortened(result)),
            error=None if error is None else json.loads(error),
            cancel_requested=asked is not None,
            host=host,
            epoch=epoch,
            events=tuple(events),
        )
    return found


def _whole(event: dict[str, Any], big: Mapping[str, str]) -> dict[str, Any]:
    """An event with the values that are stored beside the journal."""
    for part, name, member, digest in event.pop("stored", ()):
        event[part][name][member] = json.loads(shortened(big[digest]))
    return event


def check_nothing_was_rewritten(
    before: Mapping[str, Story], after: Mapping[str, Story]
) -> None:
    """What was committed is as it was, and only at the end something was added."""
    for run, story in before.items():
        now = after[run]
        assert now.events[: len(story.events)] == story.events, run
        if story.has_ended:
            assert now == story


def check_nothing_committed_began_again(
    before: Mapping[str, Story], later: Iterable[Entry]
) -> None:
    """No node that had settled is among the ``later`` entries."""
    settled = {run: story.settled() for run, story in before.items()}
    again = [
        entry
        for entry in later
        if entry.what == BEGAN and entry.node in settled.get(entry.run, ())
    ]
    assert not again, again


def check_nothing_ran_ahead(
    now: Mapping[str, Story], before: Mapping[str, set[str]], earlier: Iterable[Entry]
) -> None:
    """Whatever began had all that is ``before`` it by then durable."""
    for entry in earlier:
        lacking = before.get(entry.node, set()) - now[entry.run].settled()
        assert not lacking, (entry, lacking)


def check_story(story: Story, entries: Iterable[Entry]) -> None:
    """The journal of an ended run agrees with its row and with what was done."""
    assert story.has_ended, (story.run, story.label, story.status)
    assert story.last["status"] == story.status
    assert story.last.get("result") == story.result
    assert story.last.get("error") == story.error
    nodes = [event["data"]["nodeId"] for event in story.completions()]
    assert len(nodes) == len(set(nodes)), f"{story.run} completed {nodes}"
    mine = [entry for entry in entries if entry.run == story.run]
    for entry in mine:
        item = entry.key.removeprefix(f"{story.run}:{entry.node}")
        assert re.fullmatch(r"(:\d+)?", item), entry
    done = {f"{entry.node}={entry.token}" for entry in mine if entry.what == BEGAN}
    for event in story.completions():
        node, private = event["data"]["nodeId"], event.get("private", {})
        if "key" in private:
            assert private["key"] == f"{story.run}:{node}"
        committed = stamps_in(private.get("outputs"))
        assert committed <= done, (story.run, node, committed - done)
    told = [event.get("private", {}).get("outputs") for event in story.completions()]
    assert stamps_in(story.result) <= stamps_in(told)


def check_each_began_once_in_a_life(entries: Iterable[Entry]) -> None:
    """No piece of work began twice in one life; only for nodes that never fail."""
    begun = Counter((e.life, e.key) for e in entries if e.what == BEGAN)
    twice = [work for work, times in begun.items() if times > 1]
    assert not twice, twice


def reduced(value: Any) -> Any:
    """``value`` with each stamp reduced to the id of its node."""
    return json.loads(STAMP.sub(r"\1", json.dumps(value)))


def stamps_in(value: Any) -> set[str]:
    """The stamps somewhere in a value."""
    return {found.group() for found in STAMP.finditer(json.dumps(value))}
