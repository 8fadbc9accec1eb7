"""The stock client comes back to runs of a live server with the one call it knows."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.runs.scenes import chain, review_graph

from .graphs import asks_model, review_then_model, settled
from .providers import Voice, asked, provider_of
from .site import Site
from .stock_client import Decision, StockClient

APPROVED = {"branch": "approved", "data": "it"}


async def approve(suspension: dict[str, Any]) -> Decision:
    return APPROVED


async def nobody_asks(suspension: dict[str, Any]) -> Decision:
    raise AssertionError("a question was asked again")


def attach_url(run_id: str) -> str:
    return f"/api/runs/{run_id}/attach"


async def begun(http: httpx.AsyncClient, graph: Any) -> str:
    """The id of a run that goes on without anybody."""
    url = "/api/run?detach=1"
    async with http.stream("POST", url, json={"graph": graph}) as response:
        run_id: str = response.headers["x-run-id"]
    return run_id


async def test_a_page_loaded_again_in_the_middle_of_a_run_sees_all_of_it(
    live: Site, http: httpx.AsyncClient
) -> None:
    voice = Voice("The ", "tug ", "is ", "späť.", whole=True)
    async with provider_of(live, voice.reply) as provider:
        run_id = await begun(http, asks_model())
        await asked(provider)
        reloaded, other = StockClient(http), StockClient(http)
        # It posts the graph that is on its canvas, whatever that is by now.
        watching = [
            asyncio.create_task(client.run(graph, url=attach_url(run_id)))
            for client, graph in ((reloaded, asks_model()), (other, {"nodes": "none"}))
        ]
        for client in (reloaded, other):
            await client.sees(lambda canvas: "llm" in canvas.statuses)
        voice.speak()
        told = await asyncio.gather(*watching)
    assert [one.result for one in told] == [{"v": "The tug is späť."}] * 2
    assert all(one.was_told for one in told)
    for client in (reloaded, other):
        assert client.canvas.texts["llm"][-1] == "The tug is späť."
        assert client.canvas.statuses == dict.fromkeys(["in", "llm", "out"], "complete")
    runs = (await http.get("/api/runs")).json()["results"]
    assert [run["id"] for run in runs] == [run_id]


async def test_a_finished_run_that_had_paused_shows_no_card(
    live: Site, http: httpx.AsyncClient, stock: StockClient
) -> None:
    first = await stock.run(review_graph(), {"v": "draft"}, approve=approve)
    run_id = stock.canvas.events[0][1]["runId"]
    assert len(stock.canvas.cards) == 1
    back = StockClient(http)
    told = await back.run({}, approve=nobody_asks, url=attach_url(run_id))
    assert (told.status, told.result, told.was_told) == (
        "completed",
        first.result,
        True,
    )
    assert back.canvas.cards == []
    assert back.canvas.statuses == stock.canvas.statuses
    assert back.canvas.outputs == stock.canvas.outputs


async def test_at_an_open_review_the_person_can_answer(
    live: Site, http: httpx.AsyncClient, stock: StockClient
) -> None:
    paused = await stock.run(review_then_model(), {"v": "draft"})
    assert paused.status == "paused"
    run_id = stock.canvas.events[0][1]["runId"]
    voice = Voice("Told.", whole=True)
    voice.speak()
    back = StockClient(http)
    async with provider_of(live, voice.reply):
        told = await back.run({}, approve=approve, url=attach_url(run_id))
    assert (told.status, told.result) == ("completed", {"v": "Told."})
    (card,) = back.canvas.cards
    assert card["data"] == "draft"


async def test_leaving_such_a_stream_cancels_nothing(
    live: Site, http: httpx.AsyncClient, stock: StockClient
) -> None:
    voice = Voice("Told.", whole=True)
    async with provider_of(live, voice.reply) as provider:
        run_id = await begun(http, asks_model())
        await asked(provider)
        watching = asyncio.create_task(stock.run({}, url=attach_url(run_id)))
        await stock.sees(lambda canvas: "llm" in canvas.statuses)
        watching.cancel()
        await asyncio.wait([watching])
        assert (await http.get(f"/api/runs/{run_id}")).json()["status"] == "running"
        voice.speak()
        run = await settled(http, run_id)
    assert (run["status"], run["cancelRequestedAt"]) == ("completed", None)


async def test_any_body_will_do(http: httpx.AsyncClient, stock: StockClient) -> None:
    await stock.run(chain(), {"v": 1})
    url = attach_url(stock.canvas.events[0][1]["runId"])
    for body in (b"", b"{", b"\xff", b"x" * 1_000_000):
        answer = await http.post(url, content=body)
        assert answer.status_code == 200
        assert answer.text.count('"status":"completed"') == 1
