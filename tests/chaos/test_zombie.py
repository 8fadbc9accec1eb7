"""A server that froze and wakes up when others have long finished its runs."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.e2e.site import rows

from . import ledger
from .clients import ada, frames_of
from .kinds import passed
from .ledger import BEGAN, STOPPED
from .lives import Life, Nursery, World
from .scenes import ended, fact, noted, reached, started
from .verdict import check_each_began_once_in_a_life, check_story, reduced, stories

RUNS = 5

LEASE = "SELECT lease_expires_at FROM runs_run WHERE id = ?"


async def frozen(life: Life) -> None:
    """Freeze a process, but not while it holds the database's only lock."""
    while True:
        life.send(signal.SIGSTOP)
        with closing(sqlite3.connect(life.world.database, timeout=0.2)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                life.send(signal.SIGCONT)
                await asyncio.sleep(0)


@pytest.mark.parametrize("finishes", [False, True], ids=["waiting", "finishing"])
async def test_a_frozen_server_that_lost_its_runs_writes_nothing_when_it_wakes(
    nursery: Nursery, world: World, finishes: bool
) -> None:
    zombie = world.server()
    async with ada(nursery, zombie.url) as http, asyncio.TaskGroup() as watching:
        runs = [
            await started(http, nursery, "gated", f"run-{n}", [f"run-{n}"])
            for n in range(RUNS)
        ]
        await reached(world, "gate", *runs, life=zombie.name)
        streams = [watching.create_task(told(http, run)) for run in runs]
        await frozen(zombie)

        heir = world.server()
        ledger.gate(world.folder, heir.name).touch()
        finished = await ended(world, *runs)
        if finishes:
            ledger.gate(world.folder, zombie.name).touch()
        zombie.send(signal.SIGCONT)

        if not finishes:
            await fact(lambda: noted(world, STOPPED, "gate", zombie.name) == set(runs))
        # What it does now comes after whatever it had to say of the lost runs.
        ledger.gate(world.folder, zombie.name).touch()
        later = await started(http, nursery, "gated", "later", ["later"])
        told_now = await ended(world, later)
    assert {run: told_now[run] for run in runs} == finished
    entries = ledger.entries(world.folder)
    for number, run in enumerate(runs):
        story = told_now[run]
        assert reduced(story.result) == passed(f"run-{number}")
        check_story(story, entries)
        assert streams[number].result() == [
            {"event": event["event"], "data": event["data"]} for event in story.events
        ]
    assert noted(world, BEGAN, "z", zombie.name) <= {later}
    zombie.end(signal.SIGTERM)
    assert stories(world.database) == told_now


async def test_a_server_that_froze_alone_keeps_its_runs(
    nursery: Nursery, world: World
) -> None:
    server = world.server()
    async with ada(nursery, server.url) as http:
        run = await started(http, nursery, "gated", "run", ["run"])
        await reached(world, "gate", run, life=server.name)
        await frozen(server)
        await fact(lambda: lease_of(world, run) < datetime.now(UTC))
        server.send(signal.SIGCONT)
        await fact(lambda: lease_of(world, run) > datetime.now(UTC))
        ledger.gate(world.folder, server.name).touch()
        story = (await ended(world, run))[run]
    assert story.epoch == 1
    check_each_began_once_in_a_life(ledger.entries(world.folder))


def lease_of(world: World, run: str) -> datetime:
    """Until when the run has an owner."""
    [(lease,)] = rows(world.database, LEASE, UUID(run).hex)
    return datetime.fromisoformat(lease).replace(tzinfo=UTC)


async def told(http: httpx.AsyncClient, run: str) -> list[dict[str, Any]]:
    """What a server tells of a run, to its end."""
    async with http.stream("GET", f"/api/runs/{run}/events") as response:
        return [
            {"event": frame.event, "data": frame.data}
            async for frame in frames_of(response)
            if frame.id is not None
        ]
