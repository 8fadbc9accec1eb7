"""The pages of builders in a browser, in which nothing may be refused or fail."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.runs.scenes import Document
from tests.servers import ROOT

from .cast import PASSWORD
from .stage import Stage

EDITOR = ROOT / "pages" / "static" / "wayflow" / "editor.js"
WIDE = {"width": 1440, "height": 900}

REPORT = """addEventListener('securitypolicyviolation', (refused) =>
    console.error(`Refused by ${refused.violatedDirective}: ${refused.blockedURI}`))"""
POST = """async ([url, body]) => {
    const headers = {'Content-Type': 'application/json', Prefer: 'respond-async'}
    const options = {method: 'POST', headers, body: JSON.stringify(body)}
    return await (await fetch(url, options)).json()
}"""
GET = "async (url) => await (await fetch(url)).json()"


@contextlib.asynccontextmanager
async def studio(
    stage: Stage, *, name: str = "chief", **options: Any
) -> AsyncIterator[BrowserContext]:
    """The browser of somebody who is signed in."""
    options = {"viewport": WIDE, "color_scheme": "light", **options}
    async with stage.visit(**options) as context:
        await context.add_init_script(REPORT)
        await stage.let_in(context, name, by=sign_in)
        yield context


async def sign_in(page: Page, name: str) -> None:
    """By the page to which one is led."""
    await page.goto("/")
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Workflows")).to_be_visible()


@contextlib.asynccontextmanager
async def watched(
    context: BrowserContext, stage: Stage, *, refusals: int = 0
) -> AsyncIterator[Page]:
    """A page that asks no other host, breaks no rule and logs no error.

    ``refusals`` is the status with which the server may refuse what a test provokes.
    """
    page = await context.new_page()
    problems: list[str] = []
    allowed = f"responded with a status of {refusals}"

    def hear(kind: str, text: str) -> None:
        if kind == "error" and not (refusals and allowed in text):
            problems.append(text)

    def look(url: str) -> None:
        if not url.startswith((stage.server.url, "data:", "blob:")):
            problems.append(f"asked {url}")

    page.on("console", lambda message: hear(message.type, message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: look(request.url))
    try:
        yield page
        assert not problems, problems
    finally:
        await page.close()


def require_editor() -> None:
    """Fails, with what to do, where the editor is not built."""
    if not EDITOR.exists():
        pytest.fail(f"{EDITOR} is missing: run `make editor` first.")


async def made(page: Page, name: str, graph: Document) -> str:
    """The id of a new workflow."""
    body = {"name": name, "graph": graph}
    workflow = await page.evaluate(POST, ["/api/workflows", body])
    return str(workflow["id"])


async def started(page: Page, workflow_id: str) -> str:
    """The id of a new run of the workflow, started outside of the editor."""
    run = await page.evaluate(POST, [f"/api/workflows/{workflow_id}/runs", {}])
    return str(run["runId"])


async def runs_of(page: Page, workflow_id: str) -> list[dict[str, Any]]:
    """What the API tells of the workflow's runs, the newest first."""
    told = await page.evaluate(GET, f"/api/runs?workflow={workflow_id}")
    runs: list[dict[str, Any]] = told["results"]
    return runs


async def has_ended(page: Page, workflow_id: str, status: str) -> None:
    """Return when the API says so of the newest run."""
    for _ in range(100):
        runs = await runs_of(page, workflow_id)
        if runs and runs[0]["status"] == status:
            return
        await page.wait_for_timeout(100)
    pytest.fail(f"The newest run is {runs[0]['status']}, not {status}.")


async def graph_of(page: Page, workflow_id: str) -> Document:
    """The graph that is stored."""
    told = await page.evaluate(GET, f"/api/workflow/{workflow_id}")
    graph: Document = told["graph"]
    return graph


async def open_editor(page: Page, workflow_id: str) -> None:
    await page.goto(f"/workflows/{workflow_id}")
    await expect(canvas(page)).to_be_visible()


def canvas(page: Page) -> Locator:
    return page.get_by_role("region", name="Canvas", exact=True)


def cards(page: Page, kind: str = "") -> Locator:
    """The nodes on the canvas, of one type or all."""
    return canvas(page).locator(
        f"article[data-node-type='{kind}']" if kind else "article"
    )


def port(card: Locator, name: str) -> Locator:
    """The dot of a port."""
    return card.get_by_title(re.compile(rf"^{re.escape(name)}: "))


async def draw(page: Page, start: Locator, end: Locator) -> None:
    """An edge from port to port, with the mouse."""
    await start.hover()
    await page.mouse.down()
    box = await end.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x - 30, y - 10, steps=5)
    await page.mouse.move(x, y, steps=5)
    await page.mouse.up()


async def is_saved(page: Page) -> None:
    """Return when the editor says so."""
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
