"""The inbox in a browser: it fills by itself, and an answer lets the run go on."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Page, expect

from tests.runs.scenes import review_graph

from .office import office, start
from .stage import PATIENCE_MS, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

INBOX = "/admin/runs/review/"


def review_of(stage: Stage, run_id: str) -> str:
    """The address of the review for which the run waits."""
    key = run_id.replace("-", "")
    ((id,),) = stage.rows("select id from runs_review where run_id = ?", key)
    return f"{INBOX}{id}/change/"


async def waiting(page: Page) -> int:
    shown = await page.locator("#inbox-count").text_content()
    return int(shown or "0")


async def test_a_review_is_approved_with_edited_data_and_the_run_finishes_with_it(
    stage: Stage,
) -> None:
    async with office(stage) as page:
        await page.goto(INBOX)
        await page.evaluate("window.isTheSame = true")
        before = await waiting(page)
        run_id = await start(page, review_graph(), "To be reviewed", v="A draft.")
        # It comes without a reload: to the sidebar, and to the list.
        await expect(page.locator("#inbox-count")).to_have_text(str(before + 1))
        link = page.locator(f"a[href='{review_of(stage, run_id)}']").first
        await expect(link).to_have_text("To be reviewed")
        assert await page.evaluate("window.isTheSame")
        await link.click()
        await expect(page.locator("textarea[name=data]")).to_have_value("A draft.")
        await page.fill("textarea[name=data]", "A much\nbetter draft.")
        await page.get_by_role("button", name="Approve").click()
        await page.get_by_role("link", name="The run goes on").click()
        await expect(page.get_by_text("Completed").first).to_be_visible()
        key = run_id.replace("-", "")
        ((status, result),) = stage.rows(
            "select status, result from runs_run where id = ?", key
        )
        assert status == "completed"
        assert json.loads(result) == {"sent": "A much\nbetter draft."}


async def test_of_two_answers_the_second_is_told_that_it_came_too_late(
    stage: Stage,
) -> None:
    async with office(stage) as page, office(stage) as other:
        await page.goto(INBOX)
        before = await waiting(page)
        run_id = await start(page, review_graph(), "Raced for", v={"a": [1]})
        await expect(page.locator("#inbox-count")).to_have_text(str(before + 1))
        review = review_of(stage, run_id)
        for window in (page, other):
            await window.goto(review)
        await other.fill("textarea[name=data]", '{"a": ')
        await other.get_by_role("button", name="Reject").click()
        await expect(other.get_by_text("This is not JSON")).to_be_visible()
        await page.get_by_role("button", name="Reject").click()
        await expect(page.get_by_text("The run goes on")).to_be_visible()
        await other.fill("textarea[name=data]", "[2]")
        await other.get_by_role("button", name="Approve").click()
        told = "Too late: chief answered with “rejected”"
        await expect(other.get_by_role("alert")).to_contain_text(told)


async def test_the_badge_goes_away_with_the_last_review(stage: Stage) -> None:
    async with office(stage) as page:
        await page.goto(INBOX)
        before = await waiting(page)
        run_id = await start(page, review_graph(), "Short-lived", v=1)
        badge = page.locator("#inbox-count")
        await expect(badge).to_have_text(str(before + 1))
        cancel = f"fetch('/api/runs/{run_id}/cancel', {{method: 'POST'}})"
        await page.evaluate(cancel)
        await expect(badge).to_have_text(str(before) if before else "")
        if not before:
            await expect(badge).to_be_hidden()
