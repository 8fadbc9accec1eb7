"""The editor's versions in a browser, and what of a run is no plain text."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.runs.scenes import chain, field
from wayflow.testing import graph_document, node_document

from .stage import PATIENCE_MS, Stage
from .studio import (
    GET,
    canvas,
    cards,
    has_ended,
    is_saved,
    made,
    open_editor,
    require_editor,
    studio,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(autouse=True)
def _editor() -> None:
    require_editor()


async def detail_of(page: Page, workflow_id: str) -> dict[str, Any]:
    told: dict[str, Any] = await page.evaluate(GET, f"/api/workflows/{workflow_id}")
    return told


async def add_merge(page: Page) -> None:
    item = page.get_by_role("button", name="Merge", exact=True)
    await item.drag_to(canvas(page), target_position={"x": 300, "y": 500})


async def test_a_version_is_named_compared_restored_and_published(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Versioned", chain())
        await open_editor(page, workflow_id)
        await add_merge(page)
        await expect(cards(page)).to_have_count(3)
        await is_saved(page)
        await page.get_by_role("tab", name="Versions").click()
        versions = page.get_by_role("region", name="Versions", exact=True)
        first = versions.get_by_role("listitem").filter(has_text="Version 1")
        await expect(versions.get_by_role("listitem")).to_have_count(2)

        await first.get_by_role("button", name="Name version 1").click()
        name = first.get_by_label("Name of the version")
        await name.fill("<b>Before</b> the merge")
        await name.press("Enter")
        await expect(first).to_contain_text("<b>Before</b> the merge")

        await first.get_by_role("button", name="Compare").click()
        comparison = page.get_by_role("dialog", name="Version 1")
        await expect(comparison).to_contain_text("Only on the canvas")
        await expect(comparison).to_contain_text("Merge")
        await comparison.get_by_role("button", name="Restore").click()
        await expect(cards(page)).to_have_count(2)
        await expect(versions.get_by_role("listitem")).to_have_count(3)
        assert (await detail_of(page, workflow_id))["latestVersion"] == 3

        await first.get_by_role("button", name="Publish").click()
        window = page.get_by_role("dialog", name="Publish version 1")
        await expect(window).to_contain_text("The check found")
        await window.get_by_role("button", name="Publish").click()
        await expect(first).to_contain_text("published")
        await expect(versions).to_contain_text("Runs from outside take version 1.")
        assert (await detail_of(page, workflow_id))["publishedVersion"] == 1


async def test_tool_calls_are_listed_and_a_picture_is_shown(stage: Stage) -> None:
    rows = [field("v"), field("picture")]
    graph = graph_document(
        node_document("ask", "inquires", {"tools": ["weather"]}, outputs=["v"]),
        node_document(
            "paint",
            "imageGeneration",
            {"model": "mock", "prompt": "a tug"},
            outputs=["image"],
        ),
        node_document("out", "output", {"fields": rows}, inputs=["v", "picture"]),
        wires=["ask.v -> out.v", "paint.image -> out.picture"],
    )
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Painted", graph)
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        await has_ended(page, workflow_id, "completed")
        result = page.get_by_role("region", name="Result", exact=True)
        picture = result.get_by_role("img").first
        await expect(picture).to_be_visible()
        assert await picture.evaluate("async (i) => (await i.decode(), i.naturalWidth)")
        await cards(page, "inquires").click()
        calls = page.get_by_role("region", name="Tool calls")
        await calls.get_by_text("weather").click()
        await expect(calls).to_contain_text("Bergen")
        await expect(calls).to_contain_text("Sunny in Bergen.")


async def test_what_could_not_be_saved_is_saved_by_pressing_retry(
    stage: Stage,
) -> None:
    async with (
        studio(stage) as context,
        watched(context, stage, refusals=500) as page,
    ):
        await page.goto("/")
        workflow_id = await made(page, "Unsaved", chain())
        await open_editor(page, workflow_id)

        async def refuse(route: Route) -> None:
            if route.request.method == "PUT":
                await route.fulfill(status=500, body="{}")
            else:
                await route.continue_()

        await page.route("**/api/workflow/*", refuse)
        await add_merge(page)
        retry = page.get_by_role("button", name="Not saved")
        await expect(retry).to_contain_text("Retry")
        await page.unroute("**/api/workflow/*")
        await retry.click()
        await is_saved(page)
        assert (await detail_of(page, workflow_id))["latestVersion"] == 2
