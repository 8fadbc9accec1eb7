"""Bad luck that no kill brings about by chance, put into the database by hand."""

from __future__ import annotations

import signal
import sqlite3
import threading
from contextlib import closing
from uuid import UUID

from tests.e2e.site import PATIENCE, rows

from . import ledger
from .clients import ada
from .kinds import KINDS, passed
from .ledger import STOPPED
from .lives import LEASE_SECONDS, Nursery, World
from .scenes import ended, fact, noted, paused, reached, started
from .verdict import (
    check_each_began_once_in_a_life,
    check_story,
    reduced,
    stories,
)

RUNS = 8

ASKED_TO_CANCEL = "UPDATE runs_run SET cancel_requested_at = created_at WHERE id = ?"
QUEUED_AGAIN = """
UPDATE runs_run SET status = 'queued', host = '', lease_expires_at = NULL
"""


async def test_a_run_that_paused_while_its_cancel_was_on_the_way_is_cancelled(
    nursery: Nursery, world: World
) -> None:
    server = world.server()
    async with ada(nursery, server.url) as http:
        run = await started(http, nursery, "reviewed", "run", ["run"])
        await paused(world, run)
    server.end()
    rows(world.database, ASKED_TO_CANCEL, UUID(run).hex)

    world.server()
    story = (await ended(world, run))[run]
    assert story.status == "cancelled"
    check_story(story, ledger.entries(world.folder))


async def test_a_server_gives_up_a_run_that_was_queued_for_somebody_else(
    nursery: Nursery, world: World
) -> None:
    server = world.server()
    async with ada(nursery, server.url) as http:
        run = await started(http, nursery, "gated", "run", ["run"])
        await reached(world, "gate", run, life=server.name)
    # Whoever took it from this server died before it could claim it.
    rows(world.database, QUEUED_AGAIN)

    await fact(lambda: noted(world, STOPPED, "gate", server.name) == {run})
    ledger.gate(world.folder, server.name).touch()
    story = (await ended(world, run))[run]
    assert reduced(story.result) == passed("run")
    assert story.epoch == 2
    check_story(story, ledger.entries(world.folder))


async def test_a_database_that_is_locked_for_a_while_costs_nothing(
    nursery: Nursery, world: World
) -> None:
    server = world.server()
    async with ada(nursery, server.url) as http:
        runs = [
            await started(http, nursery, "chain", f"run-{n}", [f"run-{n}"])
            for n in range(RUNS)
        ]
        with closing(sqlite3.connect(world.database, timeout=PATIENCE)) as database:
            database.execute("BEGIN IMMEDIATE")
            before = stories(world.database)
            threading.Event().wait(2 * LEASE_SECONDS)
            assert stories(world.database) == before
        found = await ended(world, *runs)
    assert any(not story.has_ended for story in before.values())
    entries = ledger.entries(world.folder)
    check_each_began_once_in_a_life(entries)
    expected = KINDS["chain"].expected
    assert expected is not None
    for number, run in enumerate(runs):
        check_story(found[run], entries)
        assert reduced(found[run].result) == expected(f"run-{number}")
        assert found[run].epoch == 1
    server.end(signal.SIGTERM)
