"""A thousand watchers and five hundred runs in one process: each gets everything."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from pytest_django.fixtures import Settings

from runs.host import EngineHost
from runs.live import hub
from runs.models import Run
from tests.runs.calling import Caller, Exchange
from tests.runs.frames import Frame, ids
from tests.runs.scenes import chain, ended, started
from tests.runs.stage import Stage

from .process import open_files, resident_kb

pytestmark = pytest.mark.django_db(transaction=True)

WATCHERS = 1_000
RUNS = 500
AT_ONCE = 50
THREADS = 30
"""More than all pools of a process have together, and far fewer than streams."""

STREAM_KB = 200

aended, astarted = sync_to_async(ended), sync_to_async(started)
WORDS = ("one", "two", "three")


@pytest.fixture(autouse=True)
def _host(host: EngineHost, settings: Settings) -> None:
    """Every test has a host, and one user may have the whole crowd's runs."""
    settings.WAYFLOW = {**settings.WAYFLOW, "RUNS_PER_USER": 0}


async def opened(
    number: int, open: Callable[[], Awaitable[Exchange]]
) -> list[Exchange]:
    """So many exchanges, begun by a crowd of a bearable size."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one() -> Exchange:
        async with turn:
            return await open()

    return await asyncio.gather(*(one() for _ in range(number)))


def database_files() -> int:
    return open_files(str(connections["default"].settings_dict["NAME"]))


def speak(stage: Stage) -> None:
    """Let the gate and every word of the talking node pass."""
    for gate in (*(f"talks {word}" for word in WORDS), "gate"):
        stage.gate(gate).open()


def check(frames: list[Frame], last_seq: int) -> None:
    """A whole stream: all events in order, all of the text before its node's end."""
    assert ids(frames) == list(range(1, last_seq + 1))
    assert frames[-1].data == {"status": "completed", "result": {"v": "one two three"}}
    names = [
        "chunk" if frame.id is None else frame.data.get("status", "")
        for frame in frames
        if frame.data.get("nodeId") == "talks"
    ]
    assert names[0] == "running"
    assert names[-1] == "complete"
    said = [frame.data["delta"] for frame in frames if frame.event == "node_chunk"]
    assert "".join(said) == "one two three"
    assert names[1:-1] == ["chunk"] * len(said)


async def test_a_thousand_watchers_of_one_run_see_all_of_it_in_order(
    caller: Caller, user: User, stage: Stage
) -> None:
    run = await astarted(user, chain("gate", "talks"))
    await sync_to_async(stage.gate("gate").wait_for_arrival)()
    path = f"/api/runs/{run.pk}/events"
    first = await caller.get(path)
    await first.frames_until("node_status")
    gc.collect()
    threads, files, memory = threading.active_count(), database_files(), resident_kb()

    watchers = await opened(WATCHERS - 1, lambda: caller.get(path))
    beginnings = await asyncio.gather(
        *(w.frames_until("edge_status") for w in watchers)
    )
    gc.collect()
    per_stream = (resident_kb() - memory) / WATCHERS
    assert per_stream < STREAM_KB
    assert threading.active_count() - threads < THREADS
    assert database_files() - files < THREADS

    speak(stage)
    endings = await asyncio.gather(*(watcher.frames() for watcher in watchers))
    stored = await aended(run.pk)
    for beginning, ending in zip(beginnings, endings, strict=True):
        check(beginning + ending, stored.last_seq)
    await first.frames()
    assert len(hub) == 0


async def test_five_hundred_runs_are_streamed_at_the_same_time(
    caller: Caller, stage: Stage
) -> None:
    body = {"graph": chain("gate", "talks")}
    first = await caller.post("/api/run", body)
    await first.frames_until("node_status")
    gc.collect()
    threads, files = threading.active_count(), database_files()

    streams = await opened(RUNS - 1, lambda: caller.post("/api/run", body))
    beginnings = await asyncio.gather(*(s.frames_until("edge_status") for s in streams))
    assert await Run.objects.filter(status="running").acount() == RUNS
    assert threading.active_count() - threads < THREADS
    assert database_files() - files < THREADS

    speak(stage)
    endings = await asyncio.gather(*(stream.frames() for stream in streams))
    await first.frames()
    last_seqs = dict([row async for row in Run.objects.values_list("pk", "last_seq")])
    told = {str(run_id): last_seq for run_id, last_seq in last_seqs.items()}
    for stream, beginning, ending in zip(streams, beginnings, endings, strict=True):
        check(beginning + ending, told.pop(stream.headers["x-run-id"]))
    assert told.keys() == {first.headers["x-run-id"]}
    assert len(hub) == 0
