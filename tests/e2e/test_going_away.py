"""Clients that leave a live server, and the model calls that end with them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sqlite3
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.runs.scenes import chain

from .graphs import asks_model, review_then_model, settled
from .providers import SILENT, Voice, asked, hung_up, provider_of
from .site import PATIENCE, Site
from .stream import streamed

ROUND_TRIPS = 10
LONGEST = 5.0
"""Seconds within which a provider must see that its caller left."""

AT_ONCE = 0.1
TRIES = 20
"""Seconds that it takes where nothing else goes on; one of so many tries meets that."""


async def runs_of(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The caller's runs, the newest first."""
    found: list[dict[str, Any]] = (await http.get("/api/runs")).json()["results"]
    return found


# --- runs that end with their client ---


async def test_a_client_that_leaves_closes_the_models_socket(
    live: Site, http: httpx.AsyncClient
) -> None:
    voice = Voice("Once ", "upon")
    async with provider_of(live, voice.reply) as provider:
        async with streamed(http, "/api/run", {"graph": asks_model()}) as stream:
            await voice.heard_on(stream)
            left = time.perf_counter()
        assert await hung_up(provider) - left < LONGEST
    run = await settled(http, stream.run_id)
    assert (run["status"], run["result"]) == ("cancelled", {})
    nodes = {node["nodeId"]: node["status"] for node in run["nodeRuns"]}
    assert nodes["llm"] == "cancelled"


async def test_a_departure_is_noticed_at_once_and_not_at_the_next_look_around(
    live: Site, http: httpx.AsyncClient
) -> None:
    took: list[float] = []
    while not took or (min(took) > AT_ONCE and len(took) < TRIES):
        async with provider_of(live, SILENT) as provider:
            async with streamed(http, "/api/run", {"graph": asks_model()}):
                await asked(provider)
                left = time.perf_counter()
            took.append(await hung_up(provider) - left)
    assert min(took) <= AT_ONCE


async def test_a_client_that_leaves_before_the_models_first_word_closes_it_too(
    live: Site, http: httpx.AsyncClient
) -> None:
    async with provider_of(live, SILENT) as provider:
        async with streamed(http, "/api/run", {"graph": asks_model()}) as stream:
            await asked(provider)
            left = time.perf_counter()
        assert await hung_up(provider) - left < LONGEST
    run = await settled(http, stream.run_id)
    assert run["status"] == "cancelled"


async def test_leaving_the_stream_of_an_answer_closes_the_models_socket(
    live: Site, http: httpx.AsyncClient
) -> None:
    body = {"graph": review_then_model(), "inputs": {"v": "draft"}}
    paused = await http.post("/api/run", json=body)
    run_id = paused.headers["x-run-id"]
    answer = {"runId": run_id, "decision": {"branch": "approved"}}
    voice = Voice("Once ", "upon")
    async with provider_of(live, voice.reply) as provider:
        async with streamed(http, "/api/resume", answer) as stream:
            await voice.heard_on(stream)
            left = time.perf_counter()
        assert await hung_up(provider) - left < LONGEST
    assert (await settled(http, run_id))["status"] == "cancelled"


async def test_a_cancel_closes_the_models_socket_and_ends_the_stream(
    live: Site, http: httpx.AsyncClient
) -> None:
    voice = Voice("Once ", "upon")
    async with provider_of(live, voice.reply) as provider:
        async with streamed(http, "/api/run", {"graph": asks_model()}) as stream:
            await voice.heard_on(stream)
            since = time.perf_counter()
            body = {"runId": stream.run_id}
            cancelled = await http.post("/api/cancel", json=body)
            rest = await stream.rest()
        assert await hung_up(provider) - since < LONGEST
    assert cancelled.status_code == 204
    assert 'data: {"status":"cancelled","result":{}}' in rest


async def test_a_client_that_left_before_the_answer_began_leaves_no_run_behind(
    live: Site, http: httpx.AsyncClient
) -> None:
    await http.get("/api/models")
    body = json.dumps({"graph": asks_model()}).encode()
    async with provider_of(live, SILENT) as provider:
        # While the database is locked the run cannot be stored, nor its stream begin.
        lock = sqlite3.connect(live.database, isolation_level=None)
        with contextlib.closing(lock):
            lock.execute("BEGIN IMMEDIATE")
            client = connected(live)
            client.sendall(request(http, "/api/run", body))
            # When later requests went through again and again, this one has begun.
            for _ in range(ROUND_TRIPS):
                assert (await http.get("/api/models")).status_code == 200
            client.close()
            lock.execute("ROLLBACK")
        async with asyncio.timeout(PATIENCE):
            while not (runs := await runs_of(http)):
                pass
        (run,) = runs
        assert (await settled(http, run["id"]))["status"] == "cancelled"
        if provider.requests:
            await hung_up(provider)


@pytest.mark.parametrize("sent", [20, 400, -1])
async def test_a_request_that_is_cut_short_starts_nothing(
    live: Site, http: httpx.AsyncClient, sent: int
) -> None:
    whole = request(http, "/api/run", json.dumps({"graph": asks_model()}).encode())
    client = connected(live)
    client.sendall(whole[:sent])
    client.close()
    assert (await http.get("/api/models")).status_code == 200
    assert await runs_of(http) == []


# --- runs that go on without it ---


async def test_a_detached_run_goes_on_without_its_client(
    live: Site, http: httpx.AsyncClient
) -> None:
    async with provider_of(live, SILENT) as provider:
        body = {"graph": asks_model()}
        async with streamed(http, "/api/run?detach=1", body) as stream:
            await asked(provider)
        run_id = stream.run_id
        await follow_for_a_while(http, run_id)
        assert provider.hang_ups.empty()
        run = (await http.get(f"/api/runs/{run_id}")).json()
        assert (run["status"], run["cancelRequestedAt"]) == ("running", None)
        await http.post("/api/cancel", json={"runId": run_id})
        await settled(http, run_id)


async def test_a_watcher_that_leaves_cancels_nothing(
    live: Site, http: httpx.AsyncClient
) -> None:
    voice = Voice("Once ", "upon")
    async with provider_of(live, voice.reply) as provider:
        async with streamed(http, "/api/run", {"graph": asks_model()}) as stream:
            await voice.heard_on(stream)
            run_id = stream.run_id
            await follow_for_a_while(http, run_id)
            await follow_for_a_while(http, run_id)
            run = (await http.get(f"/api/runs/{run_id}")).json()
            assert (run["status"], run["cancelRequestedAt"]) == ("running", None)
            assert provider.hang_ups.empty()
        await hung_up(provider)
        await settled(http, run_id)


async def test_leaving_a_run_that_is_over_changes_nothing(
    http: httpx.AsyncClient,
) -> None:
    async with streamed(http, "/api/run", {"graph": chain()}) as stream:
        assert (await settled(http, stream.run_id))["status"] == "completed"
    run = (await http.get(f"/api/runs/{stream.run_id}")).json()
    assert (run["status"], run["cancelRequestedAt"]) == ("completed", None)


async def follow_for_a_while(http: httpx.AsyncClient, run_id: str) -> None:
    """Watch a run until a node of it runs, then leave."""
    async with streamed(http, f"/api/runs/{run_id}/events") as stream:
        await stream.until("event: node_status")


def connected(live: Site) -> socket.socket:
    """A bare connection to the server."""
    address = urlsplit(live.server.url)
    return socket.create_connection((address.hostname, address.port), PATIENCE)


def request(http: httpx.AsyncClient, path: str, body: bytes) -> bytes:
    """A POST of ``body`` by the owner of ``http`` as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: {http.headers['authorization']}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
