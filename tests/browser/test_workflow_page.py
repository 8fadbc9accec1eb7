"""The pages of a workflow, as staff use them with mouse and keyboard."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.runs.scenes import chain

from .stage import Stage
from .studio import cards, made, require_editor, studio, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (1280, 390)
PROMPT = "You sort the tickets of a web shop's support."
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
PLACE = "element => element.style.transform"
SWITCH = "scheme => Alpine.$data(document.documentElement).switchTheme(scheme)"


def page_of(stage: Stage, name: str, rest: str = "change/") -> str:
    found = stage.rows("select id from workflows_workflow where name = ?", name)
    return f"/admin/workflows/workflow/{UUID(found[0][0])}/{rest}"


async def opened(stage: Stage, context: BrowserContext, url: str) -> Page:
    await stage.sign_in(context)
    page = await context.new_page()
    await page.goto(url)
    return page


async def test_a_node_of_the_canvas_opens_its_settings(stage: Stage) -> None:
    require_editor()
    async with stage.visit() as context:
        page = await opened(stage, context, page_of(stage, "Ticket triage"))
        prompt = page.get_by_text(PROMPT)
        node = cards(page, "llm")
        await expect(node).to_be_visible()
        await expect(page.locator(".picture")).to_be_hidden()
        await node.click()
        await expect(prompt).to_be_in_viewport()
        await page.go_back()
        await page.locator("#nodes details[open] > summary").click()
        await expect(prompt).to_be_hidden()
        await page.locator("[data-id]:has([data-node-type=llm])").focus()
        await page.keyboard.press("Enter")
        await expect(prompt).to_be_in_viewport()


async def test_until_the_canvas_is_there_the_picture_leads_to_the_settings(
    stage: Stage,
) -> None:
    async with stage.visit() as context:
        await context.route("**/wayflow/editor.js", lambda route: route.abort())
        page = await opened(stage, context, page_of(stage, "Ticket triage"))
        node = page.locator('.picture-node[data-type="llm"] a')
        await node.focus()
        await node.press("Enter")
        await expect(page.get_by_text(PROMPT)).to_be_in_viewport()


async def test_the_canvas_shows_names_as_text_and_changes_nothing(
    stage: Stage,
) -> None:
    require_editor()
    graph = chain("passes")
    for number, node in enumerate(graph["nodes"].values()):
        node |= {"name": EVIL, "position": {"x": 300 * number, "y": 0}}
    async with studio(stage) as context, watched(context, stage) as page:
        asked: list[str] = []
        await page.goto("/")
        url = f"/admin/workflows/workflow/{await made(page, EVIL, graph)}/change/"
        page.on("request", lambda request: asked.append(request.method))
        await page.goto(url)
        await expect(cards(page)).to_have_count(len(graph["nodes"]))
        node = cards(page, "output")
        await expect(node).to_contain_text(EVIL)
        await expect(page.get_by_label("Inspector")).to_have_count(0)
        place = page.locator("[data-id=out]")
        before = await place.evaluate(PLACE)
        await node.hover()
        await page.mouse.down()
        await page.mouse.move(400, 9, steps=5)
        await page.mouse.up()
        await page.keyboard.press("Delete")
        assert await cards(page).count() == len(graph["nodes"])
        assert await place.evaluate(PLACE) == before
        assert {*asked} == {"GET"}


async def test_the_canvas_follows_light_and_dark_and_lets_the_page_scroll(
    stage: Stage,
) -> None:
    require_editor()
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto(page_of(stage, "Ticket triage"))
        editor = page.get_by_role("region", name="Workflow editor")
        for scheme in ("dark", "light"):
            await page.evaluate(SWITCH, scheme)
            await expect(editor).to_have_attribute("data-theme", scheme)
        await cards(page).first.hover()
        zoom = page.get_by_role("button", name="Zoom is")
        before = await zoom.inner_text()
        await page.mouse.wheel(0, 300)
        await page.wait_for_function("scrollY > 0")
        assert await zoom.inner_text() == before


async def swiped(page: Page, dx: int, dy: int) -> None:
    """One finger moves over the canvas, from its middle."""
    canvas = page.locator(".workflow-canvas")
    await canvas.evaluate("element => element.scrollIntoView({block: 'center'})")
    box = await canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.75
    session = await page.context.new_cdp_session(page)
    for step in range(6):
        point = {"x": x + dx * step / 5, "y": y + dy * step / 5}
        kind = "touchMove" if step else "touchStart"
        touch = {"type": kind, "touchPoints": [point]}
        await session.send("Input.dispatchTouchEvent", touch)
    await session.send(
        "Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []}
    )


async def test_one_finger_over_the_canvas_scrolls_the_page_or_moves_the_graph(
    stage: Stage,
) -> None:
    require_editor()
    narrow: Any = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    async with stage.visit(**narrow, is_mobile=True) as context:
        page = await opened(stage, context, page_of(stage, "Ticket triage"))
        await expect(cards(page).first).to_be_visible()
        graph = page.locator(".react-flow__viewport")
        place = str(await graph.evaluate(PLACE))
        await swiped(page, 0, 0)
        before = await page.evaluate("scrollY")
        await swiped(page, 0, -200)
        await page.wait_for_function("before => scrollY > before", arg=before)
        assert await graph.evaluate(PLACE) == place
        await swiped(page, -200, 0)
        await page.wait_for_function(
            "place => document.querySelector('.react-flow__viewport').style.transform"
            " !== place",
            arg=place,
        )


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
        await page.fill("#reason", "Ready")
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
