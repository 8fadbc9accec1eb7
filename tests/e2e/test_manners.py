"""HEAD, OPTIONS, hosts, origins and the limit of requests, on live servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.factories import graph_document

from .site import Crowd, Site, site

EDITOR = "https://editor.example"
LIMIT = 25
SHORT, LONG = "/api/models", "/api/tokens"
"""Endpoints go their short way, REST views that of Django."""

both = pytest.mark.parametrize("path", [SHORT, LONG])


@pytest.fixture(scope="module")
def strict(crowd: Crowd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with a limit, which an editor of another origin may call."""
    with site(
        crowd,
        tmp_path_factory.mktemp("strict"),
        "uvicorn",
        WAYFLOW_REQUESTS_PER_MINUTE=str(LIMIT),
        WAYFLOW_CORS_ORIGINS=EDITOR,
    ) as strict:
        yield strict


async def ended_run(http: httpx.AsyncClient) -> str:
    """The id of a run that is over."""
    ran = await http.post("/api/run", json={"graph": graph_document()})
    assert '"status":"completed"' in ran.text
    return ran.headers["x-run-id"]


# --- HEAD and OPTIONS ---


@both
async def test_head_is_get_without_the_body(
    live: Site, http: httpx.AsyncClient, path: str
) -> None:
    got, head = await http.get(path), await http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert int(head.headers["content-length"]) == len(got.content)


async def test_head_of_a_stream_ends_and_keeps_no_seat(
    live: Site, http: httpx.AsyncClient
) -> None:
    run_id = await ended_run(http)
    for path in ("/api/feed", f"/api/runs/{run_id}/events"):
        # More than one user may listen at a time.
        for _ in range(30):
            head = await http.head(path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-type"].startswith("text/event-stream")
    assert (await http.head(f"/api/runs/{run_id[::-1]}/events")).status_code == 404


@both
async def test_options_tells_the_methods(
    live: Site, http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.options(path)
    assert answer.status_code in (200, 204)
    assert {"GET", "HEAD", "OPTIONS"} <= {*answer.headers["allow"].split(", ")}


# --- wrong hosts ---


@both
async def test_a_wrong_host_gets_the_one_shape_and_no_traceback(
    live: Site, http: httpx.AsyncClient, path: str
) -> None:
    for host in ("evil.example", "a b"):
        answer = await http.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "WF_HOST_REFUSED"


# --- other origins ---


@both
async def test_an_editor_elsewhere_may_ask_and_call(strict: Site, path: str) -> None:
    asked = {
        "Origin": EDITOR,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    async with strict.person() as http:
        own = http.headers.pop("authorization")
        preflight = await http.options(path, headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == EDITOR
        called = {"Origin": EDITOR, "Authorization": own}
        answer = await http.get(path, headers=called)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == EDITOR
        assert "access-control-allow-credentials" not in answer.headers


async def test_an_editor_elsewhere_may_read_streams_and_their_run(strict: Site) -> None:
    async with strict.person() as http:
        body = {"graph": graph_document()}
        run = await http.post("/api/run", json=body, headers={"Origin": EDITOR})
    assert '"status":"completed"' in run.text
    assert run.headers["access-control-allow-origin"] == EDITOR
    assert "X-Run-Id" in run.headers["access-control-expose-headers"]


async def test_nobody_else_may(strict: Site) -> None:
    async with strict.person() as http:
        for path in (SHORT, LONG):
            answer = await http.get(path, headers={"Origin": "https://evil.example"})
            assert "access-control-allow-origin" not in answer.headers


# --- the limit ---


async def test_of_many_requests_at_once_exactly_so_many_are_let_in(
    strict: Site,
) -> None:
    while True:
        began = minute()
        async with strict.person() as http:
            paths = [SHORT, LONG] * 30
            answers = await asyncio.gather(*(http.get(path) for path in paths))
        # Else the counting began anew in between.
        if minute() == began:
            break
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) == LIMIT
    for answer in refused:
        assert answer.json()["errors"][0]["code"] == "WF_TOO_MANY_REQUESTS"
        assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_who_has_called_too_often_keeps_nobody_else_out(strict: Site) -> None:
    while True:
        began = minute()
        async with strict.person() as often, strict.person() as other:
            for _ in range(LIMIT):
                await often.get(SHORT)
            too_often, first = await often.get(LONG), await other.get(LONG)
        if minute() == began:
            break
    assert (too_often.status_code, first.status_code) == (429, 200)


def minute() -> int:
    return int(time.time()) // 60
