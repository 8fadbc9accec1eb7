"""The page of a run: it follows its run, and lets staff step in."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from tests.runs.scenes import Document, chain, review_graph
from wayflow.testing import node_document
from workflows.demo import REVIEWED_DRAFT, TICKET_TRIAGE

from .office import office, run_of, saved
from .stage import PATIENCE_MS, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

PAGE = "/admin/runs/run/{id}/change/"


async def started(page: Page, workflow_id: UUID | str) -> str:
    """The id of a new run; its page is open, and marked to be known again."""
    run_id = await run_of(page, workflow_id)
    await page.goto(PAGE.format(id=run_id))
    await page.evaluate("window.isTheSame = true")
    return run_id


async def reaches(page: Page, status: str) -> None:
    """Return when the page says so, by itself."""
    await expect(head(page)).to_have_attribute("data-status", status)


async def is_the_same(page: Page) -> bool:
    """Whether the page was not loaded again since it was marked."""
    return bool(await page.evaluate("window.isTheSame === true"))


def head(page: Page) -> Locator:
    return page.locator("[data-part=head]")


def node(page: Page, id: str) -> Locator:
    return page.locator(f"[data-node-id={id}]")


def failing() -> Document:
    """Input, a node that fails, and Output."""
    return chain("raises")


async def test_a_workflow_run_from_its_form_is_seen_to_complete(stage: Stage) -> None:
    async with office(stage) as page:
        await page.goto(f"/admin/workflows/workflow/{TICKET_TRIAGE}/run/")
        await page.locator("#run-form [type=submit]").click()
        await page.wait_for_url(re.compile("/admin/runs/run/.+/change/"))
        await page.evaluate("window.isTheSame = true")
        await reaches(page, "completed")
        assert await is_the_same(page)
        await expect(node(page, "judge")).to_have_attribute("data-state", "complete")
        await expect(page.get_by_role("heading", name="Result")).to_have_count(2)


async def test_text_is_shown_while_it_grows(stage: Stage) -> None:
    async with office(stage) as page:
        await started(page, await saved(page, chain("recites")))
        stream = page.locator("[data-stream=recites]")
        await expect(stream).to_contain_text("word 1 word 2")
        await expect(stream).to_contain_text("word 40")
        await expect(page.locator("[data-live]")).to_have_text("Live")
        await expect(node(page, "recites")).to_have_attribute("data-state", "running")
        assert await is_the_same(page)


async def test_a_long_run_is_cancelled_from_its_page(stage: Stage) -> None:
    async with office(stage) as page:
        run_id = await started(page, await saved(page, chain("hangs")))
        await reaches(page, "running")
        await page.get_by_role("button", name="Cancel run").click()
        dialog = page.locator("#do-cancel")
        await dialog.get_by_label("Reason").fill("It hangs.")
        await dialog.get_by_role("button", name="Cancel the run").click()
        await reaches(page, "cancelled")
        receipt = page.locator("#run-cancel")
        await expect(receipt).to_contain_text("Cancel asked for by chief")
        await expect(receipt).to_contain_text("Interrupted: hangs")
        await expect(node(page, "hangs")).to_have_attribute("data-state", "cancelled")
        ((message,),) = stage.rows(
            "select change_message from django_admin_log where object_id = ?", run_id
        )
        assert message == "Asked the run to stop. Reason: It hangs."


async def test_a_question_before_an_act_can_be_declined(stage: Stage) -> None:
    async with office(stage) as page:
        await started(page, await saved(page, chain("hangs")))
        await reaches(page, "running")
        await page.get_by_role("button", name="Cancel run").click()
        await page.keyboard.press("Escape")
        await expect(page.locator("#do-cancel")).to_be_hidden()
        await reaches(page, "running")


async def test_a_review_is_approved_with_edited_data(stage: Stage) -> None:
    async with office(stage) as page:
        await started(page, REVIEWED_DRAFT)
        await reaches(page, "paused")
        await expect(node(page, "review")).to_have_attribute("data-state", "waiting")
        await page.get_by_label("Data", exact=True).fill("We open at <b>noon</b>.")
        await page.get_by_role("button", name="Approve").click()
        await reaches(page, "completed")
        result = page.locator("[data-part=outcome] pre").first
        await expect(result).to_contain_text("We open at <b>noon</b>.")


async def test_what_is_typed_outlasts_what_happens_meanwhile(stage: Stage) -> None:
    async with office(stage) as page:
        run_id = await started(page, REVIEWED_DRAFT)
        await reaches(page, "paused")
        field = page.get_by_label("Data", exact=True)
        await field.fill("Half a sent")
        async with page.expect_response(re.compile("part=live")):
            await page.locator(".run-lane-name").first.click()
        await expect(page.locator("[data-drawer]")).to_have_attribute(
            "data-drawer", "topic"
        )
        await expect(field).to_have_value("Half a sent")
        # Somebody else answers it.
        decision = {"runId": run_id, "decision": {"branch": "rejected"}}
        await page.evaluate("([u, b]) => { void fetch(u, b) }", decide(decision))
        await reaches(page, "completed")
        await expect(field).to_have_count(0)
        assert await is_the_same(page)


async def test_wrong_data_is_told_beside_the_field_on_a_living_page(
    stage: Stage,
) -> None:
    document = review_graph()
    (row,) = document["nodes"]["in"]["data"]["fields"]
    row |= {"dataType": "json", "default": {"draft": "Dear all"}}
    async with office(stage) as page:
        run_id = await started(page, await saved(page, document))
        await reaches(page, "paused")
        field = page.get_by_label("Data", exact=True)
        await field.fill('{"draft": oops')
        await page.get_by_role("button", name="Approve").click()
        await expect(page.get_by_text("This is not JSON")).to_be_visible()
        await expect(field).to_have_value('{"draft": oops')
        assert PAGE.format(id=run_id) in page.url
        await page.locator(".run-lane-name").first.click()
        await expect(page.locator("[data-drawer]")).to_have_attribute(
            "data-drawer", "in"
        )
        await field.fill('{"draft": "Dear friends"}')
        await page.get_by_role("button", name="Approve").click()
        await reaches(page, "completed")
        result = page.locator("[data-part=outcome] pre").first
        await expect(result).to_contain_text("Dear friends")


def decide(decision: dict[str, Any]) -> list[Any]:
    """What to fetch to answer a review."""
    headers = {"Content-Type": "application/json"}
    body = json.dumps(decision)
    return ["/api/resume", {"method": "POST", "headers": headers, "body": body}]


async def test_a_failed_run_is_retried_from_its_failed_node(stage: Stage) -> None:
    async with office(stage) as page:
        workflow_id = await saved(page, failing())
        run_id = await started(page, workflow_id)
        await reaches(page, "error")
        await page.get_by_role("link", name="Go to the node: raises").click()
        drawer = page.locator("[data-drawer]")
        await expect(drawer).to_be_focused()
        await expect(drawer).to_contain_text("boom")
        await mended(page, workflow_id)
        await page.reload()
        await page.get_by_role("button", name="Retry from here").click()
        dialog = page.locator("#do-node")
        await dialog.get_by_label("v2, the newest").check()
        await dialog.get_by_role("button", name="Retry from here").click()
        await page.wait_for_url(lambda url: "/change/" in url and run_id not in url)
        await reaches(page, "completed")
        lane = page.locator(".run-lane", has_text="taken over")
        await expect(lane).to_contain_text("in")


async def mended(page: Page, workflow_id: str) -> None:
    """Put another node in the place of the one that fails."""
    document = failing()
    passing = node_document("raises", "merge", inputs=["v"], outputs=["v"])
    document["nodes"]["raises"] = passing
    await page.evaluate(
        """async ([url, graph]) => {
            const headers = {'Content-Type': 'application/json'}
            const {revision} = await (await fetch(url)).json()
            headers['If-Match'] = `"${revision}"`
            const body = JSON.stringify({graph})
            const answer = await fetch(url, {method: 'PATCH', headers, body})
            if (!answer.ok) throw new Error(await answer.text())
        }""",
        [f"/api/workflows/{workflow_id}", document],
    )


async def test_links_within_the_page_keep_it_and_the_way_back(stage: Stage) -> None:
    async with office(stage) as page:
        await started(page, TICKET_TRIAGE)
        await reaches(page, "completed")
        drawer = page.locator("[data-drawer]")
        await node(page, "judge").locator("a").click()
        await expect(drawer).to_have_attribute("data-drawer", "judge")
        await expect(node(page, "judge")).to_have_attribute("data-selected", "true")
        await page.keyboard.press("Tab")
        await page.go_back()
        await expect(drawer).to_have_attribute("data-drawer", "result")
        assert await is_the_same(page)


async def test_a_lost_connection_is_told_and_mended(stage: Stage) -> None:
    async with office(stage) as page:
        await started(page, await saved(page, chain("recites")))
        live = page.locator("[data-live]")
        await expect(live).to_have_text("Live")
        await page.route("**/events?*", lambda route: route.abort())
        await page.context.set_offline(True)
        await expect(live).to_contain_text("Connection lost")
        await page.context.set_offline(False)
        await page.unroute("**/events?*")
        await expect(live).to_have_text("Live")
        await expect(page.locator("[data-stream]")).to_contain_text("word 1 word 2")


HIDE = """
hidden => {
    Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true})
    document.dispatchEvent(new Event('visibilitychange'))
}
"""


async def test_a_run_that_ends_while_nobody_looks_is_shown_as_it_ended(
    stage: Stage,
) -> None:
    async with office(stage) as page:
        run_id = await started(page, REVIEWED_DRAFT)
        await reaches(page, "paused")
        await page.evaluate(HIDE, True)
        decision = {"runId": run_id, "decision": {"branch": "approved"}}
        told = "async ([u, b]) => { await (await fetch(u, b)).text() }"
        await page.evaluate(told, decide(decision))
        await expect(head(page)).to_have_attribute("data-status", "paused")
        await page.evaluate(HIDE, False)
        await reaches(page, "completed")
        await expect(node(page, "review")).to_have_attribute("data-state", "complete")
        await expect(page.locator("[data-live]")).to_be_empty()
        assert await is_the_same(page)


async def test_a_server_that_goes_leaves_the_picture_as_it_is(stage: Stage) -> None:
    closing = {"status": "error", "error": {"code": "WF_SERVER_CLOSING"}}
    said = f"event: run_status\ndata: {json.dumps(closing)}\n\n"
    async with office(stage) as page:
        run_id = await started(page, await saved(page, chain("hangs")))
        await expect(node(page, "hangs")).to_have_attribute("data-state", "running")
        goes = {"body": said, "content_type": "text/event-stream"}
        await page.route("**/events?*", lambda r: r.fulfill(**goes), times=1)
        await page.goto(PAGE.format(id=run_id))
        await expect(page.locator("[data-live]")).to_contain_text("Connection lost")
        await expect(page.locator("[data-live]")).to_have_text("Live")
        await expect(node(page, "hangs")).to_have_attribute("data-state", "running")


async def test_escape_leads_from_a_node_back_to_where_it_was_chosen(
    stage: Stage,
) -> None:
    async with office(stage) as page:
        await started(page, TICKET_TRIAGE)
        await reaches(page, "completed")
        chosen = page.locator(".run-lane-name", has_text="Judge each ticket")
        await chosen.focus()
        await page.keyboard.press("Enter")
        drawer = page.locator("[data-drawer]")
        await expect(drawer).to_be_focused()
        await page.keyboard.press("Tab")
        again = page.get_by_role("button", name="Retry from here")
        await expect(again).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#do-node")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.locator("#do-node")).to_be_hidden()
        await expect(again).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(chosen).to_be_focused()


async def test_the_page_works_without_its_script(stage: Stage) -> None:
    async with office(stage) as page:
        await page.route("**/run_page*.js", lambda route: route.abort())
        await started(page, TICKET_TRIAGE)
        await expect(page.locator("[data-live]")).not_to_contain_text("Live")
        await page.locator(".run-lane-name", has_text="Judge each ticket").click()
        await expect(page.locator("[data-drawer]")).to_contain_text("Judge each ticket")
        assert not await is_the_same(page)


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_page_is_no_wider_than_the_screen(stage: Stage, width: int) -> None:
    async with office(stage, viewport={"width": width, "height": 900}) as page:
        await started(page, REVIEWED_DRAFT)
        await reaches(page, "paused")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
