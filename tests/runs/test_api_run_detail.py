"""One run in detail: bounded, however much its nodes said, and the whole on demand."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.commits import insert
from runs.host import EngineHost
from runs.models import JournalEntry, Run
from runs.node_runs import MOST_CALLS, MOST_FAILURES, node_runs
from runs.rations import ALL_VALUES, ONE_VALUE, rationed
from runs.records import Told, record
from runs.stored_values import BIG
from tests.factories import UserFactory
from wayflow.events import (
    Event,
    Private,
    model_usage,
    node_attempt,
    node_status,
    tool_call_end,
    tool_call_start,
)
from wayflow.jsontext import json_bytes
from wayflow.status import NodeStatus
from wayflow.testing import graph_document, make_graph, node_document

from .scenes import chain, ended, queued, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def told_by(run: Run, *said: tuple[Event, Private | None], at: int = 1) -> None:
    """Let a run have said this, from event number ``at``."""
    records = [record(seq, *told) for seq, told in enumerate(said, at)]
    insert([(run.pk, records)])


def complete(node_id: str, **outputs: Any) -> tuple[Event, Private]:
    """A node's completion; its event shows the port ``v``."""
    shown = outputs.get("v")
    event = node_status(node_id, NodeStatus.COMPLETE, outputData=shown, finishedAt=2)
    return event, Private(outputs=outputs)


def begun(node_id: str, **inputs: Any) -> tuple[Event, None]:
    return node_status(node_id, NodeStatus.RUNNING, inputs=inputs, startedAt=1), None


def detail(client: Client, run_id: UUID) -> dict[str, Any]:
    response = client.get(f"/api/runs/{run_id}")
    assert response.status_code == 200
    data: dict[str, Any] = response.json()
    return data


# --- bounds ---


def test_a_run_of_two_thousand_talkative_nodes_has_a_short_answer(
    browser: Client, user: User
) -> None:
    ids = [f"n{number}" for number in range(2_000)]
    run = queued(user, graph_document(*(node_document(id, "merge") for id in ids)))
    value = "x" * 3_000
    said = [said for id in ids for said in (begun(id, v=value), complete(id, v=value))]
    for first in range(0, len(said), 100):
        told_by(run, *said[first : first + 100], at=first + 1)
    response = browser.get(f"/api/runs/{run.pk}")
    assert len(response.content) < ALL_VALUES + 2_000 * 1_000
    nodes = response.json()["nodeRuns"]
    assert [node["nodeId"] for node in nodes] == ids
    assert nodes[0]["outputData"] == value
    cut = nodes[-1]["outputData"]
    assert cut == {"__truncated": True, "size": 3_002, "preview": '"' + "x" * 199}


def test_a_value_that_is_large_by_itself_is_cut_and_small_ones_never_are() -> None:
    picture = "data:image/png;base64," + "A" * ONE_VALUE
    events: list[Told] = [complete(f"n{number}", v=picture) for number in range(3)]
    events += [complete("small", v=[1, 2])]
    shown = [event["data"]["outputData"] for event, _ in rationed(events)]
    assert [value["__truncated"] for value in shown[:3]] == [True] * 3
    assert shown[3] == [1, 2]
    assert events[0][0]["data"]["outputData"] == picture


def test_what_is_cut_takes_nothing_from_the_others() -> None:
    half = "x" * (ONE_VALUE // 2)
    large = complete("large", v="x" * (ONE_VALUE + 1))
    fitting = ALL_VALUES // len(json_bytes(half))
    told = [large, *(complete(f"n{n}", v=half) for n in range(fitting + 1)), large]
    shown = [event["data"]["outputData"] for event, _ in rationed(told)]
    assert shown[1:-2] == [half] * fitting
    assert shown[-2]["__truncated"] is True


def test_big_values_are_not_even_read_for_a_runs_page(
    browser: Client, user: User, django_assert_max_num_queries: Any
) -> None:
    run = queued(user, chain("merge"))
    told_by(run, begun("in"), complete("in", v="x" * (BIG + 1), w="y" * (BIG + 1)))
    # Session, user, run, graph, review, repeats, journal.
    with django_assert_max_num_queries(7):
        detail(browser, run.pk)


GRAPH = make_graph(node_document("ask", "llm"))


def test_of_endless_tool_calls_the_first_are_shown_and_all_are_counted() -> None:
    calls: list[Told] = [begun("ask")]
    for number in range(MOST_CALLS + 5):
        calls.append((tool_call_start("ask", f"c{number}", "t", {}), None))
        calls.append((tool_call_end("ask", f"c{number}", result=number), None))
    (node,) = node_runs(GRAPH, calls)
    data = node.data()
    assert (len(data["toolCalls"]), data["toolCallCount"]) == (
        MOST_CALLS,
        MOST_CALLS + 5,
    )
    assert data["toolCalls"][-1]["result"] == MOST_CALLS - 1


def test_of_endless_failures_the_last_are_shown() -> None:
    failed = [
        (node_attempt("ask", number, {"code": "WF_X", "message": ""}, 0, 0), None)
        for number in range(1, MOST_FAILURES + 10)
    ]
    failures = node_runs(GRAPH, failed)[0].data()["failedAttempts"]
    assert len(failures) == MOST_FAILURES
    assert failures[-1]["attempt"] == MOST_FAILURES + 9


def test_tokens_are_summed_by_model_over_all_attempts() -> None:
    events = [
        begun("ask"),
        (model_usage("ask", "small", 10, 1), None),
        begun("ask"),
        (model_usage("ask", "small", 10, 2), None),
        (model_usage("ask", "large", 5, 5), None),
    ]
    assert node_runs(GRAPH, events)[0].data()["usage"] == [
        {"model": "small", "inputTokens": 20, "outputTokens": 3},
        {"model": "large", "inputTokens": 5, "outputTokens": 5},
    ]


# --- related runs ---


def test_a_run_tells_its_repeats_the_newest_first(browser: Client, user: User) -> None:
    origin = queued(user)
    repeats = [queued(user, origin=origin) for _ in range(2)]
    queued(UserFactory.create(), origin=origin)
    data = detail(browser, origin.pk)
    assert [run["id"] for run in data["repeats"]] == [
        str(run.pk) for run in repeats[::-1]
    ]
    assert data["repeats"][0].keys() == {"id", "status", "createdAt"}
    assert detail(browser, repeats[0].pk)["origin"] == str(origin.pk)


def test_a_run_repeated_often_shows_the_newest_twenty(
    browser: Client, user: User
) -> None:
    origin = queued(user)
    for _ in range(21):
        queued(user, origin=origin)
    assert len(detail(browser, origin.pk)["repeats"]) == 20


# --- one node ---


def node_of(client: Client, run_id: UUID, node_id: str) -> Any:
    response = client.get(f"/api/runs/{run_id}/nodes/{quote(node_id)}")
    assert response.status_code == 200, response.content
    return response.json()


def test_a_node_is_shown_with_its_whole_output(
    host: EngineHost, browser: Client, user: User, stage: Stage
) -> None:
    stage.gate("gate").open()
    long = "é" * (BIG // 2) + "."
    run = ended(started(user, chain("gate"), {"v": long}).pk)
    (shown,) = (n for n in detail(browser, run.pk)["nodeRuns"] if n["nodeId"] == "gate")
    assert shown["outputData"]["__truncated"] is True
    node = node_of(browser, run.pk, "gate")
    assert node["outputs"] == {"v": long}
    assert {**shown, "outputs": {"v": long}} == node


@pytest.mark.parametrize("node_id", ["a/b c", 'quo"te', "ö%", "..", "x" * 2_000])
def test_a_node_is_found_by_any_id(browser: Client, user: User, node_id: str) -> None:
    run = queued(user, graph_document(node_document(node_id, "merge")))
    other = "other " + node_id
    told_by(run, begun(node_id), complete(node_id, v=1), (begun(node_id)[0], None))
    assert other not in {e.events for e in JournalEntry.objects.all()}
    node = node_of(browser, run.pk, node_id)
    assert (node["nodeId"], node["outputs"]) == (node_id, {"v": 1})
    assert (node["status"], node["attempts"]) == ("running", 2)


def test_the_output_is_that_of_the_newest_completion(
    browser: Client, user: User
) -> None:
    run = queued(user)
    told_by(run, begun("in"), complete("in", v=1), complete("in", w=2))
    assert node_of(browser, run.pk, "in")["outputs"] == {"w": 2}


def test_a_node_that_the_run_did_not_come_to_is_idle(
    browser: Client, user: User
) -> None:
    run = queued(user)
    told_by(run, begun("in"))
    assert node_of(browser, run.pk, "out") == {
        "nodeId": "out",
        "type": "output",
        "label": "output",
        "status": "idle",
        "attempts": 0,
        "outputs": {},
    }


def test_what_other_nodes_and_handlers_said_is_not_the_nodes(
    browser: Client, user: User
) -> None:
    run = queued(user)
    own = Event(event="progress", data=["nodeId", "in"])  # type: ignore[typeddict-item]
    told_by(run, (own, None), begun("in"), complete("out", v="in"))
    assert node_of(browser, run.pk, "in")["outputs"] == {}


@pytest.mark.parametrize("node_id", ["no", "%00", "%ED%A0%80", "in%00"])
def test_a_node_that_is_not_there_is_not_found(
    browser: Client, user: User, node_id: str
) -> None:
    response = browser.get(f"/api/runs/{queued(user).pk}/nodes/{node_id}")
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "WF_NODE_NOT_FOUND"


@pytest.mark.parametrize("run_id", ["no", str(uuid4()), "%00"])
def test_a_node_of_no_run_is_not_found(browser: Client, run_id: str) -> None:
    response = browser.get(f"/api/runs/{run_id}/nodes/in")
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "WF_RUN_NOT_FOUND"


def test_a_node_is_for_those_who_may_see_its_run(
    browser: Client, client: Client
) -> None:
    run = queued(UserFactory.create())
    assert browser.get(f"/api/runs/{run.pk}/nodes/in").status_code == 404
    assert Client().get(f"/api/runs/{run.pk}/nodes/in").status_code == 401
