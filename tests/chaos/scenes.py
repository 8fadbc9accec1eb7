"""Runs on servers of a world in a few words, and waiting for facts about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from tests.e2e.site import PATIENCE

from . import ledger
from .ledger import BEGAN
from .lives import Nursery, World
from .verdict import Story, stories

POLL = 0.01
"""Seconds between two looks at a file or at a database of other processes."""


async def started(
    http: httpx.AsyncClient, nursery: Nursery, workflow: str, label: str, value: Any
) -> str:
    """The id of a new run of a workflow."""
    answer = await http.post(
        f"/api/workflows/{nursery.workflows[workflow]}/runs",
        json={"inputs": {"v": value}},
        headers={"Idempotency-Key": label, "Prefer": "respond-async"},
    )
    assert answer.status_code == 202, answer.text
    run: str = answer.json()["runId"]
    return run


async def decided(
    http: httpx.AsyncClient, run: str, data: Any, branch: str = "approved"
) -> bool:
    """Answer the review of a run; False when somebody was faster."""
    body = {"runId": run, "decision": {"branch": branch, "data": data}}
    answer = await http.post("/api/resume", json=body)
    if answer.status_code == 200:
        return True
    assert answer.json()["errors"][0]["code"] == "WF_REVIEW_NOT_OPEN", answer.text
    return False


async def fact(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return once something holds that other processes bring about."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(POLL)


async def ended(world: World, *runs: str) -> dict[str, Story]:
    """The stories of all runs, once these have ended."""
    await fact(lambda: all(stories(world.database)[run].has_ended for run in runs))
    return stories(world.database)


async def paused(world: World, run: str) -> None:
    """Return once the run waits for a person."""
    await fact(lambda: stories(world.database)[run].status == "paused")


async def reached(world: World, node: str, *runs: str, life: str) -> None:
    """Return once a life began with the node of each of the runs."""
    await fact(lambda: set(runs) <= noted(world, BEGAN, node, life))


def noted(world: World, what: str, node: str, life: str) -> set[str]:
    """The runs of whose node a life noted this."""
    return {
        entry.run
        for entry in ledger.entries(world.folder, lives=[life])
        if (entry.what, entry.node) == (what, node)
    }
