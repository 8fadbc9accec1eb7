"""The editor's canvas: its tools, its keys, and names that are words of JavaScript."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.runs.scenes import Document, chain
from wayflow.testing import graph_document, node_document

from .stage import PATIENCE_MS, Stage
from .studio import (
    GET,
    canvas,
    cards,
    draw,
    graph_of,
    has_ended,
    is_saved,
    made,
    open_editor,
    port,
    require_editor,
    runs_of,
    studio,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

GRID = 16
PLACES = """() => [...document.querySelectorAll('.react-flow__node')]
    .map((node) => node.style.transform)"""
POST_TEXT = """async ([url, body]) => {
    const headers = {'Content-Type': 'application/json'}
    return await (await fetch(url, {method: 'POST', headers, body})).json()
}"""


@pytest.fixture(autouse=True)
def _editor() -> None:
    require_editor()


def spread(graph: Document) -> Document:
    """The graph with its nodes beside each other, off the grid."""
    for number, node in enumerate(graph["nodes"].values()):
        node["position"] = {"x": number * 320 + 5, "y": 3}
    return graph


async def drag(page: Page, card: Locator, x: float, y: float) -> None:
    box = await card.bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] / 2, box["y"] + 12)
    await page.mouse.move(*at)
    await page.mouse.down()
    await page.mouse.move(at[0] + x, at[1] + y, steps=5)
    await page.mouse.up()


# --- Its tools ---


async def test_nodes_are_copied_pasted_cut_and_duplicated(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Copied", spread(chain("merge")))
        await open_editor(page, workflow_id)
        await cards(page, "merge").click()
        for keys, count in (("cv", 2), ("d", 3), ("x", 2), ("v", 3)):
            for key in keys:
                await page.keyboard.press(f"Control+{key}")
            await expect(cards(page, "merge")).to_have_count(count)
        await is_saved(page)
        graph = await graph_of(page, workflow_id)
        assert len(graph["nodes"]) == 5
        assert len(graph["edges"]) == 2


async def test_an_input_takes_one_edge_which_another_replaces(stage: Stage) -> None:
    graph = spread(chain("merge"))
    graph["edges"] = {
        id: edge for id, edge in graph["edges"].items() if edge["sourceNodeId"] != "in"
    }
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Replaced", graph)
        await open_editor(page, workflow_id)
        start = port(cards(page, "input"), "v")
        await draw(page, start, port(cards(page, "output"), "v"))
        await is_saved(page)
        await expect(page.locator(".react-flow__edge")).to_have_count(1)
        (edge,) = (await graph_of(page, workflow_id))["edges"].values()
        assert (edge["sourceNodeId"], edge["targetNodeId"]) == ("in", "out")


async def test_nodes_keep_to_the_grid_unless_it_is_off(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Snapped", spread(chain()))
        await open_editor(page, workflow_id)
        snap = page.get_by_role("button", name="Snap to the grid")
        for is_on in (True, False):
            await expect(snap).to_have_attribute("aria-pressed", str(is_on).lower())
            await drag(page, cards(page, "input"), 37, 151)
            await is_saved(page)
            place = (await graph_of(page, workflow_id))["nodes"]["in"]["position"]
            on_grid = place["x"] % GRID == 0 and place["y"] % GRID == 0
            assert on_grid is is_on, place
            await snap.click()


async def test_the_map_and_the_theme_are_switched(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        await open_editor(page, await made(page, "Mapped", spread(chain())))
        overview = page.get_by_role("img", name="Map of the workflow")
        await expect(overview).to_have_count(0)
        await page.get_by_role("button", name="Map", exact=True).click()
        await expect(overview).to_be_visible()
        editor = page.get_by_role("region", name="Workflow editor")
        for name, theme in (("Dark", "dark"), ("Light", "light")):
            await page.get_by_role("button", name="More", exact=True).click()
            await page.get_by_role("menuitem", name=name, exact=True).click()
            await expect(editor).to_have_attribute("data-theme", theme)


async def test_whoever_may_only_look_moves_and_deletes_nothing(stage: Stage) -> None:
    async with studio(stage, name="looker") as context, watched(context, stage) as page:
        await page.goto("/")
        told = await page.evaluate(GET, "/api/workflows")
        await open_editor(page, told["results"][0]["id"])
        card = cards(page).first
        await expect(card).to_be_visible()
        count, before = await cards(page).count(), await page.evaluate(PLACES)
        await drag(page, card, 60, 60)
        await card.click()
        for key in ("Delete", "Control+x", "Control+d", "F2", "ArrowDown"):
            await page.keyboard.press(key)
        await card.locator(".wf-card-name").dblclick()
        await expect(cards(page)).to_have_count(count)
        await expect(page.get_by_label("Name of the node")).to_have_count(0)
        assert await page.evaluate(PLACES) == before
        await expect(page.get_by_role("button", name="Undo")).to_have_count(0)


# --- Its keys ---


async def walk_to(page: Page, number: int) -> None:
    """The focus goes by Tab from the canvas to a card, counted from 1."""
    await canvas(page).focus()
    for _ in range(number):
        await page.keyboard.press("Tab")
    await expect(page.locator(".react-flow__node").nth(number - 1)).to_be_focused()


async def feed(page: Page, name: str, source: str) -> None:
    """The input ``name`` of the card that has the focus."""
    await page.keyboard.press("c")
    wire = page.get_by_label(name, exact=True)
    await expect(wire).to_be_focused()
    await wire.select_option(source)
    await page.keyboard.press("Escape")


async def test_a_model_is_asked_by_the_keyboard_alone(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Typed", {"nodes": {}, "edges": {}})
        await open_editor(page, workflow_id)
        press = page.keyboard.press
        for word in ("input", "llm", "output"):
            await canvas(page).focus()
            await press("/")
            await page.keyboard.type(word)
            await press("Enter")
            await expect(cards(page, word)).to_be_visible()
        await walk_to(page, 2)
        await press("Enter")
        prompt = page.get_by_label("Prompt", exact=True)
        for _ in range(12):
            if await prompt.evaluate("prompt => prompt === document.activeElement"):
                break
            await press("Tab")
        await expect(prompt).to_be_focused()
        await page.keyboard.type("Write about {input}")
        await press("Escape")
        await feed(page, "input", "Input · input")
        await walk_to(page, 3)
        await feed(page, "result", "LLM · response")
        await expect(page.locator(".react-flow__edge")).to_have_count(2)
        await press("Control+Enter")
        form = page.get_by_role("dialog", name="Run with inputs")
        await expect(form.get_by_label("input")).to_be_focused()
        await press("Escape")
        await expect(form).to_have_count(0)
        await expect(page.locator(".react-flow__node").nth(2)).to_be_focused()
        await press("Control+Enter")
        await page.keyboard.type("lighthouses")
        await press("Control+Enter")
        result = page.get_by_role("region", name="Result", exact=True)
        reply = re.compile("Placeholder reply to “Write about lighthouses”")
        await expect(result).to_contain_text(reply)
        await has_ended(page, workflow_id, "completed")


# --- What things are called ---


async def test_nodes_and_edges_may_be_called_like_parts_of_javascript(
    stage: Stage,
) -> None:
    ids = ["__proto__", "constructor", "toString", "a b"]
    way = ["in", *ids, "out"]
    nodes = [node_document(id, "merge", inputs=["v"], outputs=["v"]) for id in ids]
    graph = chain()
    ends = [graph["nodes"][id] for id in ("in", "out")]
    graph = spread(graph_document(ends[0], *nodes, ends[1]))
    names = ["constructor", "__proto__", "a b", "toString", ""]
    for name, (a, b) in zip(names, itertools.pairwise(way), strict=True):
        graph["edges"][name] = {
            "id": name,
            "sourceNodeId": a,
            "sourcePortId": "v",
            "targetNodeId": b,
            "targetPortId": "v",
        }
    body = json.dumps({"name": "Strange", "graph": graph})
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        made = await page.evaluate(POST_TEXT, ["/api/workflows", body])
        await open_editor(page, made["id"])
        await expect(cards(page)).to_have_count(len(way))
        await page.get_by_role("button", name="Run", exact=True).click()
        for card in await cards(page).all():
            await expect(card).to_have_attribute("data-state", "complete")
            await card.click()
            status = page.get_by_role("region", name=re.compile("^Run of"))
            await expect(status).to_contain_text("Complete")
        assert [run["status"] for run in await runs_of(page, made["id"])] == [
            "completed"
        ]


async def test_a_first_name_can_be_undone_and_a_file_without_one_keeps_it(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        await page.get_by_role("button", name="New workflow").click()
        name = page.get_by_label("Name of the workflow")
        await expect(name).to_be_visible()
        url = f"/api/workflows/{page.url.rpartition('/')[2]}"

        async def is_called(wanted: str) -> None:
            await expect(name).to_have_value(wanted)
            await is_saved(page)
            assert (await page.evaluate(GET, url))["name"] == wanted

        await name.fill("Lighthouses")
        await name.press("Enter")
        await is_called("Lighthouses")
        await canvas(page).focus()
        await page.keyboard.press("Control+z")
        await is_called("Untitled workflow")
        await page.keyboard.press("Control+Shift+z")
        await is_called("Lighthouses")
        file = json.dumps({"version": 1, "graph": chain()}).encode()
        await page.get_by_role("button", name="More", exact=True).click()
        async with page.expect_file_chooser() as choosing:
            await page.get_by_role("menuitem", name="Import").click()
        chosen = {"name": "a.json", "mimeType": "application/json", "buffer": file}
        await (await choosing.value).set_files(chosen)  # type: ignore[arg-type]
        await expect(cards(page)).to_have_count(2)
        await is_called("Lighthouses")
        await name.fill("x" * 1_000)
        await name.press("Enter")
        await is_called("x" * 200)


async def test_to_look_elsewhere_makes_no_version(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Looked at", spread(chain()))
        await open_editor(page, workflow_id)
        await expect(cards(page).first).to_be_visible()
        box = await canvas(page).bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 300, box["y"] + 500)
        async with page.expect_response(lambda told: told.request.method == "PUT"):
            await page.mouse.down()
            await page.mouse.move(box["x"] + 360, box["y"] + 540, steps=4)
            await page.mouse.up()
        stored = await page.evaluate(GET, f"/api/workflow/{workflow_id}")
        assert "viewport" in stored
        told = await page.evaluate(GET, f"/api/workflows/{workflow_id}")
        assert (told["latestVersion"], told["revision"]) == (1, 1)
