"""Two servers on one database: what one does the other knows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from . import ledger
from .clients import ada, frames_of
from .ledger import BEGAN, STOPPED
from .lives import Life, Nursery, World
from .scenes import decided, ended, noted, paused, reached, started
from .verdict import check_story, reduced

LONGEST = 10.0
"""Seconds after which one server must have heard of the other; it aims for one."""

RACES = 10


@pytest.fixture
def first(world: World) -> Life:
    return world.server()


@pytest.fixture
def second(world: World, first: Life) -> Life:
    return world.server()


@pytest.fixture
async def here(nursery: Nursery, first: Life) -> AsyncIterator[httpx.AsyncClient]:
    """Ada at the first server."""
    async with ada(nursery, first.url) as http:
        yield http


@pytest.fixture
async def there(nursery: Nursery, second: Life) -> AsyncIterator[httpx.AsyncClient]:
    """Ada at the second server."""
    async with ada(nursery, second.url) as http:
        yield http


async def test_a_run_is_cancelled_through_the_other_server(
    nursery: Nursery,
    world: World,
    first: Life,
    here: httpx.AsyncClient,
    there: httpx.AsyncClient,
) -> None:
    run = await started(here, nursery, "gated", "run", ["run"])
    await reached(world, "gate", run, life=first.name)
    asked = time.monotonic()
    answer = await there.post(f"/api/runs/{run}/cancel")
    assert answer.status_code == 204
    story = (await ended(world, run))[run]
    took = time.monotonic() - asked
    print(f"cancelled after {took:.2f} s")  # noqa: T201
    assert took < LONGEST
    assert (story.status, story.cancel_requested) == ("cancelled", True)
    assert noted(world, STOPPED, "gate", first.name) == {run}
    assert noted(world, BEGAN, "z", first.name) == set()


async def test_a_run_is_followed_through_the_other_server(
    nursery: Nursery,
    world: World,
    first: Life,
    here: httpx.AsyncClient,
    there: httpx.AsyncClient,
) -> None:
    run = await started(here, nursery, "gated", "run", ["run"])
    async with there.stream("GET", f"/api/runs/{run}/events") as response:
        frames = frames_of(response)
        seen = [await anext(frames)]
        await reached(world, "gate", run, life=first.name)
        ledger.gate(world.folder, first.name).touch()
        story = (await ended(world, run))[run]
        over = time.monotonic()
        seen += [frame async for frame in frames]
        took = time.monotonic() - over
    print(f"told after {took:.2f} s")  # noqa: T201
    assert took < LONGEST
    assert [frame.id for frame in seen] == list(range(1, len(story.events) + 1))
    assert seen[-1].data == story.last


async def test_of_answers_racing_through_both_servers_one_wins(
    nursery: Nursery,
    world: World,
    here: httpx.AsyncClient,
    there: httpx.AsyncClient,
) -> None:
    for number in range(RACES):
        label = f"run-{number}"
        run = await started(here, nursery, "reviewed", label, [label])
        await paused(world, run)
        answers = {
            name: asyncio.create_task(decided(http, run, [name], branch))
            for name, http, branch in (
                ("here", here, "approved"),
                ("there", there, "rejected"),
                ("here too", here, "approved"),
                ("there too", there, "rejected"),
            )
        }
        await asyncio.gather(*answers.values())
        (winner,) = (name for name, task in answers.items() if task.result())
        story = (await ended(world, run))[run]
        branch = "yes" if "here" in winner and "there" not in winner else "no"
        assert reduced(story.result) == {branch: [winner, branch]}
        check_story(story, ledger.entries(world.folder))
