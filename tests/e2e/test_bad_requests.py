"""Requests that a live server refuses: each with a 4xx, a code and no traceback."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.runs.scenes import Document, chain, field, review_graph
from wayflow.testing import graph_document, node_document

from .graphs import settled

pytestmark = pytest.mark.parametrize(
    "served", ["uvicorn"], indirect=True, scope="session"
)

LONGEST = 20.0
"""Seconds within which every refusal comes."""

SOME_ID = str(UUID(int=7))
APPROVED = {"branch": "approved"}

POSTS = ["/api/run", "/api/resume", "/api/cancel", f"/api/workflows/{SOME_ID}/runs"]
NOT_JSON = {
    "cut off": b'{"graph": ',
    "text": b"hello",
    "no utf-8": b'{"graph": "\xff"}',
    "utf-16": '{"graph": 1}'.encode("utf-16"),
    "not a number": b'{"graph": NaN}',
    "infinity": b'{"inputs": {"v": -Infinity}}',
    "two values": b"{} {}",
    "100,000 lists": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "100,000 lists in the graph": b'{"graph":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "4 MB of spaces": b" " * 4_000_000,
}


async def refusal(
    http: httpx.AsyncClient,
    url: str,
    body: Any = None,
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> tuple[int, str, str | None]:
    """Status, code and field of an answer that says what is wrong, given in time."""
    began = time.perf_counter()
    is_raw = body is None or isinstance(body, bytes)
    content = body if is_raw else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    answer = await http.request(method, url, content=content, headers=sent)
    assert time.perf_counter() - began < LONGEST
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/json"
    (said,) = answer.json()["errors"]
    assert said["code"]
    assert said["detail"]
    return answer.status_code, said["code"], said["attr"]


async def paused_run(http: httpx.AsyncClient) -> str:
    """The id of a run that waits for a review."""
    posted = {"graph": review_graph(), "inputs": {"v": "draft"}}
    answer = await http.post("/api/run", json=posted)
    assert '"status":"paused"' in answer.text
    return answer.headers["x-run-id"]


async def saved_workflow(http: httpx.AsyncClient, graph: Document) -> str:
    """The id of a new workflow."""
    id = str(uuid4())
    saved = await http.put(f"/api/workflow/{id}", json={"version": 1, "graph": graph})
    assert saved.status_code == 204
    return id


# --- bodies ---


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
async def test_what_is_not_json_is_refused_everywhere(
    http: httpx.AsyncClient, body: bytes
) -> None:
    for url in POSTS:
        assert await refusal(http, url, body) == (400, "WF_BODY_NOT_JSON", None)
    saving = await refusal(http, f"/api/workflow/{SOME_ID}", body, method="PUT")
    assert saving == (400, "WF_BODY_NOT_JSON", None)
    assert (await refusal(http, "/api/workflows", body))[:2] == (
        400,
        "WF_BODY_NOT_JSON",
    )


@pytest.mark.parametrize("body", [b"[]", b"[1]", b'"text"', b"3", b"true", b"null"])
async def test_a_body_must_be_an_object(http: httpx.AsyncClient, body: bytes) -> None:
    for url in POSTS:
        assert (await refusal(http, url, body))[1] == "WF_BODY_NOT_AN_OBJECT"


async def test_ten_megabytes_are_too_much(http: httpx.AsyncClient) -> None:
    body = b'{"inputs": {"v": "' + b"x" * 10_000_000 + b'"}}'
    for url in POSTS:
        assert await refusal(http, url, body) == (413, "WF_BODY_TOO_LARGE", None)


# --- graphs ---

TWO = [node_document(id, "merge", inputs=["v"], outputs=["v"]) for id in "ab"]


def many(number: int) -> Document:
    """So many nodes of few bytes."""
    nodes = {f"n{i}": {"id": f"n{i}", "type": "merge"} for i in range(number)}
    return {"nodes": nodes, "edges": {}}


GRAPHS: dict[str, tuple[Any, int, str]] = {
    "null": (None, 400, "WF_GRAPH_INVALID"),
    "number": (3, 400, "WF_GRAPH_INVALID"),
    "huge number": (10**400, 400, "WF_GRAPH_INVALID"),
    "text": ("graph", 400, "WF_GRAPH_INVALID"),
    "text of a number": ("3", 400, "WF_GRAPH_INVALID"),
    "text cut off": ('{"version": 1, "graph": {"nodes"', 400, "WF_GRAPH_INVALID"),
    "text too deep": ("[" * 100_000, 400, "WF_GRAPH_INVALID"),
    "list": ([], 400, "WF_GRAPH_INVALID"),
    "object": ({}, 400, "WF_GRAPH_INVALID"),
    "no edges": ({"nodes": {}}, 400, "WF_GRAPH_INVALID"),
    "list of nodes": ({"nodes": [], "edges": {}}, 400, "WF_GRAPH_INVALID"),
    "node that is null": ({"nodes": {"a": None}, "edges": {}}, 400, "WF_GRAPH_INVALID"),
    "node of two names": (
        {"nodes": {"a": node_document("b", "merge")}, "edges": {}},
        400,
        "WF_GRAPH_INVALID",
    ),
    "type that is a list": (
        graph_document(node_document("a", ["merge"])),  # type: ignore[arg-type]
        400,
        "WF_GRAPH_INVALID",
    ),
    "edge without ends": ({"nodes": {}, "edges": {"e": {}}}, 400, "WF_GRAPH_INVALID"),
    "unknown type": (
        graph_document(node_document("a", "nobody")),
        400,
        "WF_AGENT_UNKNOWN_NODE_TYPE",
    ),
    "unknown type with a NUL": (
        graph_document(node_document("a", "no\0body")),
        400,
        "WF_AGENT_UNKNOWN_NODE_TYPE",
    ),
    "NUL in the id of a node": (
        graph_document(node_document("a\0", "merge")),
        400,
        "WF_GRAPH_INVALID",
    ),
    "cycle": (
        graph_document(*TWO, wires=["a.v -> b.v", "b.v -> a.v"]),
        400,
        "WF_RUNTIME_CYCLE_DETECTED",
    ),
    "edge to itself": (
        graph_document(*TWO, wires=["a.v -> a.v"]),
        400,
        "WF_RUNTIME_CYCLE_DETECTED",
    ),
    "50,000 nodes": (many(50_000), 413, "WF_GRAPH_TOO_LARGE"),
}


@pytest.mark.parametrize("name", GRAPHS)
async def test_what_is_no_runnable_graph_is_refused_before_a_run_exists(
    http: httpx.AsyncClient, name: str
) -> None:
    graph, status, code = GRAPHS[name]
    refused = await refusal(http, "/api/run", {"graph": graph})
    assert refused[:2] == (status, code)
    assert (await http.get("/api/runs")).json()["results"] == []


@pytest.mark.parametrize("name", [n for n in GRAPHS if "INVALID" in GRAPHS[n][2]])
async def test_what_is_no_graph_is_not_saved(
    http: httpx.AsyncClient, name: str
) -> None:
    id, snapshot = uuid4(), {"version": 1, "graph": GRAPHS[name][0]}
    saving = await refusal(http, f"/api/workflow/{id}", snapshot, method="PUT")
    assert saving[:2] == (400, "WF_GRAPH_INVALID")
    assert (await http.get(f"/api/workflow/{id}")).status_code == 404


# --- values that JSON can hold and others cannot ---

ODD: dict[str, tuple[bytes, Any]] = {
    "NUL": (b'"a\\u0000b"', "a\0b"),
    "half of a pair": (b'"a\\ud800b"', "a\ufffdb"),
    "line separators": (b'"\\u2028\\r\\n\\n"', "\u2028\r\n\n"),
    "integer of 400 digits": (b"[%b]" % (b"1" * 400), [None]),
    "integer beyond 64 bits": (b"36893488147419103232", 36893488147419103000),
    "number beyond all": (b"[1e999, -1e999]", [None, None]),
    "90 lists": (b"[" * 90 + b"]" * 90, json.loads("[" * 90 + "]" * 90)),
    "names of JavaScript": (b'{"__proto__": {"x": 1}}', {"__proto__": {"x": 1}}),
    "name that is empty or NUL": (b'{"": 1, "\\u0000": 2}', {"": 1, "\0": 2}),
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_value_passes_through_a_run_and_its_record(
    http: httpx.AsyncClient, name: str
) -> None:
    spelled, value = ODD[name]
    graph = json.dumps(chain("merge")).encode()
    body = b'{"graph": %b, "inputs": {"v": %b}}' % (graph, spelled)
    streamed = await http.post("/api/run", content=body)
    run = await settled(http, streamed.headers["x-run-id"])
    assert (run["status"], run["result"]) == ("completed", {"v": value})
    assert (await http.get(f"/api/runs/{run['id']}/events")).text.endswith(
        streamed.text[-200:]
    )


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_value_passes_through_a_review(
    http: httpx.AsyncClient, name: str
) -> None:
    spelled, value = ODD[name]
    run_id = await paused_run(http)
    body = b'{"runId": "%b", "decision": {"branch": "approved", "data": %b}}'
    await http.post("/api/resume", content=body % (run_id.encode(), spelled))
    run = await settled(http, run_id)
    assert (run["status"], run["result"]) == ("completed", {"sent": value})


async def test_names_with_odd_characters_run_and_pause(http: httpx.AsyncClient) -> None:
    odd = " \u2028\n\ndata: {}\r\n\u202e"
    spelled = json.dumps(review_graph()).replace("review", json.dumps(odd)[1:-1])
    value = f"\0{odd}"
    posted = {"graph": json.loads(spelled), "inputs": {"v": value}}
    streamed = await http.post("/api/run", json=posted)
    (waiting,) = (await http.get("/api/pending")).json()
    assert (waiting["nodeId"], waiting["data"]) == (odd, value)
    run_id = streamed.headers["x-run-id"]
    answer = {"runId": run_id, "nodeId": odd, "decision": APPROVED}
    await http.post("/api/resume", json=answer)
    run = await settled(http, run_id)
    assert run["result"] == {"sent": value}


async def test_a_question_too_deep_to_keep_fails_its_run_alone(
    http: httpx.AsyncClient,
) -> None:
    graph = chain("deepens", "humanInTheLoop")
    review = node_document(
        "humanInTheLoop", "humanInTheLoop", inputs=["input"], outputs=["v", "rejected"]
    )
    graph["nodes"]["humanInTheLoop"] = review
    graph["edges"]["w2"]["targetPortId"] = "input"
    streamed = await http.post("/api/run", json={"graph": graph})
    run = await settled(http, streamed.headers["x-run-id"])
    assert run["error"]["code"] == "WF_RUNTIME_OUTPUT_TOO_DEEP"
    assert (await http.get("/api/pending")).json() == []


# --- fields ---


@pytest.mark.parametrize("inputs", [[], [1], "v", 3, True])
async def test_inputs_must_be_an_object(http: httpx.AsyncClient, inputs: Any) -> None:
    expected = (400, "WF_INPUTS_NOT_AN_OBJECT", "inputs")
    body = {"graph": chain(), "inputs": inputs}
    assert await refusal(http, "/api/run", body) == expected
    id = await saved_workflow(http, chain())
    started = await refusal(http, f"/api/workflows/{id}/runs", {"inputs": inputs})
    assert started == expected


@pytest.mark.parametrize(
    ("data_type", "value"),
    [("string", 3), ("number", "3"), ("boolean", 1), ("array", {}), ("image", 3)],
)
async def test_an_input_of_the_wrong_type_is_named(
    http: httpx.AsyncClient, data_type: str, value: Any
) -> None:
    graph = chain(fields=[field("v", data_type)])
    expected = (400, "WF_INPUT_WRONG_TYPE", "inputs.v")
    body = {"graph": graph, "inputs": {"v": value}}
    assert await refusal(http, "/api/run", body) == expected
    id = await saved_workflow(http, graph)
    body = {"inputs": {"v": value}}
    assert await refusal(http, f"/api/workflows/{id}/runs", body) == expected


@pytest.mark.parametrize("id", [SOME_ID, "no", "", "\0", 3, True, [], {}])
async def test_an_unknown_workflow_is_not_found(
    http: httpx.AsyncClient, id: Any
) -> None:
    expected = (404, "WF_WORKFLOW_NOT_FOUND", None)
    assert await refusal(http, "/api/run", {"workflowId": id}) == expected
    body = {"workflowId": id, "graph": chain(fields=[field("other")])}
    assert await refusal(http, "/api/run", body) == expected


@pytest.mark.parametrize("id", [SOME_ID, "no", "%00", "%ff", "x" * 2_000])
async def test_an_unknown_id_in_the_path_is_not_found(
    http: httpx.AsyncClient, id: str
) -> None:
    run = f"/api/runs/{id}"
    asked = [
        await refusal(http, run, method="GET"),
        await refusal(http, f"{run}/events", method="GET"),
        await refusal(http, f"{run}/cancel"),
        await refusal(http, f"/api/workflows/{id}/runs"),
        await refusal(http, f"/api/workflow/{id}", method="GET"),
    ]
    assert {status for status, _, _ in asked} == {404}


@pytest.mark.parametrize("id", ["no", "", "%00"])
async def test_a_wrong_id_of_a_workflow_does_not_list_what_has_none(
    http: httpx.AsyncClient, id: str
) -> None:
    await paused_run(http)
    answer = await http.get(f"/api/pending?workflowId={id}")
    assert (answer.status_code, answer.json()) == (200, [])


async def test_neither_graph_nor_workflow_is_refused(http: httpx.AsyncClient) -> None:
    assert await refusal(http, "/api/run", {}) == (400, "WF_FIELD_REFUSED", "graph")


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1"},
        {"version": 0},
        {"version": 1.5},
        {"version": True},
        {"version": [1]},
        {"version": 10**30},
        {"unknown": 1},
        {"graph": {}},
    ],
)
async def test_a_wrong_field_of_a_start_is_named(
    http: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    id = await saved_workflow(http, chain())
    (name,) = change
    refused = await refusal(http, f"/api/workflows/{id}/runs", change)
    assert refused == (400, "WF_FIELD_REFUSED", name)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"runId": 3}, (404, "WF_RUN_NOT_FOUND")),
        ({"runId": None}, (404, "WF_RUN_NOT_FOUND")),
        ({"runId": ["x"]}, (404, "WF_RUN_NOT_FOUND")),
        ({"runId": "\0"}, (404, "WF_RUN_NOT_FOUND")),
        ({"runId": SOME_ID}, (404, "WF_RUN_NOT_FOUND")),
        ({"decision": None}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        ({"decision": []}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        ({"decision": "approved"}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        ({"decision": {"branch": ["approved"]}}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        ({"decision": {"branch": "maybe"}}, (400, "WF_REVIEW_UNKNOWN_BRANCH")),
        ({"nodeId": 3}, (400, "WF_FIELD_REFUSED")),
        ({"nodeId": {}}, (400, "WF_FIELD_REFUSED")),
        ({"nodeId": "other"}, (404, "WF_REVIEW_NOT_OPEN")),
    ],
)
async def test_an_answer_of_the_wrong_kind_leaves_the_review_open(
    http: httpx.AsyncClient, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    run_id = await paused_run(http)
    body = {"runId": run_id, "decision": APPROVED, **change}
    assert (await refusal(http, "/api/resume", body))[:2] == expected
    assert (await settled(http, run_id))["status"] == "paused"


async def test_an_answer_of_nine_megabytes_is_refused(http: httpx.AsyncClient) -> None:
    data = "x" * 9_000_000
    body = {"runId": await paused_run(http), "decision": {**APPROVED, "data": data}}
    assert (await refusal(http, "/api/resume", body))[0] == 413
    assert len((await http.get("/api/pending")).json()) == 1


@pytest.mark.parametrize("id", [3, None, [], "no", SOME_ID])
async def test_cancelling_what_is_not_there_is_all_the_same(
    http: httpx.AsyncClient, id: Any
) -> None:
    answer = await http.post("/api/cancel", json={"runId": id})
    assert (answer.status_code, answer.content) == (204, b"")


# --- methods, headers, queries ---


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "1e3", "9" * 30, "1,2"])
async def test_what_is_no_event_id_is_refused(
    http: httpx.AsyncClient, given: str
) -> None:
    streamed = await http.post("/api/run", json={"graph": chain()})
    url = f"/api/runs/{streamed.headers['x-run-id']}/events"
    expected = (400, "WF_EVENT_ID_INVALID", None)
    header = {"Last-Event-ID": given}
    assert await refusal(http, url, method="GET", headers=header) == expected
    assert await refusal(http, f"{url}?after={given}", method="GET") == expected


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/api/run"),
        ("PUT", "/api/run"),
        ("PATCH", "/api/resume"),
        ("DELETE", "/api/pending"),
        ("POST", "/api/pending"),
        ("GET", "/api/cancel"),
        ("POST", "/api/runs"),
        ("DELETE", f"/api/runs/{SOME_ID}"),
        ("POST", f"/api/runs/{SOME_ID}/events"),
        ("GET", f"/api/workflows/{SOME_ID}/runs"),
        ("POST", f"/api/workflow/{SOME_ID}"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    http: httpx.AsyncClient, method: str, url: str
) -> None:
    refused = await refusal(http, url, {}, method=method)
    assert refused[:2] == (405, "method_not_allowed")
    assert (await http.request(method, url)).headers["allow"]


@pytest.mark.parametrize("accepted", ["text/html", "image/png", "x" * 3_000])
async def test_a_list_that_nobody_can_write_is_not_acceptable(
    http: httpx.AsyncClient, accepted: str
) -> None:
    refused = await refusal(
        http, "/api/runs", method="GET", headers={"Accept": accepted}
    )
    assert refused[:2] == (406, "not_acceptable")


@pytest.mark.parametrize("accepted", ["text/html", "*", "", "x" * 3_000])
async def test_an_editor_that_accepts_nothing_known_is_streamed_to(
    http: httpx.AsyncClient, accepted: str
) -> None:
    headers = {"Accept": accepted}
    answer = await http.post("/api/run", json={"graph": chain()}, headers=headers)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Authorization", ""),
        ("Authorization", "Token no"),
        ("Authorization", "Bearer " + "x" * 5_000),
        ("Authorization", "Basic bm86bm8="),
        ("Authorization", "Token \xe9"),
    ],
)
async def test_who_does_not_say_who_they_are_is_told_so(
    http: httpx.AsyncClient, header: str, value: str
) -> None:
    headers: Any = {header: value.encode("latin-1")}
    for method, url in [("POST", "/api/run"), ("GET", "/api/runs")]:
        answer = await http.request(method, url, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"]
        assert answer.json()["errors"][0]["code"]


@pytest.mark.parametrize(
    "query",
    [
        "workflow=x",
        "workflow=%00",
        "status=x",
        "trigger=1",
        "search=%00",
        "startedAfter=x",
        "startedBefore=99999-01-01",
        "cursor=x",
        "cursor=cD14",
    ],
)
async def test_a_wrong_filter_of_the_list_is_refused(
    http: httpx.AsyncClient, query: str
) -> None:
    assert (await refusal(http, f"/api/runs?{query}", method="GET"))[1]


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_an_idempotency_key_of_a_wrong_length_is_refused(
    http: httpx.AsyncClient, key: str
) -> None:
    url = f"/api/workflows/{await saved_workflow(http, chain())}/runs"
    refused = await refusal(http, url, {}, headers={"Idempotency-Key": key})
    assert refused == (400, "WF_FIELD_REFUSED", "Idempotency-Key")
