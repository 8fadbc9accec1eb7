"""The list of runs in a browser: it lives, and acts on many at once."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.runs.scenes import chain

from .office import office, start
from .stage import PATIENCE_MS, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

LIST = "/admin/runs/run/"


async def confirm(page: Page, run_id: str, action: str, button: str) -> None:
    """Choose a run in the list and an action, and say yes."""
    await page.check(f"input.action-select[value='{run_id}']")
    await page.select_option("select[name=action]", action)
    await page.click("#changelist-actions button[type=submit]")
    await page.fill("#reason", "It takes too long.")
    await page.get_by_role("button", name=button).click()


async def test_a_long_run_is_cancelled_from_the_list(stage: Stage) -> None:
    async with office(stage) as page:
        run_id = await start(page, chain("hangs"), "Endless")
        await page.goto(f"{LIST}?show=open")
        badge = page.locator(f"[data-run='{run_id}']")
        await expect(badge).to_have_attribute("data-status", "running")
        await confirm(page, run_id, "cancel_selected", "Cancel them")
        await expect(page.get_by_text("1 run was asked to stop.")).to_be_visible()
        await page.goto(LIST)
        await expect(badge).to_have_attribute("data-status", "cancelled")
        entry = stage.rows(
            "select change_message from django_admin_log where object_id = ?", run_id
        )
        assert entry == [("Asked to stop, from the list. Reason: It takes too long.",)]


async def test_a_badge_follows_its_run_without_a_reload(stage: Stage) -> None:
    async with office(stage) as page:
        run_id = await start(page, chain("hangs"), "Followed")
        await page.goto(LIST)
        badge = page.locator(f"[data-run='{run_id}']")
        await expect(badge).to_have_attribute("data-status", "running")
        await page.evaluate("window.isTheSame = true")
        cancel = f"fetch('/api/runs/{run_id}/cancel', {{method: 'POST'}})"
        await page.evaluate(cancel)
        await expect(badge).to_have_attribute("data-status", "cancelled")
        await expect(badge).to_have_text("Cancelled")
        assert await page.evaluate("window.isTheSame")


async def test_the_filters_open_from_the_keyboard_and_find_the_run(
    stage: Stage,
) -> None:
    async with office(stage) as page:
        run_id = await start(page, chain("raises"), "Broken", v="a rare word")
        await page.goto(LIST)
        await page.locator("a", has_text="Filters").focus()
        await page.keyboard.press("Enter")
        await page.fill("input[name=who]", "chie")
        await page.get_by_role("button", name="Apply Filters").click()
        await page.fill("#searchbar", "rare word")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=rare*")
        assert "who=chie" in page.url
        badges = page.locator("[data-run]")
        await expect(badges).to_have_count(1)
        await expect(badges).to_have_attribute("data-run", run_id)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "url", ["/admin/", LIST, "/admin/runs/review/", "/admin/runs/review/?decided=1"]
)
async def test_a_page_is_as_wide_as_its_window(
    stage: Stage, url: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    async with office(stage, viewport=size) as page:
        await start(page, chain(), "<script>document.title = 'owned'</script>")
        await page.goto(url)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        assert await page.title() != "owned"
