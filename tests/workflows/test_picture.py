"""Pictures of graphs: well-formed whatever the graph, calm, and painted by state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tests.wayflow.json_values import JSON
from wayflow.graph import EdgeId, Graph, NodeId
from wayflow.serializer import deserialize, graph_of
from wayflow.status import EdgeStatus, NodeStatus
from wayflow.testing import graph_document, node_document
from workflows.catalog import registry
from workflows.demo import demos
from workflows.picture import picture

SVG = "{http://www.w3.org/2000/svg}"
CSS = Path(settings.BASE_DIR, "workflows/static/workflows/picture.css").read_text()
STILL, MOVING = CSS.split("@media (prefers-reduced-motion: no-preference)")
PAYLOAD = "</text><script>alert(1)</script>\"'&javascript:"
TEXT = st.text(st.characters(exclude_categories=[]), max_size=8)
PORT = st.fixed_dictionaries(
    {"id": TEXT, "side": st.sampled_from(["input", "output"])},
    optional={"dataType": TEXT, "label": TEXT},
)
NODE = st.fixed_dictionaries(
    {"position": JSON | st.fixed_dictionaries({"x": JSON, "y": JSON})},
    optional={
        "type": TEXT,
        "label": TEXT,
        "name": TEXT,
        "icon": JSON,
        "size": JSON | st.fixed_dictionaries({"width": JSON, "height": JSON}),
        "ports": st.lists(PORT, max_size=4),
    },
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    nodes = draw(st.dictionaries(TEXT, NODE, max_size=6))
    ids = st.sampled_from(sorted(nodes)) if nodes else TEXT
    edge = st.fixed_dictionaries(
        {
            "sourceNodeId": ids | TEXT,
            "sourcePortId": TEXT,
            "targetNodeId": ids | TEXT,
            "targetPortId": TEXT,
        }
    )
    edges = draw(st.dictionaries(TEXT, edge, max_size=8))
    return {"nodes": nodes, "edges": edges, "metadata": {"name": draw(TEXT)}}


def parsed(graph: Graph, **options: Any) -> Element:
    return ElementTree.fromstring(str(picture(graph, **options)))


def nodes_of(svg: Element) -> dict[str, Element]:
    return {node.attrib["data-node-id"]: node for node in _with(svg, "data-node-id")}


def edges_of(svg: Element) -> dict[str, Element]:
    return {edge.attrib["data-edge-id"]: edge for edge in _with(svg, "data-edge-id")}


def _with(svg: Element, attribute: str) -> list[Element]:
    return [element for element in svg.iter() if attribute in element.attrib]


def corner(node: Element) -> tuple[float, float]:
    x, y = re.findall(r"-?[\d.]+", node.attrib["transform"])
    return float(x), float(y)


def box(node: Element) -> tuple[float, float, float, float]:
    (card,) = (e for e in node.iter() if e.get("class") == "picture-card")
    x, y = corner(node)
    return x, y, x + float(card.attrib["width"]), y + float(card.attrib["height"])


def texts(element: Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def chain(
    *ids: str, positions: Sequence[Any] | None = None, wires: Sequence[str] = ()
) -> Graph:
    """Nodes with ports ``in`` and ``out``, joined as written."""
    document = graph_document(
        *(node_document(i, "llm", inputs=["in"], outputs=["out"]) for i in ids),
        wires=[f"{a}.out -> {b}.in" for a, b in (wire.split(">") for wire in wires)],
    )
    for i, id in enumerate(ids):
        document["nodes"][id]["position"] = positions[i] if positions else None
    return deserialize(document)


def one(**drawn: Any) -> Element:
    """The picture of a graph with this node alone."""
    return parsed(graph_of({"nodes": {"a": drawn}, "edges": {}}))


@given(documents(), st.booleans())
def test_any_graph_becomes_well_formed_with_each_node_once(
    document: dict[str, Any], repaired: bool
) -> None:
    graph = deserialize(document) if repaired else graph_of(document)
    svg = parsed(graph, link=lambda id: "#node")
    shown = [node.attrib["data-node-id"] for node in _with(svg, "data-node-id")]
    assert [_legal(id) for id in graph.nodes] == shown
    numbers = re.findall(r"[\d.]+", svg.attrib["viewBox"])
    assert all(0 < float(n) < 50_000 for n in numbers)


def _legal(id: str) -> str:
    """``id`` as XML 1.0 can hold it."""
    return "".join("\ufffd" if _is_illegal(ord(c)) else c for c in id)


def _is_illegal(code: int) -> bool:
    control = code < 0x20 and code not in {0x9, 0xA, 0xD}
    return control or 0xD800 <= code <= 0xDFFF or code in {0xFFFE, 0xFFFF}


def test_text_of_users_is_text() -> None:
    graph = deserialize(
        graph_document(
            node_document(PAYLOAD, PAYLOAD, inputs=[PAYLOAD, "b"], outputs=[PAYLOAD])
        )
    )
    graph.document["nodes"][PAYLOAD]["name"] = PAYLOAD
    svg = picture(
        graph_of({**graph.document, "metadata": {"name": PAYLOAD}}),
        states={NodeId(PAYLOAD): PAYLOAD},
    )
    assert "<script" not in svg
    tree = ElementTree.fromstring(str(svg))
    assert list(nodes_of(tree)) == [PAYLOAD]
    assert tree.findtext(f"{SVG}title") == PAYLOAD
    assert {e.tag.removeprefix(SVG) for e in tree.iter()} <= {
        *("svg", "g", "title", "desc", "path", "rect", "text", "circle")
    }


def test_nothing_in_it_needs_inline_style_or_script() -> None:
    for graph in demos(registry(), "mock").values():
        for element in parsed(graph, link=lambda id: "#x").iter():
            assert not element.tag.endswith(("style", "script"))
            assert not [k for k in element.attrib if k == "style" or k[:2] == "on"]
            assert not {"fill", "stroke", "id"} & element.attrib.keys()


def test_nodes_and_edges_carry_their_states() -> None:
    graph = chain("a", "b", "c", wires=["a>b", "b>c"])
    first, second = graph.edges
    svg = parsed(
        graph,
        states={NodeId("a"): NodeStatus.COMPLETE, NodeId("b"): NodeStatus.RUNNING},
        edge_states={EdgeId(first): EdgeStatus.ACTIVE},
    )
    nodes, edges = nodes_of(svg), edges_of(svg)
    states = {id: node.attrib["data-state"] for id, node in nodes.items()}
    assert states == {"a": "complete", "b": "running", "c": "idle"}
    assert nodes["b"].findtext(f"{SVG}desc") == "running"
    assert edges[first].attrib["data-state"] == "active"
    assert edges[second].attrib["data-state"] == "idle"


def test_every_state_has_a_mark_of_another_shape() -> None:
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", STILL)
    shapes = {
        state: [
            (who.partition(".picture-mark ")[2], body)
            for who, body in rules
            if f'"{state}"' in who and ".picture-mark " in who
        ]
        for state in NodeStatus
    }
    assert shapes.pop(NodeStatus.IDLE) == []
    assert all(shapes.values())
    assert all(a != b for a, b in combinations(shapes.values(), 2))


def test_the_stylesheet_moves_nothing_for_those_who_asked_for_rest() -> None:
    assert "animation" not in STILL
    assert MOVING.count("animation") == 2


def test_the_selected_node_alone_is_marked() -> None:
    nodes = nodes_of(parsed(chain("a", "b"), selected=NodeId("b")))
    assert [id for id, n in nodes.items() if "data-selected" in n.attrib] == ["b"]


def test_an_image_says_what_it_shows() -> None:
    (graph,) = (g for g in demos(registry(), "m").values() if len(g.nodes) == 7)
    svg = parsed(graph)
    assert svg.attrib["role"] == "img"
    assert svg.findtext(f"{SVG}title") == "Ticket triage"
    assert (svg.findtext(f"{SVG}desc") or "").startswith("7 nodes, 11 connections.")


def test_links_are_reached_in_the_order_of_the_graph() -> None:
    graph = chain("z", "a", "m", wires=["m>a"])
    svg = parsed(graph, link=lambda id: f"?node={id}&x")
    assert svg.attrib["role"] == "group"
    links = list(svg.iter(f"{SVG}a"))
    assert [link.attrib["href"] for link in links] == [
        *("?node=z&x", "?node=a&x", "?node=m&x")
    ]
    assert links[0].findtext(f"{SVG}title") == "llm"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//x", "", "http://x", "x"])
def test_a_node_never_leads_off_the_page_unasked(address: str) -> None:
    with pytest.raises(ValueError, match="cannot lead"):
        picture(chain("a"), link=lambda id: address)


def test_positions_of_the_editor_are_kept() -> None:
    graph = chain("a", "b", positions=[{"x": 900, "y": -50}, {"x": -100, "y": 200}])
    nodes = nodes_of(parsed(graph))
    assert corner(nodes["a"]) == (1000, 0)
    assert corner(nodes["b"]) == (0, 250)


AT = {"x": 0, "y": 0}


@pytest.mark.parametrize(
    "positions",
    [
        [AT, None, {"x": 900, "y": 0}],
        [AT, {"x": "1", "y": "2"}, {"x": 900, "y": 0}],
        [AT, {"x": float("nan"), "y": 0}, {"x": 900, "y": 0}],
        [AT, {"x": float("inf"), "y": 0}, {"x": 900, "y": 0}],
        [AT, {"x": True, "y": 0}, {"x": 900, "y": 0}],
        [AT, {"x": 10**400, "y": 0}, {"x": 900, "y": 0}],
        [AT, {"x": 900_000, "y": 0}, {"x": 900, "y": 0}],
        [AT, AT, AT],
        [AT, {"x": 3, "y": 4}, {"x": 900, "y": 0}],
        ["here", [1, 2], 3],
    ],
    ids=lambda positions: str(positions)[:40],
)
def test_useless_positions_are_replaced_by_layers(positions: list[Any]) -> None:
    document = chain("a", "b", "c", wires=["a>b", "b>c"]).document
    for node, position in zip(document["nodes"].values(), positions, strict=True):
        node["position"] = position
    nodes = nodes_of(parsed(graph_of(document)))
    a, b, c = (box(nodes[id]) for id in "abc")
    assert a[2] < b[0] < b[2] < c[0]
    assert a[1] == b[1] == c[1]


@given(
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60),
)
def test_laid_out_cards_never_overlap_and_edges_lead_to_the_right(
    count: int, pairs: list[tuple[int, int]]
) -> None:
    arrows = {(a, b) for a, b in pairs if a < b < count}
    wires = [f"n{a}>n{b}" for a, b in sorted(arrows)]
    nodes = nodes_of(parsed(chain(*(f"n{i}" for i in range(count)), wires=wires)))
    boxes = {id: box(node) for id, node in nodes.items()}
    for a, b in combinations(boxes.values(), 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    if count <= 24:
        for first, second in arrows:
            assert boxes[f"n{first}"][2] < boxes[f"n{second}"][0]


def test_an_edge_past_a_card_does_not_pass_behind_it() -> None:
    svg = parsed(chain("a", "b", "c", wires=["a>b", "b>c", "a>c"]))
    left, top, right, floor = box(nodes_of(svg)["b"])
    *_, past = edges_of(svg).values()
    heights = re.findall(r"C.* ([\d.]+) ([\d.]+)H([\d.]+)", past.attrib["d"])
    ((enters, y, leaves),) = heights
    assert float(enters) <= left
    assert float(leaves) >= right
    assert not top <= float(y) <= floor


def test_cycles_and_loops_are_drawn_within_the_picture() -> None:
    svg = parsed(chain("a", "b", wires=["a>b", "b>a", "b>b"]))
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    low_x, low_y, *_ = map(float, svg.attrib["viewBox"].split())
    assert len(edges_of(svg)) == 3
    for edge in edges_of(svg).values():
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", edge.attrib["d"])]
        assert max(numbers) < max(width, height)
        assert min(numbers) > 1.2 * min(low_x, low_y)


def test_an_edge_meets_its_ports_or_the_head_of_a_card_without_them() -> None:
    document = chain("a", "b", positions=[AT, {"x": 400, "y": 0}]).document
    edge = {"sourceNodeId": "a", "targetNodeId": "b", "targetPortId": "gone"}
    lost = {**edge, "targetNodeId": "nowhere"}
    edges = {"e": {**edge, "sourcePortId": "out"}, "f": {**lost, "sourcePortId": "out"}}
    drawn = edges_of(parsed(graph_of({**document, "edges": edges})))
    assert list(drawn) == ["e"]
    assert drawn["e"].attrib["d"].startswith("M220 27C")
    assert drawn["e"].attrib["d"].endswith(" 400 27")


def test_ports_are_named_when_a_side_has_several() -> None:
    several = graph_document(
        node_document("a", "llm", inputs=["x", "y"], outputs=["z"]),
        node_document("b", "llm", inputs=["x"], outputs=["z"]),
    )
    nodes = nodes_of(parsed(deserialize(several)))
    assert texts(nodes["a"])[-3:] == ["x", "z", "y"]
    assert texts(nodes["b"]) == ["llm"]


def test_ports_without_end_share_the_last_row() -> None:
    ports = [{"id": f"p{i}", "side": "input"} for i in range(200)]
    node = nodes_of(one(type="llm", ports=ports))["a"]
    assert texts(node)[-1] == "and 187 more"
    _, top, _, floor = box(node)
    assert floor - top < 500


@pytest.mark.parametrize(
    ("name", "most"),
    [("word " * 40, 30), ("W" * 200, 15), ("漢" * 200, 15), ("\u0301" * 9000, 300)],
    ids=["words", "broad", "wide", "combining"],
)
def test_a_long_name_is_cut_and_its_title_whole(name: str, most: int) -> None:
    node = nodes_of(one(type="llm", name=name, label="LLM"))["a"]
    assert len(texts(node)[0]) <= most
    title = node.findtext(f"{SVG}title") or ""
    assert title.startswith(name[:190])
    assert len(title) <= 300


def test_a_node_without_a_name_goes_by_its_type() -> None:
    assert texts(one(type="llm", name="  ")) == ["llm"]
    assert texts(one(type="llm", label="LLM")) == ["LLM"]
    assert texts(one(type="llm", label="LLM", name="Ask")) == ["Ask", "LLM"]


def test_no_nodes_are_said_to_be_none() -> None:
    assert texts(parsed(deserialize(graph_document()))) == ["No nodes yet"]


@pytest.mark.parametrize("shape", ["chain", "fan", "mesh", "ring", "loose"])
def test_two_thousand_nodes_stay_a_picture(shape: str) -> None:
    count = 2_000
    pairs: Mapping[str, Any] = {
        "chain": ((i, i + 1) for i in range(count - 1)),
        "fan": ((0, i) for i in range(1, count)),
        "mesh": ((i, min(i + d, count - 1)) for i in range(count - 1) for d in (7, 45)),
        "ring": ((i, (i + 1) % count) for i in range(count)),
        "loose": (),
    }
    wires = [f"n{a}>n{b}" for a, b in pairs[shape]]
    graph = chain(*(f"n{i}" for i in range(count)), wires=wires)
    svg = picture(graph)
    assert len(svg) < 4_000_000
    tree = ElementTree.fromstring(str(svg))
    assert len(nodes_of(tree)) == count
    _, _, width, height = map(float, tree.attrib["viewBox"].split())
    assert width < 40_000
    assert height < 40_000
    assert 1 / 8 < width / height < 8
