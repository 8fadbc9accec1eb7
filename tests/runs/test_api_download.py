"""A run's stored events can be taken away as lines of JSON."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import orjson
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection

from runs import event_lines, streaming
from runs.commits import insert
from runs.event_lines import EventLines
from runs.host import EngineHost
from runs.models import Run
from runs.records import record
from runs.stored_values import BIG
from runs.streaming import PAGE_BYTES
from wayflow.events import Event, Private

from .calling import Caller, code_of
from .scenes import chain, ended, queued, review_graph, started

pytestmark = pytest.mark.django_db(transaction=True)

aended, astarted = sync_to_async(ended), sync_to_async(started)


def lines_in(body: bytes) -> list[dict[str, Any]]:
    assert body == b"" or body.endswith(b"\n")
    return [orjson.loads(line) for line in body.splitlines()]


@sync_to_async
def talkative(owner: User, events: int, text: str = "x" * 100) -> Run:
    """A run that said so many things, ten in a row of the journal."""
    run = queued(owner)
    said = [
        record(n, Event(event="said", data={"n": n, "text": text}))
        for n in range(1, events + 1)
    ]
    for first in range(0, events, 10):
        insert([(run.pk, said[first : first + 10])])
    Run.objects.filter(pk=run.pk).update(last_seq=events)
    return run


async def test_all_events_come_as_they_were_streamed(
    host: EngineHost, caller: Caller, user: User
) -> None:
    run = await aended((await astarted(user, chain(), {"v": "é\n"})).pk)
    answer = await caller.get(f"/api/runs/{run.pk}/events.ndjson")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    name = f'attachment; filename="{run.pk}.ndjson"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["x-last-seq"] == str(run.last_seq)
    lines = lines_in(await answer.body())
    frames = await (await caller.get(f"/api/runs/{run.pk}/events")).frames()
    assert lines == [
        {"seq": frame.id, "event": frame.event, "data": frame.data} for frame in frames
    ]
    assert lines[-1]["data"]["result"] == {"v": "é\n"}


async def test_a_paused_run_is_taken_as_it_stands(
    host: EngineHost, caller: Caller, user: User
) -> None:
    run = await aended((await astarted(user, review_graph(), {"v": 1})).pk)
    answer = await caller.get(f"/api/runs/{run.pk}/events.ndjson")
    lines = lines_in(await answer.body())
    assert lines[-1]["data"]["status"] == "paused"
    assert len(lines) == run.last_seq


async def test_one_can_go_on_where_one_was(caller: Caller, user: User) -> None:
    run = await talkative(user, 25)
    path = f"/api/runs/{run.pk}/events.ndjson"
    for sent in ({"path": f"{path}?after=12"}, {"path": path, "Last_Event_ID": "12"}):
        lines = lines_in(await (await caller.get(**sent)).body())
        assert [line["seq"] for line in lines] == list(range(13, 26))
    for after in (25, 10**17):
        answer = await caller.get(f"{path}?after={after}")
        assert (answer.status, await answer.body()) == (200, b"")


async def test_a_run_that_said_nothing_yet_is_an_empty_file(
    caller: Caller, user: User
) -> None:
    run = await sync_to_async(queued)(user)
    answer = await caller.get(f"/api/runs/{run.pk}/events.ndjson")
    assert (answer.status, await answer.body()) == (200, b"")


async def test_nothing_private_is_taken_and_big_values_are_whole(
    caller: Caller, user: User
) -> None:
    run = await sync_to_async(queued)(user)
    big = "x" * (BIG + 1)
    event = Event(event="run_status", data={"status": "x", "result": {"v": big}})
    private = Private(outputs={"v": "whisper"}, key="whisper")
    await sync_to_async(insert)([(run.pk, [record(1, event, private)])])
    await Run.objects.filter(pk=run.pk).aupdate(last_seq=1)
    answer = await caller.get(f"/api/runs/{run.pk}/events.ndjson")
    body = await answer.body()
    assert lines_in(body) == [{"seq": 1, **event}]
    assert b"whisper" not in body


async def test_a_long_run_comes_in_short_parts_read_when_they_are_asked_for(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await talkative(user, 3_000)
    reads: list[int] = []
    read_page = streaming.read_page

    async def counted(run_id: Any, *, after: int, rows: int) -> Any:
        reads.append(after)
        return await read_page(run_id, after=after, rows=rows)

    monkeypatch.setattr(event_lines, "read_page", counted)
    lines = EventLines(run.pk, after=0, last_seq=3_000)
    first = await anext(lines)
    assert reads == [0]
    parts = [first] + [part async for part in lines]
    assert len(parts) == len(reads) > 3
    assert max(map(len, parts)) < 2 * PAGE_BYTES
    seqs = [line["seq"] for line in lines_in(b"".join(parts))]
    assert seqs == list(range(1, 3_001))


async def test_what_is_said_meanwhile_is_left_out(user: User) -> None:
    run = await talkative(user, 20)
    lines = EventLines(run.pk, after=0, last_seq=15)
    seqs = [line["seq"] for line in lines_in(b"".join([p async for p in lines]))]
    assert seqs == list(range(1, 16))


async def test_a_run_that_is_deleted_meanwhile_ends_the_file(user: User) -> None:
    run = await talkative(user, 3_000)
    lines = EventLines(run.pk, after=0, last_seq=3_000)
    await anext(lines)
    await Run.objects.filter(pk=run.pk).adelete()
    assert [part async for part in lines] == []


async def test_no_connection_is_open_while_the_client_takes_its_time(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await talkative(user, 3_000)
    closed: list[str] = []

    def close() -> None:
        closed.append(threading.current_thread().name)
        connection.close()

    monkeypatch.setattr(streaming, "connection", SimpleNamespace(close=close))
    await anext(EventLines(run.pk, after=0, last_seq=3_000))
    assert [name.startswith("journal-reader") for name in closed] == [True]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?after=x", (400, "WF_EVENT_ID_INVALID")),
        ("?after=-1", (400, "WF_EVENT_ID_INVALID")),
        ("?after=" + "9" * 40, (400, "WF_EVENT_ID_INVALID")),
        ("?after=%00", (400, "WF_EVENT_ID_INVALID")),
        ("?after=%ED%A0%80", (400, "WF_EVENT_ID_INVALID")),
    ],
)
async def test_a_number_that_is_none_is_refused(
    caller: Caller, user: User, query: str, expected: tuple[int, str]
) -> None:
    run = await talkative(user, 1)
    answer = await caller.get(f"/api/runs/{run.pk}/events.ndjson{query}")
    assert await code_of(answer) == expected


async def test_a_stranger_finds_nothing(
    caller: Caller, stranger: Caller, user: User
) -> None:
    run = await talkative(user, 1)
    for path in (str(run.pk), str(uuid4()), "no", "\0"):
        answer = await stranger.get(f"/api/runs/{path}/events.ndjson")
        assert await code_of(answer) == (404, "WF_RUN_NOT_FOUND")
    answer = await Caller().get(f"/api/runs/{run.pk}/events.ndjson")
    assert answer.status == 401
