"""A picture of each page of the admin: light and dark, on a wide and a narrow screen.

They go to the folder that PICTURES names, else to one that pytest throws away.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.runs.scenes import chain
from workflows.demo import REVIEWED_DRAFT, TICKET_TRIAGE

from .office import office, run_of, saved
from .stage import PATIENCE_MS, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (1280, 390)
HEIGHT = 900
SCHEMES: tuple[Any, ...] = ("light", "dark")
SWITCH = "scheme => Alpine.$data(document.documentElement).switchTheme(scheme)"
WIDE = "document.documentElement.scrollWidth"
RUN, WORKFLOW = "/admin/runs/run/", "/admin/workflows/workflow/"

WITH_TOKEN = """
async (url) => {
    const headers = {'Content-Type': 'application/json'}
    const made = await fetch('/api/tokens', {
        method: 'POST', headers, body: JSON.stringify({name: 'Night shift'}),
    })
    headers.Authorization = `Token ${(await made.json()).token}`
    headers.Prefer = 'respond-async'
    const options = {method: 'POST', headers, body: '{}', credentials: 'omit'}
    return (await (await fetch(url, options)).json()).runId
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pictures go."""
    chosen = Path(os.environ.get("PICTURES", tmp_path))
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


async def furnish(stage: Stage, page: Page) -> dict[str, str]:
    """The pages to be seen, by name, with something on each of them."""
    triage = f"/api/workflows/{TICKET_TRIAGE}/runs"
    done = await page.evaluate(WITH_TOKEN, triage)
    failed = await run_of(page, await saved(page, chain("raises"), "Nightly export"))
    asking = await run_of(page, REVIEWED_DRAFT)
    for run_id, status in ((done, "completed"), (failed, "error"), (asking, "paused")):
        await page.goto(f"{RUN}{run_id}/change/")
        head = page.locator("[data-part=head]")
        await expect(head).to_have_attribute("data-status", status, timeout=PATIENCE_MS)
    key = asking.replace("-", "")
    ((review,),) = stage.rows("select id from runs_review where run_id = ?", key)
    ((group,),) = stage.rows("select id from auth_group limit 1")
    ((token,),) = stage.rows("select max(id) from access_token")
    workflow = f"{WORKFLOW}{TICKET_TRIAGE}/"
    return {
        "dashboard": "/admin/",
        "inbox": "/admin/runs/review/",
        "review": f"/admin/runs/review/{review}/change/",
        "runs": RUN,
        "run": f"{RUN}{done}/change/",
        "run-failed": f"{RUN}{failed}/change/",
        "run-paused": f"{RUN}{asking}/change/",
        "run-events": f"{RUN}{done}/events/",
        "run-again": f"{RUN}{done}/rerun/",
        "workflows": WORKFLOW,
        "workflow": f"{workflow}change/",
        "workflow-run": f"{workflow}run/",
        "workflow-versions": f"{workflow}versions/",
        "workflow-version": f"{workflow}versions/1/",
        "workflow-compare": f"{workflow}compare/",
        "workflow-publish": f"{workflow}publish/",
        "workflow-delete": f"{workflow}delete/",
        "workflow-history": f"{workflow}history/",
        "users": "/admin/auth/user/",
        "user": "/admin/auth/user/1/change/",
        "user-add": "/admin/auth/user/add/",
        "user-password": "/admin/auth/user/1/password/",
        "groups": "/admin/auth/group/",
        "group": f"/admin/auth/group/{group}/change/",
        "tokens": "/admin/access/token/",
        "token": f"/admin/access/token/{token}/change/",
        "token-add": "/admin/access/token/add/",
        "own-password": "/admin/password_change/",
    }


async def taken(page: Page, name: str, folder: Path) -> list[str]:
    """What is wrong with the page that is open; its pictures are in ``folder``."""
    wrong = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        if await page.evaluate(WIDE) > width:
            wrong.append(f"{name} is wider than {width}")
        for scheme in SCHEMES:
            await page.evaluate(SWITCH, scheme)
            await expect(page.locator("html")).to_have_class(scheme)
            file = folder / f"{name}-{scheme}-{width}.png"
            await page.screenshot(path=file, full_page=True, animations="disabled")
    return wrong


async def test_every_page_fits_its_screen_in_light_and_in_dark(
    stage: Stage, folder: Path
) -> None:
    wrong: list[str] = []
    async with office(stage) as page:
        pages = await furnish(stage, page)
        page.on(
            "console", lambda m: wrong.append(m.text) if m.type == "error" else None
        )
        for name, path in pages.items():
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 200, name
            wrong += await taken(page, name, folder)
    assert wrong == []
