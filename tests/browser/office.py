"""The admin in a browser, with runs that were just started."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from playwright.async_api import Page

from tests.runs.scenes import Document

from .stage import Stage

POST = """
async ([url, body]) => {
    const headers = {'Content-Type': 'application/json', Prefer: 'respond-async'}
    const options = {method: 'POST', headers, body: JSON.stringify(body)}
    return await (await fetch(url, options)).json()
}
"""


@contextlib.asynccontextmanager
async def office(stage: Stage, **options: Any) -> AsyncIterator[Page]:
    """A page of the admin, signed in, on which no script may fail."""
    async with stage.visit(**options) as context:
        await stage.sign_in(context)
        page = await context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto("/admin/")
        yield page
        assert problems == []


async def saved(page: Page, graph: Document, name: str = "Of a test") -> str:
    """The id of a new workflow."""
    made = await page.evaluate(POST, ["/api/workflows", {"name": name, "graph": graph}])
    return str(made["id"])


async def run_of(page: Page, workflow_id: UUID | str, **inputs: Any) -> str:
    """The id of a new run of a workflow."""
    url = f"/api/workflows/{workflow_id}/runs"
    run = await page.evaluate(POST, [url, {"inputs": inputs}])
    return str(run["runId"])


async def start(page: Page, graph: Document, name: str, **inputs: Any) -> str:
    """The id of a run of a new workflow."""
    return await run_of(page, await saved(page, graph, name), **inputs)
