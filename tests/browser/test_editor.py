"""The editor in a browser: build by mouse, save, run, cancel, review, and look back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.runs.scenes import chain, review_graph
from workflows.demo import TICKET_TRIAGE

from .stage import PATIENCE_MS, Stage
from .studio import (
    canvas,
    cards,
    draw,
    graph_of,
    has_ended,
    is_saved,
    made,
    open_editor,
    port,
    require_editor,
    runs_of,
    started,
    studio,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(autouse=True)
def _editor() -> None:
    require_editor()


async def add(page: Page, label: str, x: int, y: int = 200) -> None:
    """Drag a node type out of the palette to this place of the canvas."""
    item = page.get_by_role("button", name=label, exact=True)
    await item.drag_to(canvas(page), target_position={"x": x, "y": y})


# --- Building ---


async def test_a_workflow_is_built_by_mouse_saved_and_run(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        await page.get_by_role("button", name="New workflow").click()
        await expect(
            page.get_by_role("heading", name="Start with a node")
        ).to_be_visible()
        workflow_id = page.url.rpartition("/")[2]
        await add(page, "Input", 140)
        await add(page, "LLM", 440)
        prompt = page.get_by_label("Prompt", exact=True)
        await prompt.fill("Write about {input}")
        await add(page, "Output", 740)
        source, model, target = (
            cards(page, kind) for kind in ("input", "llm", "output")
        )
        await draw(page, port(source, "input"), port(model, "input"))
        await draw(page, port(model, "response"), port(target, "result"))
        await expect(page.locator(".react-flow__edge")).to_have_count(2)
        await is_saved(page)

        await page.reload()
        await expect(cards(page)).to_have_count(3)
        await expect(page.locator(".react-flow__edge")).to_have_count(2)
        assert len((await graph_of(page, workflow_id))["edges"]) == 2

        await page.get_by_role("button", name="Run", exact=True).click()
        form = page.get_by_role("dialog", name="Run with inputs")
        await form.get_by_label("input").fill("lighthouses")
        await form.get_by_role("button", name="Run", exact=True).click()
        reply = re.compile("Placeholder reply to “Write about lighthouses”")
        result = page.get_by_role("region", name="Result", exact=True)
        await expect(result).to_contain_text(reply)
        await expect(model).to_have_attribute("data-state", "complete")
        (run,) = await runs_of(page, workflow_id)
        assert run["status"] == "completed"


async def test_undo_takes_back_and_redo_repeats(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        await open_editor(page, await made(page, "Undone", chain()))
        await add(page, "Merge", 300, 500)
        await expect(cards(page)).to_have_count(3)
        await page.keyboard.press("Control+z")
        await expect(cards(page)).to_have_count(2)
        await page.keyboard.press("Control+Shift+z")
        await expect(cards(page)).to_have_count(3)


# --- Running ---


async def test_text_grows_on_the_canvas_and_cancel_stops_the_servers_run(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Endless", chain("recites"))
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        card = cards(page, "recites")
        await expect(card).to_contain_text("word 3")
        await expect(card).to_contain_text("word 9")
        await expect(card).to_have_attribute("data-state", "running")
        await page.get_by_role("button", name="Cancel", exact=True).click()
        await has_ended(page, workflow_id, "cancelled")
        await expect(card).to_have_attribute("data-state", "cancelled")
        await expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


async def test_a_run_goes_on_over_a_reload_and_is_painted_again(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Endless", chain("recites"))
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        card = cards(page, "recites")
        await expect(card).to_contain_text("word 3")
        await page.reload()
        await expect(card).to_have_attribute("data-state", "running")
        await expect(card).to_contain_text("word 20")
        await page.get_by_role("button", name="Cancel", exact=True).click()
        await has_ended(page, workflow_id, "cancelled")
        assert len(await runs_of(page, workflow_id)) == 1


async def test_a_failure_is_told_and_leads_to_its_node(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Failing", chain("raises"))
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        card = cards(page, "raises")
        await expect(card).to_have_attribute("data-state", "error")
        await expect(card).to_contain_text("boom")
        await page.get_by_role("button", name="Go to node").first.click()
        await expect(card).to_be_in_viewport()


async def test_a_review_survives_a_reload_and_is_approved_with_edited_data(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        graph = review_graph()
        graph["nodes"]["in"]["data"]["fields"][0]["default"] = "A draft."
        workflow_id = await made(page, "Reviewed", graph)
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        approve = page.get_by_role("button", name="Approve")
        await expect(approve).to_be_visible()
        await page.reload()
        await expect(approve).to_be_visible()
        dialog = page.get_by_role("dialog").filter(has=approve)
        await expect(dialog).to_contain_text("Look at it.")
        text = dialog.get_by_role("textbox")
        await expect(text).to_have_value("A draft.")
        await text.fill("A better draft.")
        await approve.click()
        result = page.get_by_role("region", name="Result", exact=True)
        await has_ended(page, workflow_id, "completed")
        await expect(cards(page, "humanInTheLoop")).to_have_attribute(
            "data-state", "complete"
        )
        await page.get_by_role("button", name="Show the run").click()
        await expect(result).to_contain_text("A better draft.")
        (run,) = await runs_of(page, workflow_id)
        assert run["status"] == "completed"


# --- Looking back ---


async def test_a_past_run_is_painted_as_it_ended(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        run_id = await started(page, str(TICKET_TRIAGE))
        await has_ended(page, str(TICKET_TRIAGE), "completed")
        await open_editor(page, str(TICKET_TRIAGE))
        await expect(cards(page, "llm")).to_have_attribute("data-state", "idle")
        await page.get_by_role("tab", name="History").click()
        past = page.get_by_role("region", name="Past runs")
        await past.get_by_role("button", name="Completed").first.click()
        await expect(cards(page, "llm")).to_have_attribute("data-state", "complete")
        banner = page.get_by_role("region", name="Run on the canvas")
        await expect(banner).to_contain_text("You see a run of version 1.")
        await expect(banner).not_to_contain_text("another graph")
        await banner.get_by_role("button", name="Back to editing").click()
        await expect(cards(page, "llm")).to_have_attribute("data-state", "idle")
        await page.goto(f"/workflows/{TICKET_TRIAGE}?run={run_id}")
        await expect(cards(page, "llm")).to_have_attribute("data-state", "complete")


# --- Two at once ---


@pytest.mark.parametrize("choice", ["Take theirs", "Keep mine and overwrite"])
async def test_of_two_tabs_neither_overwrites_the_other_silently(
    stage: Stage, choice: str
) -> None:
    async with (
        studio(stage) as context,
        watched(context, stage) as one,
        watched(context, stage, refusals=412) as other,
    ):
        await one.goto("/")
        workflow_id = await made(one, "Contested", chain())
        for page in (one, other):
            await open_editor(page, workflow_id)
        await add(one, "Merge", 300, 500)
        await is_saved(one)
        kept = {*(await graph_of(one, workflow_id))["nodes"]}
        await add(other, "Conditional", 500, 500)
        dialog = other.get_by_role("dialog", name="Somebody else saved this workflow")
        await expect(dialog).to_be_visible()
        assert {*(await graph_of(one, workflow_id))["nodes"]} == kept
        await dialog.get_by_role("button", name=choice).click()
        await is_saved(other)
        now = {*(await graph_of(one, workflow_id))["nodes"]}
        takes_theirs = choice == "Take theirs"
        assert (now == kept) is takes_theirs
        await expect(cards(other, "merge")).to_have_count(1 if takes_theirs else 0)
        await expect(cards(other, "conditional")).to_have_count(int(not takes_theirs))


async def test_whoever_may_only_look_changes_nothing(stage: Stage) -> None:
    async with studio(stage, name="looker") as context, watched(context, stage) as page:
        await open_editor(page, str(TICKET_TRIAGE))
        await expect(page.get_by_text("Read only")).to_be_visible()
        await expect(
            page.get_by_role("button", name="Merge", exact=True)
        ).to_be_disabled()


# --- What it looks like ---


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_editor_is_no_wider_than_the_screen(
    stage: Stage, width: int, scheme: str
) -> None:
    options: dict[str, Any] = {
        "viewport": {"width": width, "height": 844},
        "color_scheme": scheme,
    }
    async with studio(stage, **options) as context, watched(context, stage) as page:
        await open_editor(page, str(TICKET_TRIAGE))
        await expect(cards(page)).to_have_count(7)
        inner = "document.documentElement.scrollWidth <= window.innerWidth"
        assert await page.evaluate(inner)
