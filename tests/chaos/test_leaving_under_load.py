"""A server that is told to stop with its hands full, and the one after it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.site import Crowd, site
from tests.runs.frames import Frame
from tests.servers import ServerKind

from . import ledger
from .clients import ada, frames_of
from .kinds import HELD, KINDS, passed
from .ledger import FOLDER, LIFE
from .lives import ENVIRONMENT, Nursery, World
from .provider import Storyteller
from .scenes import decided, ended, fact, reached, started
from .verdict import (
    Story,
    check_nothing_committed_began_again,
    check_nothing_was_rewritten,
    check_story,
    reduced,
    stories,
)

LONGEST = 4.5
"""Seconds within which a server must be gone."""

EACH = 8
"""Runs of each workflow that are in flight."""

WORKFLOWS = (*HELD, "model", "reviewed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """A server to be stopped; ``gone`` waits for its end."""

    name: str
    url: str
    pid: int
    gone: Callable[[], object]


@pytest.fixture(params=["uvicorn", "daphne"])
def leaver(request: pytest.FixtureRequest, world: World) -> Iterator[Leaver]:
    """A server of each kind."""
    kind: ServerKind = request.param
    if kind == "uvicorn":
        life = world.server()
        yield Leaver(name=life.name, url=life.url, pid=life.pid, gone=life.wait)
        return
    # Its reactor cannot be forked.
    name = world.next_name()
    place = {FOLDER: str(world.folder), LIFE: name}
    with site(
        Crowd(database=world.database, tokens=()),
        world.folder,
        kind,
        database=world.database,
        provider_port=world.provider_port,
        **ENVIRONMENT,
        **place,
        OPENAI_API_KEY=f"sk-{name}",
    ) as served:
        process = served.server.process
        yield Leaver(
            name=name,
            url=served.server.url,
            pid=process.pid,
            gone=lambda: process.wait(10),
        )
        assert "Traceback" not in served.server.log, served.server.log


async def test_a_busy_server_leaves_at_once_and_the_next_one_finishes_every_run(
    nursery: Nursery, world: World, leaver: Leaver
) -> None:
    labels = [f"{name}-{number}" for name in WORKFLOWS for number in range(EACH)]
    async with Storyteller(world.provider_port, unfinished=leaver.name) as provider:
        async with ada(nursery, leaver.url) as http, asyncio.TaskGroup() as watching:
            runs = {label: await begun(http, nursery, label) for label in labels}
            listening: set[str] = set()
            ends = {
                label: watching.create_task(last_word(http, run, listening))
                for label, run in runs.items()
            }
            await in_flight(world, leaver, provider, runs)
            await fact(lambda: listening == set(runs.values()))
            took = await stopped(leaver)
        print(f"left after {took:.2f} s")  # noqa: T201
        assert took < LONGEST
        for label in labels:
            check_last_word(ends[label].result())
        left = stories(world.database)
        assert not any(story.cancel_requested or story.host for story in left.values())
        assert Counter(story.status for story in left.values()) == {
            "queued": len(labels) - EACH,
            "paused": EACH,
        }

        heir = world.server()
        ledger.gate(world.folder, heir.name).touch()
        async with ada(nursery, heir.url) as http:
            for label in labels:
                if label.startswith("reviewed"):
                    assert await decided(http, runs[label], [f"{label} answered"])
            final = await ended(world, *runs.values())
    check(world, heir.name, left, final)


async def begun(http: httpx.AsyncClient, nursery: Nursery, label: str) -> str:
    """A new run of the workflow that the label begins with."""
    workflow = label.partition("-")[0]
    value = label if workflow == "model" else [label]
    return await started(http, nursery, workflow, label, value)


async def last_word(
    http: httpx.AsyncClient, run: str, listening: set[str]
) -> Frame | None:
    """The last event that a server tells of a run; ``listening`` since the first."""
    last = None
    async with http.stream("GET", f"/api/runs/{run}/events") as response:
        async for frame in frames_of(response):
            listening.add(run)
            last = frame
    return last


def check_last_word(last: Frame | None) -> None:
    """The client is told that it is the server that goes."""
    assert last is not None
    assert (last.id, last.event) == (None, "run_status")
    assert last.data["status"] == "error"
    assert last.data["error"]["code"] == "WF_SERVER_CLOSING"


async def in_flight(
    world: World, leaver: Leaver, provider: Storyteller, runs: dict[str, str]
) -> None:
    """Return once every run is where the server is to leave it."""
    waiting = {label: run for label, run in runs.items() if label.startswith("gated")}
    await reached(world, "gate", *waiting.values(), life=leaver.name)
    await fact(lambda: len(provider.asked) == EACH)

    def are_told() -> bool:
        now = stories(world.database).values()
        told = [story for story in now if is_waiting(story)]
        return len(told) == 2 * EACH

    await fact(are_told)


def is_waiting(story: Story) -> bool:
    """Whether a run waits for a person, or to be tried again."""
    names = [event["event"] for event in story.events]
    return story.status == "paused" or "node_attempt" in names


async def stopped(leaver: Leaver) -> float:
    """Tell the server to go; the seconds that it took."""
    asked = time.monotonic()
    os.kill(leaver.pid, signal.SIGTERM)
    await asyncio.to_thread(leaver.gone)
    return time.monotonic() - asked


def check(
    world: World, heir: str, left: dict[str, Story], final: dict[str, Story]
) -> None:
    entries = ledger.entries(world.folder)
    later = ledger.entries(world.folder, lives=[heir])
    check_nothing_was_rewritten(left, final)
    check_nothing_committed_began_again(left, later)
    for story in final.values():
        check_story(story, entries)
        assert story.status == "completed"
        workflow = story.label.partition("-")[0]
        if workflow in HELD:
            assert reduced(story.result) == passed(story.label)
        else:
            expected = KINDS[workflow].expected
            assert expected is not None
            assert reduced(story.result) == expected(story.label)
