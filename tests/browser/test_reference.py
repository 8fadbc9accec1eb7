"""The pages that show the API's schema, as a browser shows them."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from .stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

GROUPS = ("workflows", "versions", "runs", "events", "reviews", "tokens", "editor")


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What a page asks for, and what it complains of, as both come in."""
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    # What the page's own policy forbids is never sent.
    page.on(
        "requestfailed",
        lambda request: asked.remove(request.url) if request.failure == "csp" else None,
    )
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda said: problems.append(said.text) if said.type == "error" else None,
    )
    return asked, problems


async def test_swagger_ui_shows_all_groups_and_asks_no_other_host(stage: Stage) -> None:
    async with stage.visit() as visitor:
        page = await visitor.new_page()
        asked, problems = watched(page)
        await page.goto("/api/docs")
        for group in GROUPS:
            await expect(page.locator(f"#operations-tag-{group}")).to_be_visible()
        assert await page.locator(".opblock").count() >= 40
        assert await page.locator("script:not([src])").count() == 0
        ours = (stage.server.url, "data:", "blob:")
        assert [url for url in asked if not url.startswith(ours)] == []
        assert problems == []


async def test_swagger_ui_shows_the_frames_of_a_stream(stage: Stage) -> None:
    async with stage.visit() as visitor:
        page = await visitor.new_page()
        await page.goto("/api/docs#/events/runs_events")
        shown = page.locator("#operations-events-runs_events .response pre").first
        await expect(shown).to_contain_text("event: run_status")


async def test_redoc_shows_all_groups_and_asks_no_other_host(stage: Stage) -> None:
    async with stage.visit() as visitor:
        page = await visitor.new_page()
        asked, problems = watched(page)
        await page.goto("/api/redoc")
        for group in GROUPS:
            await expect(page.locator(f'[id="tag/{group}"]')).to_be_attached()
        assert await page.locator("script:not([src])").count() == 0
        ours = (stage.server.url, "data:", "blob:")
        assert [url for url in asked if not url.startswith(ours)] == []
        # Its maker's logo is all that it would have liked to fetch from elsewhere.
        assert all("logo-mini.svg" in problem for problem in problems)


async def test_the_admin_leads_to_the_reference(stage: Stage) -> None:
    async with stage.visit() as visitor:
        await stage.sign_in(visitor)
        page = await visitor.new_page()
        await page.goto("/admin/")
        assert await page.locator('a[href="/api/docs"]').count() == 1
