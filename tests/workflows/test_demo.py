"""The demo: graphs in order, seeded once, for local installations alone."""

import json
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from access.models import Token, digest_of
from wayflow.checkpoint import Decision
from wayflow.graph import Graph
from wayflow.outcome import Completed, Paused
from wayflow.runtime import Runtime
from wayflow.validation import validate_graph
from workflows.catalog import registry
from workflows.demo import REVIEWED_DRAFT, SHIPPING_QUOTE, TICKET_TRIAGE, demos
from workflows.models import Workflow
from workflows.services import delete_workflow

GRAPHS = demos(registry(), "mock")
each = pytest.mark.parametrize(
    "graph", GRAPHS.values(), ids=[str(g.metadata["name"]) for g in GRAPHS.values()]
)


@pytest.fixture
def local(settings: LazySettings, tmp_path: Path) -> Path:
    settings.DEBUG = True
    settings.BASE_DIR = tmp_path
    return tmp_path / ".local" / "demo.json"


def seeded() -> str:
    out = StringIO()
    call_command("seed_demo", "--url", "http://here:1/", stdout=out)
    return out.getvalue()


@each
def test_validation_finds_nothing(graph: Graph) -> None:
    assert validate_graph(graph, tools={}, registry=registry()) == []
    assert graph.dropped == ()


@each
def test_nodes_do_not_overlap_and_edges_lead_to_the_right(graph: Graph) -> None:
    boxes = {id: _box(node) for id, node in graph.document["nodes"].items()}
    for a, b in combinations(boxes.values(), 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for edge in graph.edges.values():
        assert boxes[edge.source][2] < boxes[edge.target][0]


def _box(node: dict[str, Any]) -> tuple[float, float, float, float]:
    x, y = node["position"]["x"], node["position"]["y"]
    return x, y, x + node["size"]["width"], y + node["size"]["height"]


@each
def test_edges_join_ports_of_fitting_types(graph: Graph) -> None:
    for edge in graph.edges.values():
        source, target = graph.nodes[edge.source], graph.nodes[edge.target]
        given = {p.id: p.data_type for p in source.outputs}[edge.source_port]
        taken = {p.id: p.data_type for p in target.inputs}[edge.target_port]
        assert given == taken or "any" in (given, taken)


async def test_the_ticket_triage_sorts_the_urgent_ones() -> None:
    outcome = await Runtime(registry()).run(GRAPHS[TICKET_TRIAGE])
    assert isinstance(outcome, Completed)
    result = outcome.result
    urgencies = [row["urgency"] for row in result["urgent"]]
    assert len(result["all"]) == 6
    assert 0 < result["count"] == len(urgencies) < 6
    assert urgencies == sorted(urgencies, reverse=True)
    assert min(urgencies) >= 50
    assert result["urgent"][0].keys() == {"ticket", "category", "urgency", "reply"}


@pytest.mark.parametrize("branch", ["approved", "rejected"])
async def test_the_reviewed_draft_waits_and_goes_on_either_way(branch: str) -> None:
    runtime, graph = Runtime(registry()), GRAPHS[REVIEWED_DRAFT]
    paused = await runtime.run(graph)
    assert isinstance(paused, Paused)
    decision = Decision(branch, data="The text.")
    outcome = await runtime.resume(
        graph, checkpoint=paused.checkpoint, decision=decision
    )
    assert isinstance(outcome, Completed)
    if branch == "approved":
        assert outcome.result["published"].endswith("\nThe text.")
    else:
        assert outcome.result == {"rejected": "The text."}


async def test_the_shipping_quote_takes_the_cheaper_carrier() -> None:
    runtime, graph = Runtime(registry()), GRAPHS[SHIPPING_QUOTE]

    async def quote(**item: float) -> Any:
        inputs = {"items": [item, item]} if item else None
        outcome = await runtime.run(graph, inputs)
        assert isinstance(outcome, Completed)
        return outcome.result

    assert await quote() == {"goods": 181.4, "delivery": 23.5}
    assert await quote(price=10, post=7, courier=9) == {"goods": 20, "delivery": 14}
    assert await quote(price=10, post=9, courier=4.5) == {
        "goods": 20,
        "deliveryOnTheHouse": 9,
    }


@pytest.mark.django_db
def test_seeding_tells_how_to_sign_in_and_to_stream(
    local: Path, client: Client
) -> None:
    told = seeded()
    kept = json.loads(local.read_text())
    assert local.stat().st_mode & 0o777 == 0o600
    assert client.login(username="demo", password=kept["password"])
    assert Token.objects.get().digest == digest_of(kept["token"])
    assert f"http://here:1/api/workflows/{TICKET_TRIAGE}/runs" in told
    assert f"'Authorization: Token {kept['token']}'" in told
    assert kept["password"] in told
    assert set(Workflow.objects.values_list("pk", flat=True)) == set(GRAPHS)


@pytest.mark.django_db
def test_seeding_again_changes_nothing(local: Path) -> None:
    first = seeded()
    deleted = Workflow.objects.get(pk=SHIPPING_QUOTE)
    delete_workflow(workflow_id=deleted.pk, by=deleted.owner)
    assert seeded() == first
    assert Token.objects.count() == 1
    assert Workflow.objects.filter(deleted_at=None).count() == 2


@pytest.mark.django_db
def test_seeding_mends_what_is_missing(local: Path, client: Client) -> None:
    seeded()
    before = json.loads(local.read_text())
    Token.objects.all().delete()
    seeded()
    after = json.loads(local.read_text())
    assert after["password"] == before["password"]
    assert Token.objects.get().digest == digest_of(after["token"])
    local.unlink()
    seeded()
    fresh = json.loads(local.read_text())
    assert fresh["password"] != before["password"]
    assert client.login(username="demo", password=fresh["password"])


@pytest.mark.django_db
def test_no_demo_outside_a_local_installation(local: Path, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="WAYFLOW_DEBUG"):
        seeded()
    assert not local.exists()
