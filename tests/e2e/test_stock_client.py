"""The published editor's client, pointed at a live server."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.runs.scenes import chain, review_graph

from .graphs import asks_model, review_then_model, settled, two_reviews
from .providers import SILENT, Voice, asked, provider_of
from .site import Site
from .stock_client import Approver, Canvas, Decision, Refused, StockClient


def answers(*decisions: Decision | None) -> Approver:
    """An approver who gives these answers in turn."""
    given = iter(decisions)

    async def approve(suspension: dict[str, Any]) -> Decision | None:
        return next(given)

    return approve


def run_id_of(canvas: Canvas) -> str:
    first: dict[str, Any] = canvas.events[0][1]
    run_id: str = first["runId"]
    return run_id


async def test_a_run_completes_and_its_nodes_are_painted(stock: StockClient) -> None:
    told = await stock.run(chain(), {"v": "grüße"})
    assert (told.status, told.result, told.was_told) == (
        "completed",
        {"v": "grüße"},
        True,
    )
    assert stock.canvas.statuses == {"in": "complete", "out": "complete"}


async def test_a_models_text_grows_on_the_canvas(
    live: Site, stock: StockClient
) -> None:
    voice = Voice("The ", "tug ", "is ", "späť.", whole=True)
    async with provider_of(live, voice.reply) as provider:
        running = asyncio.create_task(stock.run(asks_model(), {"v": "a story"}))
        await stock.sees(lambda canvas: bool(canvas.events))
        voice.speak()
        told = await running
    assert provider.requests[0]["messages"][-1]["content"] == "Tell a story."
    shown = stock.canvas.texts["llm"]
    assert shown[-1] == "The tug is späť."
    assert all(later.startswith(text) for text, later in pairwise(shown))
    assert told.result == {"v": "The tug is späť."}
    assert stock.canvas.outputs["llm"] == "The tug is späť."


async def test_the_cancel_button_cancels_the_run(
    live: Site, http: httpx.AsyncClient, stock: StockClient
) -> None:
    async with provider_of(live, SILENT) as provider:
        running = asyncio.create_task(stock.run(asks_model()))
        await asked(provider)
        await stock.sees(lambda canvas: bool(canvas.events))
        running.cancel()
        await asyncio.wait([running])
        run = await settled(http, run_id_of(stock.canvas))
    assert run["status"] == "cancelled"
    assert run["cancelRequestedAt"] is not None


async def test_a_pause_goes_on_with_what_the_person_edited(stock: StockClient) -> None:
    edited = {"branch": "approved", "data": {"text": "edited", "n": [1, None]}}
    told = await stock.run(review_graph(), {"v": "draft"}, approve=answers(edited))
    assert told.result == {"sent": {"text": "edited", "n": [1, None]}}
    (card,) = stock.canvas.cards
    assert card == {
        "runId": run_id_of(stock.canvas),
        "nodeId": "review",
        "instructions": "Look at it.",
        "data": "draft",
    }
    assert stock.canvas.statuses["no"] == "skipped"


async def test_an_approval_without_data_passes_on_what_was_shown(
    stock: StockClient,
) -> None:
    approved = answers({"branch": "approved"})
    told = await stock.run(review_graph(), {"v": "draft"}, approve=approved)
    assert told.result == {"sent": "draft"}


async def test_a_rejection_takes_the_other_branch(stock: StockClient) -> None:
    rejected = answers({"branch": "rejected", "data": "too long"})
    told = await stock.run(review_graph(), {"v": "draft"}, approve=rejected)
    assert told.result == {"back": "too long"}
    assert stock.canvas.statuses["yes"] == "skipped"


async def test_two_reviews_are_asked_one_after_the_other(stock: StockClient) -> None:
    first = {"branch": "approved", "data": "once"}
    told = await stock.run(
        two_reviews(), {"v": "draft"}, approve=answers(first, {"branch": "approved"})
    )
    assert [card["nodeId"] for card in stock.canvas.cards] == ["first", "second"]
    assert [card["data"] for card in stock.canvas.cards] == ["draft", "once"]
    assert {card["runId"] for card in stock.canvas.cards} == {run_id_of(stock.canvas)}
    assert told.result == {"v": "once"}


async def test_cancelling_at_a_review_drops_the_run(
    http: httpx.AsyncClient, stock: StockClient
) -> None:
    told = await stock.run(review_graph(), {"v": "draft"}, approve=answers(None))
    assert told.status == "cancelled"
    assert (await http.get("/api/pending")).json() == []
    run = await settled(http, run_id_of(stock.canvas))
    assert run["status"] == "cancelled"
    again = await http.post("/api/cancel", json={"runId": run["id"]})
    assert (again.status_code, again.content) == (204, b"")


async def test_a_page_loaded_again_at_a_review_goes_on_with_it(
    live: Site, http: httpx.AsyncClient, stock: StockClient
) -> None:
    paused = await stock.run(review_then_model(), {"v": "draft"})
    assert paused.status == "paused"
    reloaded = StockClient(http)
    approved = answers({"branch": "approved", "data": "it again"})
    voice = Voice("Told.", whole=True)
    voice.speak()
    async with provider_of(live, voice.reply) as provider:
        (told,) = await reloaded.attach_pending(approved)
    assert (told.status, told.result) == ("completed", {"v": "Told."})
    assert provider.requests[0]["messages"][-1]["content"] == "Tell it again."
    (card,) = reloaded.canvas.cards
    assert (card["runId"], card["data"]) == (run_id_of(stock.canvas), "draft")
    assert card["snapshot"] == {"nodes": [{"nodeId": "in", "outputData": "draft"}]}
    assert reloaded.canvas.outputs["in"] == "draft"
    assert (await http.get("/api/pending")).json() == []


async def test_a_run_that_waits_is_nobody_elses_business(
    live: Site, stock: StockClient
) -> None:
    await stock.run(review_graph(), {"v": "draft"})
    async with live.person() as stranger:
        assert (await stranger.get("/api/pending")).json() == []
        with pytest.raises(Refused, match="WF_RUN_NOT_FOUND"):
            await StockClient(stranger).resume(
                run_id_of(stock.canvas), {"branch": "approved"}
            )


async def test_of_two_answers_one_is_too_late(stock: StockClient) -> None:
    await stock.run(review_graph(), {"v": "draft"})
    run_id = run_id_of(stock.canvas)
    both = await asyncio.gather(
        stock.resume(run_id, {"branch": "approved"}),
        stock.resume(run_id, {"branch": "rejected"}),
        return_exceptions=True,
    )
    (won,) = (told for told in both if not isinstance(told, BaseException))
    (lost,) = (told for told in both if isinstance(told, BaseException))
    assert won.status == "completed"
    assert isinstance(lost, Refused)
    assert lost.status == 404


async def test_a_failed_run_ends_with_its_code(stock: StockClient) -> None:
    told = await stock.run(chain("raises"))
    assert (told.status, told.was_told) == ("error", True)
    assert told.error["code"] == "WF_RUNTIME_HANDLER_THREW"
    assert told.error["message"] == "Node raises failed: boom"
    assert stock.canvas.statuses["raises"] == "error"


async def test_a_wrong_request_is_shown_with_status_and_body(
    stock: StockClient,
) -> None:
    with pytest.raises(Refused) as caught:
        await stock.run({"nodes": "none"})
    assert caught.value.status == 400
    body = json.loads(caught.value.body)
    assert body["error"] == body["errors"][0]["detail"]
    assert body["errors"][0]["code"] == "WF_GRAPH_INVALID"


async def test_a_saved_workflow_runs_with_only_its_url(
    http: httpx.AsyncClient, stock: StockClient
) -> None:
    id = uuid4()
    saved = await http.put(f"/api/workflow/{id}", json={"version": 1, "graph": chain()})
    assert saved.status_code == 204
    told = await stock.run(chain(), {"v": 1}, url=f"/api/run?workflowId={id}")
    assert told.result == {"v": 1}
    run = (await http.get(f"/api/runs/{run_id_of(stock.canvas)}")).json()
    assert run["workflow"]["id"] == str(id)
