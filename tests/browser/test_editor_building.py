"""Building in the editor: settings of every kind, fingers, keys, and undo of it all."""

from __future__ import annotations

import base64
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import CDPSession, FloatRect, Locator, Page, expect

from tests.runs.scenes import Document, chain
from wayflow.testing import graph_document, node_document

from .stage import PATIENCE_MS, Stage
from .studio import (
    GET,
    canvas,
    cards,
    draw,
    graph_of,
    is_saved,
    made,
    open_editor,
    port,
    require_editor,
    studio,
    watched,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
PATCH = """async ([url, body]) => {
    const headers = {'Content-Type': 'application/json'}
    return (await fetch(url, {method: 'PATCH', headers, body: JSON.stringify(body)})).ok
}"""


@pytest.fixture(autouse=True)
def _editor() -> None:
    require_editor()


def edges(page: Page) -> Locator:
    return page.locator(".react-flow__edge")


async def middle(target: Locator) -> dict[str, float]:
    box = await target.bounding_box()
    assert box is not None
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}


def apart(**data: Any) -> Document:
    """An Input above an Output, not connected."""
    graph = chain()
    graph["edges"] = {}
    for node, y in (("in", 0), ("out", 220)):
        graph["nodes"][node]["position"] = {"x": 0, "y": y}
    graph["nodes"]["in"]["data"].update(data)
    return graph


# --- Settings ---

CHOSEN: Document = {
    "text": "one line",
    "longText": "two\nlines",
    "template": "To {city} with {friend}",
    "variableDefaults": [{"name": "city", "dataType": "any"}],
    "boolean": False,
    "json": {"a": [1, None]},
    "number": 7.5,
    "slider": 1.5,
    "select": "two",
    "model": "mock",
    "painter": "mock",
    "tools": ["weather"],
    "imageSize": {"mode": "custom", "width": 640, "height": 1024},
    "listOperation": {"op": "take", "count": 3},
    "fields": [
        {"name": "a", "dataType": "any"},
        {"name": "b", "dataType": "any"},
        {"name": "found", "dataType": "string"},
    ],
}


async def write_values(page: Page) -> None:
    """Into the settings that take text, and those that are one value."""
    await page.get_by_label("Text", exact=True).fill("one line")
    await page.get_by_label("Long text").fill("two\nlines")
    await page.get_by_label("Template").fill("To {city} with {friend}")
    await expect(port(cards(page), "friend")).to_be_visible()
    await page.get_by_label("Type of city").select_option("any")
    await page.get_by_label("Boolean").uncheck()
    parsed = page.get_by_label("Json")
    await parsed.fill('{"a": ')
    await expect(page.get_by_text("This JSON is not complete yet.")).to_be_visible()
    await parsed.fill('{"a": [1, null]}')
    number = page.get_by_label("Number", exact=True)
    await number.fill("10")
    await expect(page.get_by_text("This must be at most 9.")).to_be_visible()
    await number.fill("7.5")


async def choose_values(page: Page) -> None:
    """Of the settings that offer something."""
    slider = page.get_by_role("slider", name="Slider")
    await expect(slider).to_have_attribute("aria-valuetext", "Auto")
    await slider.focus()
    await page.keyboard.press("ArrowRight")
    await page.get_by_label("Select", exact=True).select_option("two")
    await expect(page.get_by_label("Model")).to_have_value("mock")
    await expect(page.get_by_label("Painter")).to_have_value("mock")
    for name in ("weather", "add"):
        await page.get_by_role("button", name="Add a tool").click()
        offered = page.get_by_role("dialog", name="Tools on offer")
        await offered.get_by_role("button", name=name).click()
    await page.get_by_role("button", name="Take away add").click()
    await page.get_by_label("Image size").select_option("custom")
    await page.get_by_label("Width").fill("640")
    await page.get_by_label("List operation").select_option("take")
    await page.get_by_label("How many").fill("3")
    await page.get_by_role("button", name="Add a field").click()
    await page.keyboard.type("found")


async def test_every_kind_of_setting_of_a_custom_node_is_edited_and_saved(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Set", {"nodes": {}, "edges": {}})
        await open_editor(page, workflow_id)
        await page.get_by_role("searchbox", name="Search nodes").fill("settable")
        await page.keyboard.press("Enter")
        card = cards(page, "settable")
        await expect(card).to_be_visible()

        await write_values(page)
        await choose_values(page)
        await is_saved(page)
        (node,) = (await graph_of(page, workflow_id))["nodes"].values()
        assert node["data"] == CHOSEN
        await expect(port(card, "found")).to_be_visible()
        await canvas(page).focus()
        for _ in range(2):
            await page.keyboard.press("Control+z")
        await expect(port(card, "found")).to_have_count(0)
        await page.get_by_role("button", name="Auto").click()
        await is_saved(page)
        (node,) = (await graph_of(page, workflow_id))["nodes"].values()
        assert "slider" not in node["data"]


async def test_an_image_is_a_fields_default_and_an_input_of_a_run(
    stage: Stage, tmp_path: Path
) -> None:
    picture, table = tmp_path / "dot.png", tmp_path / "table.csv"
    picture.write_bytes(PIXEL)
    table.write_text("no picture")
    graph = apart(fields=[{"name": "v", "dataType": "image"}])
    graph["nodes"]["in"]["ports"][0]["dataType"] = "image"
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Pictured", graph)
        await open_editor(page, workflow_id)
        await cards(page, "input").click()
        await page.get_by_role("button", name="More of v").click()
        chooser = page.get_by_label("Image file")
        await chooser.set_input_files(table)
        await expect(page.get_by_role("alert")).to_contain_text("Choose a PNG")
        await chooser.set_input_files(picture)
        await expect(page.get_by_alt_text("The chosen file")).to_be_visible()
        await is_saved(page)
        (row,) = (await graph_of(page, workflow_id))["nodes"]["in"]["data"]["fields"]
        assert row["default"].startswith("data:image/png;base64,")
        await page.get_by_role("button", name="Remove the image").click()
        await page.get_by_role("button", name="Run", exact=True).click()
        form = page.get_by_role("dialog", name="Run with inputs")
        await form.get_by_label("Image file").set_input_files(picture)
        await expect(form.get_by_alt_text("The chosen file")).to_be_visible()


# --- Ports ---


async def test_ports_of_types_that_do_not_fit_refuse_the_line(stage: Stage) -> None:
    graph = apart(fields=[{"name": "v", "dataType": "number"}])
    graph["nodes"]["in"]["ports"][0]["dataType"] = "number"
    fields = [{"name": "v", "dataType": "image"}, {"name": "w", "dataType": "number"}]
    graph["nodes"]["out"] = node_document("out", "output", inputs=["v", "w"])
    graph["nodes"]["out"]["data"] = {"fields": fields}
    graph["nodes"]["out"]["position"] = {"x": 400, "y": 0}
    for told, field in zip(graph["nodes"]["out"]["ports"], fields, strict=True):
        told["dataType"] = field["dataType"]
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Choosy", graph)
        await open_editor(page, workflow_id)
        source, target = cards(page, "input"), cards(page, "output")
        await port(source, "v").hover()
        await page.mouse.down()
        at = await middle(port(target, "v"))
        await page.mouse.move(at["x"], at["y"], steps=5)
        rows = target.locator(".wf-port")
        await expect(rows.nth(0)).to_contain_class("wf-port-unfit")
        await expect(rows.nth(1)).to_contain_class("wf-port-fits")
        await page.mouse.up()
        await expect(edges(page)).to_have_count(0)
        await draw(page, port(source, "v"), target.locator(".wf-card-name"))
        await expect(edges(page)).to_have_count(1)
        await is_saved(page)
        (edge,) = (await graph_of(page, workflow_id))["edges"].values()
        assert edge["targetPortId"] == "w"
        await page.keyboard.press("Control+z")
        await expect(edges(page)).to_have_count(0)


async def tap(page: Page, target: Locator) -> None:
    at = await middle(target)
    await page.touchscreen.tap(at["x"], at["y"])


async def swipe(finger: CDPSession, start: Locator, end: Locator) -> None:
    """One finger down, along, and up."""
    (a, b), steps = (await middle(start), await middle(end)), 6

    async def touch(kind: str, *points: dict[str, float]) -> None:
        told = {"type": kind, "touchPoints": [*points]}
        await finger.send("Input.dispatchTouchEvent", told)

    await touch("touchStart", a)
    for step in range(1, steps + 1):
        await touch(
            "touchMove",
            {axis: a[axis] + (b[axis] - a[axis]) * step / steps for axis in a},
        )
    await touch("touchEnd")


async def test_ports_are_connected_by_a_finger_on_a_phone(stage: Stage) -> None:
    async with studio(stage, **PHONE) as context, watched(context, stage) as page:
        await page.goto("/")
        await open_editor(page, await made(page, "Touched", apart()))
        start = port(cards(page, "input"), "v")
        end = port(cards(page, "output"), "v")
        await expect(end).to_be_in_viewport()
        await tap(page, start)
        await expect(page.locator(".wf-port-fits")).to_have_count(1)
        await tap(page, end)
        await expect(edges(page)).to_have_count(1)
        await page.get_by_role("button", name="Undo").click()
        await expect(edges(page)).to_have_count(0)
        await swipe(await context.new_cdp_session(page), start, end)
        await expect(edges(page)).to_have_count(1)
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_workflow_is_built_by_the_keyboard_alone(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Typed", {"nodes": {}, "edges": {}})
        await open_editor(page, workflow_id)
        await canvas(page).focus()
        press = page.keyboard.press
        for word in ("input", "output"):
            await press("/")
            await page.keyboard.type(word)
            await press("Enter")
            await expect(cards(page, word)).to_be_visible()
            await canvas(page).focus()
        await press("Tab")
        await press("Tab")
        await expect(page.locator(".react-flow__node").nth(1)).to_be_focused()
        await press("c")
        wire = page.get_by_label("result", exact=True)
        await expect(wire).to_be_focused()
        await wire.select_option("Input · input")
        await expect(edges(page)).to_have_count(1)
        await press("Escape")
        await press("F2")
        await page.keyboard.type("Answer")
        await press("Enter")
        await expect(cards(page, "output")).to_contain_text("Answer")
        await press("Delete")
        await expect(cards(page)).to_have_count(1)
        for _ in range(3):
            await press("Control+z")
        await expect(cards(page)).to_have_count(2)
        await expect(edges(page)).to_have_count(0)
        await press("Control+Shift+z")
        await expect(edges(page)).to_have_count(1)
        await press("Control+a")
        await press("Control+c")
        await press("Control+v")
        await expect(cards(page)).to_have_count(2)


# --- Many at once ---


def heap() -> Document:
    """Nodes of very different heights, on top of each other."""
    inputs = {"tall": 9, "low": 1, "last": 4}
    nodes = [
        node_document(
            name, "merge", inputs=[f"v{i}" for i in range(count)], outputs=["output"]
        )
        for name, count in inputs.items()
    ]
    for node, count in zip(nodes, inputs.values(), strict=True):
        fields = [{"name": f"v{i}", "dataType": "any"} for i in range(count)]
        node["data"] = {"fields": fields}
    for n, node in enumerate(nodes):
        node["position"] = {"x": 16 * n, "y": 0}
    wires = ["tall.output -> last.v0", "low.output -> last.v1"]
    return graph_document(*nodes, wires=wires)


def overlap(one: FloatRect, other: FloatRect) -> bool:
    along = one["x"] < other["x"] + other["width"]
    back = other["x"] < one["x"] + one["width"]
    down = one["y"] < other["y"] + other["height"]
    up = other["y"] < one["y"] + one["height"]
    return along and back and down and up


async def places(page: Page) -> list[FloatRect]:
    boxes = [await card.bounding_box() for card in await cards(page).all()]
    return [box for box in boxes if box is not None]


async def test_tidying_up_leaves_no_card_on_another_and_is_undone(
    stage: Stage,
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        graph = heap()
        workflow_id = await made(page, "Heap", graph)
        await open_editor(page, workflow_id)
        await expect(cards(page)).to_have_count(3)
        await page.get_by_role("button", name="Tidy up").click()
        await is_saved(page)
        tidied = (await graph_of(page, workflow_id))["nodes"]
        pairs = combinations(await places(page), 2)
        assert not [pair for pair in pairs if overlap(*pair)]
        assert tidied["last"]["position"]["x"] > tidied["tall"]["position"]["x"] + 200
        await canvas(page).focus()
        await page.keyboard.press("Control+z")
        await is_saved(page)
        was = {id: node["position"] for id, node in graph["nodes"].items()}
        now = (await graph_of(page, workflow_id))["nodes"]
        assert {id: node["position"] for id, node in now.items()} == was


# --- The workflow as a whole ---


async def test_a_workflow_has_one_name_wherever_it_is_changed(stage: Stage) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        workflow_id = await made(page, "Called by the API", apart())
        await open_editor(page, workflow_id)
        name = page.get_by_label("Name of the workflow")
        await expect(name).to_have_value("Called by the API")
        await name.fill("Dropped")
        await name.press("Escape")
        await name.fill("Called in the editor")
        await name.press("Enter")
        await expect(page).to_have_title("Called in the editor · Wayflow")
        await page.get_by_label("Description").fill("Said in the editor")
        await page.get_by_role("switch", name="Expose as a tool").check()
        await expect(page.get_by_text("called_in_the_editor")).to_be_visible()
        await is_saved(page)
        told = await page.evaluate(GET, f"/api/workflows/{workflow_id}")
        assert told["name"] == "Called in the editor"
        assert told["description"] == "Said in the editor"
        tools = await page.evaluate(GET, "/api/tools")
        assert tools["called_in_the_editor"]["description"] == "Said in the editor"
        url = f"/api/workflows/{workflow_id}"
        assert await page.evaluate(PATCH, [url, {"name": "Called anew"}])
        await page.reload()
        await expect(name).to_have_value("Called anew")
        await page.get_by_role("button", name="Tidy up").click()
        await is_saved(page)
        await page.goto("/?q=anew")
        await expect(page.get_by_role("link", name="Called anew")).to_be_visible()


async def test_an_issue_leads_to_its_node_and_files_go_out_and_in(
    stage: Stage, tmp_path: Path
) -> None:
    async with studio(stage) as context, watched(context, stage) as page:
        await page.goto("/")
        graph = apart()
        graph["nodes"]["odd"] = node_document("odd", "nowhereKnown")
        graph["nodes"]["odd"]["position"] = {"x": 4_000, "y": 3_000}
        workflow_id = await made(page, "Faulty", graph)
        await open_editor(page, workflow_id)
        await page.get_by_role("button", name="issue").click()
        issues = page.get_by_role("list", name="Issues").get_by_role("button")
        await issues.filter(has_text="nowhereKnown").first.click()
        await expect(cards(page, "nowhereKnown")).to_be_in_viewport()
        await page.get_by_role("button", name="More", exact=True).click()
        async with page.expect_download() as downloading:
            await page.get_by_role("menuitem", name="Export as a file").click()
        download = await downloading.value
        assert download.suggested_filename == "faulty.json"
        await download.save_as(tmp_path / "faulty.json")
        exported = (tmp_path / "faulty.json").read_text()
        assert json.loads(exported)["graph"]["nodes"].keys() == graph["nodes"].keys()

        smaller = tmp_path / "smaller.json"
        smaller.write_text(json.dumps({"version": 1, "graph": chain()}))
        for chosen, count in ((smaller, 2), (None, 3)):
            if chosen is None:
                await page.keyboard.press("Control+z")
            else:
                await page.get_by_role("button", name="More", exact=True).click()
                async with page.expect_file_chooser() as choosing:
                    await page.get_by_role("menuitem", name="Import").click()
                await (await choosing.value).set_files(chosen)
            await expect(cards(page)).to_have_count(count)
