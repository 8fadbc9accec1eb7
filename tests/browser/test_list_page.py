"""The list of workflows in a browser: alive, with files, and without its script too."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.runs.scenes import chain
from wayflow.jsontext import json_text

from .stage import PATIENCE_MS, Stage
from .studio import POST, made, require_editor, sign_in, started, studio, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

OPENED = re.compile("/workflows/[0-9a-f-]{36}$")


@pytest.fixture(autouse=True)
def _editor() -> None:
    require_editor()


async def listed(page: Page, name: str) -> None:
    """Return when the list shows only what is called so."""
    await page.goto(f"/?q={name}")
    await expect(page.locator("[data-workflow]")).to_have_count(1)


async def test_the_state_of_a_run_changes_by_itself(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        name = uuid4().hex
        await page.goto("/")
        workflow_id = await made(page, name, chain("hangs"))
        await listed(page, name)
        await expect(page.get_by_text("Never run")).to_be_visible()
        await page.evaluate("window.isTheSame = true")
        run_id = await started(page, workflow_id)
        state = page.locator("[data-state]")
        await expect(state).to_have_attribute("data-state", "running")
        await page.evaluate(POST, ["/api/runs/cancel", {"ids": [run_id]}])
        await expect(state).to_have_attribute("data-state", "cancelled")
        assert await page.evaluate("window.isTheSame")


async def test_a_file_becomes_a_workflow(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        name = uuid4().hex
        graph = {**chain(), "metadata": {"name": name}}
        file = {
            "name": "mine.json",
            "mimeType": "application/json",
            "buffer": json_text(graph).encode(),
        }
        await page.get_by_label("Import").set_input_files(file)  # type: ignore[arg-type]
        await page.wait_for_url(OPENED)
        await listed(page, name)


@pytest.mark.parametrize(
    ("content", "told"),
    [("no json", "it holds no JSON"), (json.dumps({"nodes": 1}), "was not imported")],
)
async def test_a_file_that_is_no_workflow_is_refused_with_a_reason(
    stage: Stage, content: str, told: str
) -> None:
    async with studio(stage) as context, watched(context, stage, refusals=400) as page:
        await page.goto("/")
        file = {
            "name": "<b>.json",
            "mimeType": "application/json",
            "buffer": content.encode(),
        }
        await page.get_by_label("Import").set_input_files(file)  # type: ignore[arg-type]
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("“<b>.json”")
        await expect(alert).to_contain_text(told)


async def test_a_workflow_is_copied_found_and_deleted(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        name = uuid4().hex
        await page.goto("/")
        await made(page, name, chain())
        await listed(page, name)
        await page.get_by_label(f"More for {name}").click()
        await page.get_by_role("button", name="Duplicate").click()
        await page.wait_for_url(OPENED)
        await page.goto("/")
        await page.get_by_label("Search workflows").fill(f"copy {name}")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-workflow]")).to_have_count(1)
        await page.get_by_label(f"More for Copy of {name}").click()
        await page.get_by_role("link", name="Delete…").click()
        await page.get_by_role("button", name="Delete it").click()
        await expect(page.get_by_role("status")).to_contain_text("was deleted")
        await listed(page, name)


async def test_menus_close_when_one_is_done_with_them(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/?q=Ticket+triage")
        more = page.get_by_label("More for Ticket triage")
        export = page.get_by_role("link", name="Export")
        await more.click()
        await expect(export).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(export).to_be_hidden()
        await expect(more).to_be_focused()
        await more.click()
        await page.get_by_role("heading", name="Workflows").click()
        await expect(export).to_be_hidden()


async def test_without_scripts_all_but_files_works(stage: Stage) -> None:
    async with (
        stage.visit(java_script_enabled=False) as context,
        watched(context, stage) as page,
    ):
        await sign_in(page, "chief")
        await expect(page.get_by_text("Import")).to_be_hidden()
        await page.get_by_label("Search workflows").fill("triage")
        await page.get_by_role("button", name="Search").click()
        await expect(page.locator("[data-workflow]")).to_have_count(1)
        await page.get_by_label("More for Ticket triage").click()
        await page.get_by_role("link", name="Open").click()
        await page.wait_for_url(OPENED)
        await page.get_by_label("Account of chief").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("width", [390, 768, 1440])
async def test_no_page_is_wider_than_the_screen(stage: Stage, width: int) -> None:
    view = {"width": width, "height": 844}
    async with studio(stage, viewport=view) as context, watched(context, stage) as page:
        for path in ("/", "/?q=nothing-at-all", "/password"):
            await page.goto(path)
            inner = "document.documentElement.scrollWidth <= window.innerWidth"
            assert await page.evaluate(inner), path


SMUGGLE = """() => {
    const script = document.createElement('script')
    script.textContent = 'window.smuggled = true'
    const image = document.createElement('img')
    image.src = 'https://elsewhere.example/seen.png'
    document.body.append(script, image)
    document.body.setAttribute('onclick', 'window.smuggled = true')
    document.body.click()
    return window.smuggled === true
}"""


async def is_smuggled_in(context: BrowserContext, stage: Stage) -> bool:
    async with watched(context, stage) as page:
        await page.goto("/")
        async with page.expect_console_message(lambda told: "elem" in told.text):
            done: bool = await page.evaluate(SMUGGLE)
        await page.goto("/password")
        return done


async def test_what_is_smuggled_into_a_page_is_refused_and_noticed(
    stage: Stage,
) -> None:
    async with studio(stage) as context:
        with pytest.raises(AssertionError, match="Refused by script-src-elem: inline"):
            assert not await is_smuggled_in(context, stage)
