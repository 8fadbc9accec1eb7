"""A live server that is told to stop while runs go on, and the one after it."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.runs.scenes import chain
from tests.servers import ServerKind

from .graphs import asks_model
from .providers import Voice, provider_of
from .site import Crowd, Site, person, site
from .stream import streamed

LONGEST = 4.5
"""Seconds within which a server must be gone."""

GIVEN_BACK = "SELECT status, host, lease_expires_at, cancel_requested_at FROM runs_run"


@pytest.fixture(params=["uvicorn", "daphne"])
def kind(request: pytest.FixtureRequest) -> ServerKind:
    """Each kind of server."""
    kind: ServerKind = request.param
    return kind


@pytest.fixture
async def leaver(crowd: Crowd, tmp_path: Path, kind: ServerKind) -> AsyncIterator[Site]:
    """A server of the test's own, to be stopped."""
    with site(crowd, tmp_path, kind) as leaver:
        yield leaver


def told_in(lines: list[str]) -> list[tuple[str | None, dict[str, Any]]]:
    """Id and data of each ``run_status`` in a stream's lines."""
    blocks = "\n".join(lines).split("\n\n")
    parsed = [dict(i.split(": ", 1) for i in b.splitlines() if i) for b in blocks]
    return [
        (block.get("id"), json.loads(block["data"]))
        for block in parsed
        if block.get("event") == "run_status"
    ]


async def stopped(live: Site, number: signal.Signals) -> float:
    """Tell the server to go; the seconds that it took."""
    asked = time.perf_counter()
    live.server.process.send_signal(number)
    await asyncio.to_thread(live.server.process.wait, 10)
    return time.perf_counter() - asked


async def test_runs_in_flight_are_told_given_back_and_finished_by_the_next_server(
    crowd: Crowd, tmp_path: Path, kind: ServerKind, leaver: Site
) -> None:
    token = crowd.tokens[0]
    voice = Voice("Once ", "upon")
    async with (
        provider_of(leaver, voice.reply) as provider,
        person(leaver.server.url, token) as http,
        streamed(http, "/api/run", {"graph": asks_model()}) as stream,
        streamed(http, "/api/run", {"graph": chain("hangs")}) as hanging,
        streamed(http, "/api/run?detach=1", {"graph": chain("blocks")}) as blocked,
    ):
        await voice.heard_on(stream)
        for other in (hanging, blocked):
            await other.until("event: edge_status")
        leaving = asyncio.create_task(stopped(leaver, signal.SIGTERM))
        ends = [told_in(await each.rest())[-1] for each in (stream, hanging, blocked)]
        assert await leaving < LONGEST
        assert provider.hang_ups.qsize() == 1
    for id, last in ends:
        assert (id, last["status"]) == (None, "error")
        assert last["error"]["code"] == "WF_SERVER_CLOSING"
        assert last["error"]["hint"]
    assert "Traceback" not in leaver.server.log
    assert set(leaver.rows(GIVEN_BACK)) == {("queued", "", None, None)}

    # As if it had been away for long: then what was given back is nobody else's.
    leaver.rows("UPDATE runs_run SET created_at = '2020-01-01 00:00:00'")
    told = Voice("Told.", whole=True)
    told.speak()
    database, port = leaver.database, leaver.provider_port
    with site(crowd, tmp_path, kind, database=database, provider_port=port) as later:
        async with (
            provider_of(later, told.reply),
            person(later.server.url, token) as http,
            streamed(http, f"/api/runs/{stream.run_id}/events") as replayed,
        ):
            lines = await replayed.rest()
            run = (await http.get(f"/api/runs/{stream.run_id}")).json()
    assert [data["status"] for _, data in told_in(lines)] == [
        "running",
        "running",
        "completed",
    ]
    ids = [int(line[4:]) for line in lines if line.startswith("id: ")]
    assert ids == list(range(1, len(ids) + 1))
    assert (run["status"], run["result"]) == ("completed", {"v": "Told."})
    assert run["attempts"] == 2
