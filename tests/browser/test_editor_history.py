"""Runs of the history: on the graph that they ran, with all values and failures."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.runs.scenes import Document, chain, field, review_graph
from wayflow.testing import graph_document, node_document

from .stage import PATIENCE_MS, Stage
from .studio import (
    GET,
    cards,
    graph_of,
    has_ended,
    is_saved,
    made,
    open_editor,
    require_editor,
    runs_of,
    started,
    studio,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

PUT = """async ([id, graph]) => {
    const url = `/api/workflow/${id}`
    const tag = (await fetch(url)).headers.get('ETag')
    const headers = {'Content-Type': 'application/json', 'If-Match': tag}
    const body = JSON.stringify({version: 1, graph})
    return (await fetch(url, {method: 'PUT', headers, body})).status
}"""
TAG = "async (id) => (await fetch(`/api/workflow/${id}`)).headers.get('ETag')"


@pytest.fixture(autouse=True)
def _editor() -> None:
    require_editor()


def spread(graph: Document) -> Document:
    """The graph with its nodes beside each other."""
    for number, node in enumerate(graph["nodes"].values()):
        node["position"] = {"x": number * 320, "y": 0}
    return graph


async def store(page: Page, workflow_id: str, graph: Document) -> None:
    """Save another graph of the workflow, as somebody else would."""
    assert await page.evaluate(PUT, [workflow_id, graph]) == 204


async def pick(page: Page, status: str) -> None:
    """Show the newest run of this status out of the history."""
    await page.get_by_role("tab", name="History").click()
    past = page.get_by_role("region", name="Past runs")
    await past.get_by_role("button", name=re.compile(f"^{status}")).first.click()


def banner(page: Page) -> Locator:
    return page.get_by_role("region", name="Run on the canvas")


async def leave(page: Page) -> None:
    await banner(page).get_by_role("button", name="Back to editing").click()
    await expect(banner(page)).to_have_count(0)


async def look(page: Page) -> str:
    """Where the canvas looks."""
    viewport = page.locator(".react-flow__viewport")
    return str(await viewport.get_attribute("style"))


# --- The graph that it ran ---


async def test_a_run_of_an_older_graph_is_painted_on_that_graph_and_nothing_is_saved(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Grown", spread(chain("merge")))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        await store(page, workflow_id, spread(chain()))
        await open_editor(page, workflow_id)
        await expect(cards(page)).to_have_count(2)
        await cards(page, "output").click()
        chosen = page.locator(".react-flow__node.selected")
        await expect(chosen).to_have_attribute("data-id", "out")
        tag, before = await page.evaluate(TAG, workflow_id), await look(page)

        await pick(page, "Completed")
        await expect(cards(page)).to_have_count(3)
        await expect(cards(page, "merge")).to_have_attribute("data-state", "complete")
        await expect(banner(page)).to_contain_text("run of version 1")
        await expect(banner(page)).to_contain_text("It ran another graph")
        palette = page.get_by_role("button", name="Merge", exact=True)
        await expect(palette).to_be_disabled()
        await cards(page, "merge").click()
        await page.keyboard.press("Delete")
        await expect(cards(page)).to_have_count(3)

        await leave(page)
        await expect(cards(page)).to_have_count(2)
        await expect(cards(page, "input")).to_have_attribute("data-state", "idle")
        await expect(chosen).to_have_attribute("data-id", "out")
        await expect(page.locator(".react-flow__viewport")).to_have_attribute(
            "style", before
        )
        await is_saved(page)
        assert await page.evaluate(TAG, workflow_id) == tag
        versions = f"/api/workflows/{workflow_id}/versions"
        assert len((await page.evaluate(GET, versions))["results"]) == 2


async def test_what_is_edited_is_saved_while_a_run_is_looked_at(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Edited", spread(chain("merge")))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        await open_editor(page, workflow_id)
        await cards(page, "merge").click()
        await page.keyboard.press("Delete")
        await expect(cards(page)).to_have_count(2)
        await pick(page, "Completed")
        await expect(cards(page)).to_have_count(3)
        await is_saved(page)
        assert {*(await graph_of(page, workflow_id))["nodes"]} == {"in", "out"}
        await leave(page)
        await page.keyboard.press("Control+z")
        await expect(cards(page)).to_have_count(3)


async def test_run_runs_what_is_edited_also_while_an_older_run_is_shown(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Again", spread(chain("merge")))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        asks = chain(fields=[field("topic", "string", required=True)])
        await store(page, workflow_id, spread(asks))
        await open_editor(page, workflow_id)
        await pick(page, "Completed")
        await expect(cards(page)).to_have_count(3)
        await page.get_by_role("button", name="Run", exact=True).click()
        form = page.get_by_role("dialog", name="Run with inputs")
        await form.get_by_label("topic").fill("lighthouses")
        await form.get_by_role("button", name="Run", exact=True).click()
        await expect(banner(page)).to_have_count(0)
        await expect(cards(page)).to_have_count(2)
        await expect(cards(page, "input")).to_have_attribute("data-state", "complete")
        await has_ended(page, workflow_id, "completed")
        assert len(await runs_of(page, workflow_id)) == 2


async def test_a_run_that_waits_is_taken_up_on_the_graph_that_it_runs(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        graph = review_graph()
        graph["nodes"]["in"]["data"]["fields"][0]["default"] = "A draft."
        workflow_id = await made(page, "Waits", spread(graph))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "paused")
        await store(page, workflow_id, spread(chain()))
        await open_editor(page, workflow_id)
        await expect(cards(page, "humanInTheLoop")).to_have_attribute(
            "data-state", "waiting"
        )
        await page.get_by_role("button", name="Approve").click()
        await has_ended(page, workflow_id, "completed")
        await expect(cards(page, "humanInTheLoop")).to_have_attribute(
            "data-state", "complete"
        )
        await leave(page)
        await expect(cards(page)).to_have_count(2)


async def test_a_run_that_goes_on_is_painted_after_a_reload_on_the_graph_that_it_runs(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Reloaded", spread(chain("recites")))
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        await expect(cards(page, "recites")).to_contain_text("word 3")
        await cards(page, "output").click()
        await page.keyboard.press("Delete")
        await is_saved(page)
        await page.reload()
        await expect(cards(page)).to_have_count(3)
        await expect(banner(page)).to_contain_text("You follow a run")
        await expect(cards(page, "recites")).to_have_attribute("data-state", "running")
        await page.get_by_role("button", name="Cancel", exact=True).click()
        await has_ended(page, workflow_id, "cancelled")
        await leave(page)
        await expect(cards(page)).to_have_count(2)


# --- What a node did ---


def long_text(words: int) -> str:
    return " ".join(f"word{number}" for number in range(words)) + " END"


async def test_a_value_that_was_cut_is_shown_whole_on_demand(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        text = long_text(4_000)
        graph = chain("merge", fields=[field("v", default=text)])
        workflow_id = await made(page, "Long", spread(graph))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        await open_editor(page, workflow_id)
        await pick(page, "Completed")
        await page.get_by_role("tab", name="Run").click()
        await cards(page, "input").click()
        node = page.get_by_role("region", name=re.compile("^Run of in"))
        await shown_whole(node.get_by_role("region", name="Output"))
        await cards(page, "merge").click()
        node = page.get_by_role("region", name=re.compile("^Run of merge"))
        await shown_whole(node.get_by_role("region", name="v", exact=True))


async def shown_whole(value: Locator) -> None:
    """Ask for all of a value, of which only the beginning is there."""
    await expect(value).to_contain_text("Too long to be shown here")
    await value.get_by_role("button", name="Show all").click()
    await expect(value).to_contain_text("word3999 END")
    await expect(value).not_to_contain_text("Too long to be shown here")


async def test_a_whole_value_that_cannot_be_had_says_so(stage: Stage) -> None:
    async with (
        studio(stage) as context,
        watched(context, stage, refusals=503) as page,
    ):
        await page.goto("/")
        graph = chain(fields=[field("v", default=long_text(4_000))])
        workflow_id = await made(page, "Refused", spread(graph))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        await open_editor(page, workflow_id)
        await pick(page, "Completed")
        await page.get_by_role("tab", name="Run").click()
        await cards(page, "input").click()
        output = page.get_by_role("region", name="Output", exact=True)
        busy: dict[str, Any] = {"status": 503, "headers": {"Retry-After": "7"}}
        await page.route("**/api/runs/*/nodes/*", lambda route: route.fulfill(**busy))
        await output.get_by_role("button", name="Show all").click()
        await expect(output).to_contain_text("The server answered 503.")
        await expect(output).to_contain_text("Wait 7 s before you try again.")
        await page.unroute_all()
        await shown_whole(output)


async def test_attempts_that_failed_are_listed(stage: Stage) -> None:
    rows = [field("v", default="hello")]
    policy = {"policy": {"timeout": 0.1, "retries": 2, "backoff": 0.05}}
    graph = graph_document(
        node_document("in", "input", {"fields": rows}, outputs=["v"]),
        node_document("hangs", "hangs", policy, inputs=["v"], outputs=["v"]),
        wires=["in.v -> hangs.v"],
    )
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Unlucky", spread(graph))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "error")
        await open_editor(page, workflow_id)
        await pick(page, "Failed")
        await page.get_by_role("tab", name="Run").click()
        await cards(page, "hangs").click()
        failures = page.get_by_role("region", name="Failed attempts")
        await expect(failures.get_by_role("group")).to_have_count(2)
        await expect(failures).to_contain_text("Attempt 1")
        await expect(failures).to_contain_text(re.compile(r"\d+:\d\d:\d\d"))
        await failures.get_by_text("Attempt 2").click()
        await expect(failures.get_by_role("region", name="Error")).to_contain_text(
            "WF_RUNTIME_NODE_TIMEOUT"
        )


# --- The list ---


async def test_the_history_can_be_narrowed_to_some_states(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Mixed", spread(chain("raises")))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "error")
        await store(page, workflow_id, spread(chain()))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        await open_editor(page, workflow_id)
        await page.get_by_role("tab", name="History").click()
        past = page.get_by_role("region", name="Past runs")
        await expect(past.get_by_role("listitem")).to_have_count(2)
        await past.get_by_label("Which runs").select_option("Failed")
        await expect(past.get_by_role("listitem")).to_have_count(1)
        await expect(past.get_by_role("listitem")).to_contain_text("version 1")
        await expect(past.get_by_role("listitem")).to_contain_text("chief")
        await past.get_by_label("Which runs").select_option("Cancelled")
        await expect(past).to_contain_text("There is no such run.")


# --- Beside a run of one's own ---


async def test_a_past_run_is_looked_at_while_a_review_waits_for_its_answer(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Beside", spread(chain("merge")))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        graph = review_graph()
        graph["nodes"]["in"]["data"]["fields"][0]["default"] = "A draft."
        await store(page, workflow_id, spread(graph))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "paused")
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Put aside").click()
        await pick(page, "Completed")
        await expect(cards(page, "merge")).to_have_attribute("data-state", "complete")
        await expect(banner(page)).to_contain_text("Your own run waits for a review.")
        await expect(page.get_by_role("button", name="Run", exact=True)).to_have_count(
            0
        )
        await page.get_by_role("button", name="Back to your run").click()
        review = cards(page, "humanInTheLoop")
        await expect(review).to_have_attribute("data-state", "waiting")
        await page.get_by_role("button", name="waits for you").click()
        await page.get_by_role("button", name="Approve").click()
        await has_ended(page, workflow_id, "completed")
        await expect(review).to_have_attribute("data-state", "complete")


async def test_a_run_goes_on_and_is_painted_while_another_one_is_looked_at(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Goes on", spread(chain()))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        await store(page, workflow_id, spread(chain("recites")))
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        card = cards(page, "recites")
        await expect(card).to_contain_text("word 3")
        await pick(page, "Completed")
        await expect(cards(page)).to_have_count(2)
        await expect(banner(page)).to_contain_text("Your own run goes on")
        await page.get_by_role("button", name="Back to your run").click()
        await expect(banner(page)).to_have_count(0)
        await expect(card).to_have_attribute("data-state", "running")
        await expect(card).to_contain_text("word 40")
        await page.get_by_role("button", name="Cancel", exact=True).click()
        await has_ended(page, workflow_id, "cancelled")
        await expect(card).to_have_attribute("data-state", "cancelled")
        assert (await runs_of(page, workflow_id))[0]["version"] == 2


@pytest.mark.parametrize("status", [403, 500])
async def test_a_run_that_cannot_be_shown_is_not_said_to_have_failed(
    stage: Stage, status: int
) -> None:
    async with (
        studio(stage) as context,
        watched(context, stage, refusals=status) as page,
    ):
        await page.goto("/")
        workflow_id = await made(page, "Hidden", spread(chain()))
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "completed")
        await open_editor(page, workflow_id)
        await page.route(
            "**/api/runs/*/graph", lambda route: route.fulfill(status=status)
        )
        await pick(page, "Completed")
        await expect(banner(page)).to_contain_text("cannot be shown")
        state = page.get_by_role("button", name="Show the run")
        await expect(state).to_have_text("Not known")
        await page.unroute_all()
        await pick(page, "Completed")
        await expect(state).to_contain_text("Completed")
        await leave(page)


async def test_a_review_of_a_run_that_is_followed_is_answered_once(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        graph = review_graph()
        graph["nodes"]["in"]["data"]["fields"][0]["default"] = "A draft."
        workflow_id = await made(page, "Followed", spread(graph))
        await open_editor(page, workflow_id)
        await page.get_by_role("tab", name="History").click()
        await started(page, workflow_id)
        await has_ended(page, workflow_id, "paused")
        await store(page, workflow_id, spread(chain()))
        await page.get_by_role("button", name="Load anew").click()
        await pick(page, "Waiting for review")
        await page.get_by_role("button", name="Approve").dblclick()
        await has_ended(page, workflow_id, "completed")
        await expect(cards(page, "humanInTheLoop")).to_have_attribute(
            "data-state", "complete"
        )
