"""Big values are stored once for each run, and nobody who reads can tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from runs import services
from runs.commits import insert
from runs.host import EngineHost
from runs.models import JournalEntry, Run, Trigger
from runs.records import record, records_of, row_text, told
from runs.retention import prunable, prune_runs
from runs.stored_values import BIG, StoredValue
from wayflow.checkpoint import Decision
from wayflow.events import Event, Private

from .calling import Caller
from .scenes import chain, ended, queued, review_graph, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

BIG_TEXT = "é" * BIG
SMALL = 64 * 1024


def texts(run: Run) -> list[str]:
    return list(JournalEntry.objects.filter(run=run).values_list("events", flat=True))


def test_a_big_value_is_stored_once_however_many_nodes_hand_it_on(
    host: EngineHost, user: User, stage: Stage
) -> None:
    stage.gate("gate").open()
    run = ended(started(user, chain("gate"), {"v": BIG_TEXT}).pk)
    assert run.result == {"v": BIG_TEXT}
    stored = StoredValue.objects.get(run=run)
    assert orjson.loads(stored.value) == BIG_TEXT
    assert sum(map(len, texts(run))) < 4 * SMALL


def test_nothing_is_stored_apart_for_small_values(host: EngineHost, user: User) -> None:
    run = ended(started(user, chain(), {"v": "x" * (BIG - 1_000)}).pk)
    assert not StoredValue.objects.exists()
    assert sum(map(len, texts(run))) > BIG


async def test_a_stream_of_it_is_the_same_live_and_replayed(
    host: EngineHost, caller: Caller, user: User, stage: Stage
) -> None:
    run = await sync_to_async(started)(user, chain("gate"), {"v": BIG_TEXT})
    live = await caller.get(f"/api/runs/{run.pk}/events")
    stage.gate("gate").open()
    first = await live.body()
    again = await (await caller.get(f"/api/runs/{run.pk}/events")).body()
    assert first == again
    assert BIG_TEXT.encode() in again


@pytest.mark.parametrize("private", [None, Private(outputs={"a": 1, "v": BIG_TEXT})])
def test_what_is_read_is_what_was_said(user: User, private: Private | None) -> None:
    result = {"b": None, "v": BIG_TEXT, "w": [BIG_TEXT], "z": {"v": None}}
    event = Event(event="run_status", data={"status": "completed", "result": result})
    written = record(1, event, private)
    run = queued(user)
    insert([(run.pk, [written])])
    (text,) = texts(run)
    assert len(text) < 1_000
    ((said, kept),) = told([text])
    assert (said, kept) == (event, private)
    assert list(said["data"]["result"]) == list(result)
    (read,) = records_of(1, text)
    assert read.frame == written.frame


def test_a_value_that_looks_like_a_reference_is_none(user: User) -> None:
    looks = {"v": {"__stored": "x"}, "stored": [["data", "result", "v", "0" * 64]]}
    event = Event(event="run_status", data={"status": "completed", "result": looks})
    ((said, _),) = told([row_text([record(1, event)])])
    assert said == event


def test_many_small_values_stay_where_they_are() -> None:
    result = {str(n): "x" * 1_000 for n in range(300)}
    event = Event(event="run_status", data={"status": "completed", "result": result})
    written = record(1, event)
    assert len(written.frame) > BIG
    assert written.spared is None


def test_a_record_keeps_nothing_by_reference() -> None:
    outputs: dict[str, Any] = {"v": BIG_TEXT, "list": [1]}
    event = Event(event="node_status", data={"nodeId": "n", "status": "complete"})
    written = record(1, event, Private(outputs=outputs))
    outputs["list"].append(2)
    assert b'"list":[1]' in row_text([written]).encode()


def test_a_run_goes_on_with_its_big_values_after_a_restart(
    new_host: Any, user: User
) -> None:
    first: EngineHost = new_host()
    run = ended(started(user, review_graph(), {"v": BIG_TEXT}).pk)
    assert run.status == "paused"
    first.stop()
    new_host()
    services.decide(run_id=run.pk, decision=Decision("approved"), by=user)
    done = ended(run.pk)
    assert (done.status, done.result) == ("completed", {"sent": BIG_TEXT})
    assert StoredValue.objects.filter(run=run).count() == 1


def test_a_repeat_has_big_values_of_its_own(
    host: EngineHost, user: User, stage: Stage
) -> None:
    stage.gate("gate").open()
    origin = ended(started(user, chain("gate"), {"v": BIG_TEXT}).pk)
    repeat = services.retry(
        run_id=origin.pk, by=user, trigger=Trigger.PYTHON, node_id="out"
    )
    assert ended(repeat.pk).result == {"v": BIG_TEXT}
    assert stage.executed == ["gate"]
    assert StoredValue.objects.filter(run=repeat).count() == 1


def test_they_are_deleted_with_their_run_and_not_with_another(user: User) -> None:
    event = Event(event="run_status", data={"status": "x", "result": {"v": BIG_TEXT}})
    kept, gone = queued(user), queued(user)
    for run in (kept, gone):
        insert([(run.pk, [record(1, event)])])
    now = timezone.now()
    Run.objects.filter(pk=gone.pk).update(status="completed", finished_at=now)
    assert prune_runs(prunable(before=now + timedelta(seconds=1))) == 1
    assert StoredValue.objects.get().run == kept
    ((said, _),) = told(texts(kept))
    assert said == event
