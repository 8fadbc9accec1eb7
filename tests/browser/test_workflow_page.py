"""The pages of a workflow, as staff use them with mouse and keyboard."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Page, expect

from .stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (1280, 390)


def page_of(stage: Stage, name: str, rest: str = "change/") -> str:
    found = stage.rows("select id from workflows_workflow where name = ?", name)
    return f"/admin/workflows/workflow/{UUID(found[0][0])}/{rest}"


async def opened(stage: Stage, context: BrowserContext, url: str) -> Page:
    await stage.sign_in(context)
    page = await context.new_page()
    await page.goto(url)
    return page


async def test_a_node_of_the_picture_opens_its_settings(stage: Stage) -> None:
    async with stage.visit() as context:
        page = await opened(stage, context, page_of(stage, "Ticket triage"))
        prompt = page.get_by_text("You sort the tickets of a web shop's support.")
        await expect(prompt).to_be_hidden()
        node = page.locator('.picture-node[data-type="llm"] a')
        await node.focus()
        await node.press("Enter")
        await expect(prompt).to_be_visible()
        await expect(prompt).to_be_in_viewport()


async def test_a_workflow_is_run_from_its_form(stage: Stage) -> None:
    async with stage.visit() as context:
        page = await opened(stage, context, page_of(stage, "Ticket triage"))
        await page.get_by_role("link", name="Run now").click()
        places = page.locator("[data-list] textarea")
        before = await places.count()
        await page.get_by_role("button", name="Add another").click()
        await expect(places).to_have_count(before + 1)
        await page.keyboard.type("A ticket typed in by hand.")
        await page.get_by_role("button", name="Run v1").click()
        await page.wait_for_url(re.compile("/admin/runs/run/[0-9a-f-]{36}/change/"))
    ((inputs,),) = stage.rows(
        "select inputs from runs_run where inputs like '%typed in by hand%'"
    )
    assert "The checkout page shows an error" in inputs


async def test_a_version_is_published_and_taken_back(stage: Stage) -> None:
    count = "select count(*) from django_admin_log where change_message = ?"
    async with stage.visit() as context:
        url = page_of(stage, "Shipping quote")
        page = await opened(stage, context, url)
        await page.get_by_role("link", name="Publish…").first.click()
        await page.fill("#why", "Ready")
        await page.get_by_role("button", name="Publish v1").click()
        await page.wait_for_url(f"**{url}")
        await expect(page.get_by_text("v1, published")).to_be_visible()
        assert stage.rows(count, "Published v1. Reason: Ready") == [(1,)]
        await page.get_by_role("link", name="Unpublish…").click()
        await page.get_by_role("button", name="Unpublish").click()
        await page.wait_for_url(f"**{url}")
        await expect(page.get_by_text("nothing is published")).to_be_visible()
        assert stage.rows(count, "Unpublished v1.") == [(1,)]


@pytest.mark.parametrize("width", WIDTHS)
async def test_no_page_is_wider_than_the_screen(stage: Stage, width: int) -> None:
    async with stage.visit(viewport={"width": width, "height": 900}) as context:
        await stage.sign_in(context)
        page = await context.new_page()
        name = "Reviewed draft"
        rests = ("change", "versions", "versions/1", "compare", "publish", "run")
        for rest in rests:
            await page.goto(page_of(stage, name, f"{rest}/"))
            inner = "document.documentElement.scrollWidth <= window.innerWidth"
            assert await page.evaluate(inner), rest
