"""Editors in a page of somebody's own: several at once, taken out, and calm."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.runs.scenes import chain

from .stage import PATIENCE_MS, Stage
from .studio import (
    cards,
    has_ended,
    made,
    open_editor,
    require_editor,
    runs_of,
    studio,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

EMBED = """async (ids) => {
    document.body.replaceChildren()
    const style = document.createElement('link')
    Object.assign(style, {rel: 'stylesheet', href: '/static/wayflow/editor.css'})
    document.head.append(style)
    const {createServerPersistence, createWorkflowEditor, run} =
        await import('/static/wayflow/editor.js')
    const calls = {resumeUrl: '/api/resume', cancelUrl: '/api/cancel'}
    window.editors = ids.map((id) => {
        const root = document.createElement('div')
        root.setAttribute('class', 'stage')
        document.body.append(root)
        const url = '/api/run?workflowId=' + id
        const editor = createWorkflowEditor(root, {
            persistence: createServerPersistence('/api/workflow/' + id),
            onRun: (asked) => run({url, ...calls, editor, ...asked}),
        })
        return editor
    })
}"""
REPEATED = """() => {
    const ids = [...document.querySelectorAll('[id]')].map(({id}) => id)
    return ids.filter((id, at) => ids.indexOf(id) !== at)
}"""
MOVING = (
    "document.getAnimations().filter((each) => each.playState === 'running').length"
)


@pytest.fixture(autouse=True)
def _editor() -> None:
    require_editor()


async def test_of_two_editors_one_is_taken_out_and_its_run_goes_on(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        one = await made(page, "One", chain("recites"))
        other = await made(page, "Other", chain())
        await page.goto("/password")
        await page.evaluate(EMBED, [one, other])
        editors = page.get_by_role("region", name="Workflow editor")
        await expect(page.locator("article")).to_have_count(5)
        assert await page.evaluate(REPEATED) == []
        run = page.get_by_role("button", name="Run", exact=True)
        await run.first.click()
        await expect(editors.first).to_contain_text("word 3")
        await expect(run).to_have_count(1)
        await page.evaluate("editors[0].destroy()")
        await expect(editors).to_have_count(1)
        await run.click()
        await has_ended(page, other, "completed")
        assert [run["status"] for run in await runs_of(page, one)] == ["running"]
        await open_editor(page, one)
        await page.get_by_role("button", name="Cancel", exact=True).click()
        await has_ended(page, one, "cancelled")


async def test_nothing_moves_for_whoever_asked_for_that(stage: Stage) -> None:
    async with (
        studio(stage, reduced_motion="reduce") as context,
        watched(context, stage) as page,
    ):
        await page.goto("/")
        workflow_id = await made(page, "Calm", chain("recites"))
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="Run", exact=True).click()
        await expect(cards(page, "recites")).to_contain_text("word 3")
        assert await page.evaluate(MOVING) == 0
        await page.get_by_role("button", name="Cancel", exact=True).click()
        await has_ended(page, workflow_id, "cancelled")
