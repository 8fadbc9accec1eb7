"""What the server keeps to itself is nowhere: not in streams, pages, logs, database."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from access.scrubber import MARK, escaped, in_base64
from tests.runs.scenes import chain
from tests.servers import ServerKind
from tests.wayflow.fake_openai import FakeOpenAI, Reply, says
from wayflow.testing import graph_document, node_document

from .graphs import MODEL, asks_model, settled
from .site import PATIENCE, Crowd, Site, site

KEY = "sk-proj-Zq81LmTTs0w9-XvB72kd_PqRRt5Yh3sW"
OTHER = 'T&"r\\icky/ p+ässword for the warehouse'
PASSWORD = "the admin's own"
FRAGMENTS = [KEY[i : i + 12] for i in range(0, len(KEY) - 11, 4)]
FORMS = {
    form
    for secret in (KEY, OTHER)
    for form in (secret, *escaped(secret), *in_base64(secret))
}
LEAKS = ("blurts", "hides", "cries", "mumbles", "signals")


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def served(
    request: pytest.FixtureRequest,
    crowd: Crowd,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """A server that has secrets."""
    folder = tmp_path_factory.mktemp("secrets")
    kind: ServerKind = request.param
    with site(crowd, folder, kind, OPENAI_API_KEY=KEY, WAYFLOW_SECRETS=OTHER) as served:
        yield served


class Heard:
    """Whatever a person at the server got to see."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.pages: dict[str, str] = {}

    async def get(self, path: str) -> Any:
        response = await self.http.get(path)
        assert response.status_code == 200, (path, response.text)
        self.pages[f"GET {path}"] = response.text
        return response

    async def post(self, path: str, body: Any, status: int = 200) -> httpx.Response:
        response = await self.http.post(path, json=body)
        assert response.status_code == status, (path, response.text)
        self.pages[f"POST {path} {len(self.pages)}"] = response.text
        return response

    async def run(self, graph: Any, inputs: Any, chunks: str) -> str:
        """Run a graph to its end or pause and read it in every way; its id."""
        ran = await self.post(f"/api/run?chunks={chunks}", _body(graph, inputs))
        run_id: str = ran.headers["x-run-id"]
        await settled(self.http, run_id)
        await self.get(f"/api/runs/{run_id}")
        await self.follow(run_id, chunks)
        await self.post(f"/api/runs/{run_id}/attach?chunks={chunks}", {})
        await self.get(f"/admin/runs/run/{run_id}/change/")
        for node_id in graph["nodes"]:
            await self.get(f"/api/runs/{run_id}/nodes/{node_id}")
        return run_id

    async def follow(self, run_id: str, chunks: str = "content") -> None:
        """Read the events that there are by now."""
        path = f"/api/runs/{run_id}/events"
        await self.get(f"{path}.ndjson")
        with contextlib.suppress(httpx.ReadTimeout):
            async with self.http.stream(
                "GET", f"{path}?chunks={chunks}", timeout=1
            ) as response:
                async for text in response.aiter_text():
                    self.pages[path] = self.pages.get(path, "") + text


@pytest.fixture
async def heard(served: Site) -> AsyncIterator[Heard]:
    """A superuser, signed in at the admin and calling with a token too."""
    async with served.person() as http:
        (digest,) = served.rows(
            "SELECT owner_id FROM access_token WHERE prefix = ?",
            http.headers["Authorization"][6:14],
        )[0]
        coded = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
        served.rows(
            "UPDATE auth_user SET is_staff = 1, is_superuser = 1, password = ?"
            " WHERE id = ?",
            coded,
            digest,
        )
        (name,) = served.rows("SELECT username FROM auth_user WHERE id = ?", digest)[0]
        signed_in = await http.post(
            "/admin/login/",
            data={"username": name, "password": PASSWORD},
            headers={"Origin": served.server.url},
        )
        assert signed_in.status_code == 302, signed_in.text
        yield Heard(http)


@contextlib.asynccontextmanager
async def listening(heard: Heard) -> AsyncIterator[None]:
    """Somebody listens to the feed meanwhile."""

    async def listen() -> None:
        async with heard.http.stream("GET", "/api/feed", timeout=None) as response:
            async for text in response.aiter_text():
                heard.pages["feed"] = heard.pages.get("feed", "") + text

    task = asyncio.create_task(listen())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE)


async def test_no_secret_is_anywhere(served: Site, heard: Heard) -> None:
    async with listening(heard):
        for number, leak in enumerate(LEAKS):
            style = ("content", "delta")[number % 2]
            await heard.run(chain(leak), {"v": f"mine is {KEY}, {OTHER}"}, style)
        await heard.run(chain("mumbles"), {"v": KEY}, "content")
        await tell_a_person(heard)
        await ask_a_model(served, heard)
        await name_things(heard)
        for path in ("/api/runs", "/admin/runs/run/", "/api/workflows", "/api/pending"):
            await heard.get(path)
        for path in ("/admin/workflows/workflow/", "/admin/access/token/", "/admin/"):
            await heard.get(path)
        await heard.get(f"/api/workflows?search={KEY}")
    places = {**heard.pages, "log": served.server.log, "dump": dump(served.database)}
    for place, text in places.items():
        found = [form for form in FORMS if form in text]
        found += [part for part in FRAGMENTS if part in text]
        assert not found, (place, found, _around(text, found[0]))
    for place in ("log", "dump", "feed"):
        assert places[place]
    assert places["log"].count(MARK) >= 4
    assert f"in a thread: {MARK}" in places["log"]
    assert f"/api/workflows?search={MARK}" in places["log"]


async def tell_a_person(heard: Heard) -> None:
    """A review that asks about secrets, and an answer with some."""
    document = graph_document(
        node_document("in", "input", {"fields": []}, outputs=["v"]),
        node_document(
            "asks", "confides", inputs=["input"], outputs=["approved", "rejected"]
        ),
        wires=["in.v -> asks.input"],
    )
    run_id = await heard.run(document, {}, "content")
    (review,) = (await heard.get(f"/api/runs/{run_id}/reviews")).json()
    assert review["instructions"] == f"Is it {MARK}?"
    path = f"/api/runs/{run_id}/reviews/{review['id']}/decide"
    decision = {"branch": "approved", "data": {"it is": KEY, OTHER: 1}}
    decided = (await heard.post(path, decision)).json()
    assert decided["decision"]["data"] == {"it is": MARK, MARK: 1}
    await settled(heard.http, run_id)
    await heard.follow(run_id)


async def ask_a_model(served: Site, heard: Heard) -> None:
    """A provider that quotes the key it is called with, and a tool that tells it."""
    said = f"You sent {KEY}, and so on."
    pieces = [says(said[i : i + 3]) for i in range(0, len(said), 3)]
    async with FakeOpenAI(Reply(chunks=pieces), port=served.provider_port) as provider:
        run_id = await heard.run(asks_model(), {"v": "a"}, "delta")
        assert provider.keys == [f"Bearer {KEY}"]
    run = (await heard.get(f"/api/runs/{run_id}")).json()
    assert run["result"] == {"v": f"You sent {MARK}, and so on."}
    quoted = {"message": f"Incorrect API key {KEY} for {OTHER}"}
    refused = Reply(status=401, body={"error": quoted})
    async with FakeOpenAI(refused, port=served.provider_port):
        run_id = await heard.run(asks_model(), {"v": "a"}, "content")
    run = (await heard.get(f"/api/runs/{run_id}")).json()
    assert run["error"]["message"].endswith(f"for {MARK}")
    called = {"index": 0, "id": "c1", "function": {"name": "recite", "arguments": "{}"}}
    choice = {"index": 0, "delta": {"tool_calls": [called]}, "finish_reason": "stop"}
    asks = {"id": "x", "object": "chat.completion.chunk", "choices": [choice]}
    graph = asks_model()
    graph["nodes"]["llm"]["data"] = {
        "model": MODEL,
        "prompt": "x",
        "tools": ["recite"],
    }
    told = Reply(chunks=[asks]), Reply(chunks=[says("ok")])
    async with FakeOpenAI(*told, port=served.provider_port) as provider:
        await heard.run(graph, {"v": "a"}, "content")
        conversation = str(provider.requests[1]["messages"])
        assert MARK in conversation
        assert KEY not in conversation


async def name_things(heard: Heard) -> None:
    """Names and notes with secrets in them; a graph with one is refused."""
    made = await heard.post(
        "/api/workflows",
        {"name": f"with {KEY}", "description": OTHER, "graph": chain("merge")},
        201,
    )
    workflow = made.json()
    assert workflow["name"] == f"with {MARK}"
    path = f"/api/workflows/{workflow['id']}"
    renamed = await heard.http.patch(path, json={"description": f"is {KEY}"})
    heard.pages["renamed"] = renamed.text
    await heard.get(path)
    await heard.get(f"{path}/versions")
    await heard.get(f"{path}/export")
    await heard.post(f"{path}/runs", {"inputs": {"v": KEY}})
    await heard.get(f"/admin/workflows/workflow/{workflow['id']}/change/")
    graph = chain("merge")
    graph["nodes"]["merge"]["data"] = {"headers": {"Authorization": f"Bearer {KEY}"}}
    for refusing, body in (
        ("/api/run", _body(graph, {})),
        ("/api/workflows", {"name": "x", "graph": graph}),
    ):
        refused = (await heard.post(refusing, body, 400)).json()
        assert refused["errors"][0]["code"] == "WF_SECRET_IN_GRAPH"
        assert "Node merge" in refused["error"]


def dump(database: Path) -> str:
    """All that the database knows, and what its files still hold."""
    with contextlib.closing(sqlite3.connect(database, timeout=5)) as connection:
        statements = "\n".join(connection.iterdump())
    files = [database, Path(f"{database}-wal")]
    raw = b"".join(file.read_bytes() for file in files if file.exists())
    return statements + raw.decode(errors="replace")


def _body(graph: Any, inputs: Any) -> dict[str, Any]:
    return {"graph": graph, "inputs": inputs}


def _around(text: str, part: str) -> str:
    at = text.find(part)
    return text[max(0, at - 300) : at + 100]
