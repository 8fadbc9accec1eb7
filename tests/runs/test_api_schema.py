"""The API's schema tells the truth about every endpoint."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import wayflow.events
from runs.api.event_schemas import FEED_EVENTS, RUN_EVENTS
from runs.host import EngineHost
from runs.models import Run
from tests.factories import WorkflowFactory, graph_document
from workflows.models import Workflow

from .scenes import Document, chain, ended, field, history, review_graph, started

pytestmark = pytest.mark.django_db(transaction=True)

ABOUT_ITSELF = {"/api/schema", "/api/docs", "/api/redoc"}
EVERYTHING_ELSE = "/api/{}"
AUTOMATIC = {"HEAD", "OPTIONS"}
UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    described: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    # As a client reads it, with everything spelled out.
    read: dict[str, Any] = json.loads(json.dumps(described, default=str))
    return read


@pytest.fixture
def browser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def nameless(path: str) -> str:
    """A path whose parameters have no names."""
    return re.sub(r"[{<][^}>]*[}>]", "{}", path)


def routes(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """Every path of the URL configuration, its parameters without names."""
    for entry in resolver.url_patterns:
        path = before.rstrip("/") + simplify_regex(str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield nameless(path)
        else:
            yield from routes(entry, path)


def api_routes() -> list[str]:
    found = {path for path in routes(get_resolver()) if path.startswith("/api/")}
    return sorted(found - ABOUT_ITSELF - {EVERYTHING_ELSE})


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is described, by method and nameless path."""
    return {
        f"{method.upper()} {nameless(path)}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def validator(schema: dict[str, Any], part: dict[str, Any]) -> Draft202012Validator:
    """For one part of the whole, with the components that it refers to."""
    return Draft202012Validator({**part, "components": schema["components"]})


# --- nothing is missing ---


def test_the_walk_over_the_routes_sees_both_kinds_of_views() -> None:
    assert {"/api/run", "/api/workflows/{}", "/api/runs/{}/events"} < {*api_routes()}


@pytest.mark.parametrize("path", api_routes())
def test_every_endpoint_is_described_with_its_methods(
    browser: Client, schema: dict[str, Any], path: str
) -> None:
    refused = browser.generic("PURGE", path.replace("{}", str(uuid4())))
    assert refused.status_code == 405
    allowed = {*refused["Allow"].split(", ")} - AUTOMATIC
    described = {
        call.split()[0] for call in operations(schema) if call.split()[1] == path
    }
    assert described == allowed


def test_nothing_is_described_that_does_not_exist(schema: dict[str, Any]) -> None:
    assert sorted({nameless(path) for path in schema["paths"]}) == api_routes()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(
    schema: dict[str, Any],
) -> None:
    described = operations(schema)
    names = [operation["operationId"] for operation in described.values()]
    assert len({*names}) == len(names)
    assert [call for call, o in described.items() if not o.get("description")] == []


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(schema))
    assert references
    for reference in references:
        part = schema
        for name in reference.split("/"):
            part = part[name]


def test_what_may_be_null_is_spelled_as_version_3_1_does(
    schema: dict[str, Any],
) -> None:
    assert '"nullable"' not in json.dumps(schema)


# --- what it says is so ---


def test_the_examples_of_streams_are_streams_of_described_events(
    schema: dict[str, Any],
) -> None:
    streams = [
        answer["content"]["text/event-stream"]
        for operation in operations(schema).values()
        for answer in operation["responses"].values()
        if "text/event-stream" in answer.get("content", {})
    ]
    assert len(streams) >= 4
    for stream in streams:
        *blocks, end = stream["example"].split("\n\n")
        assert end == ""
        events = [dict(line.split(": ", 1) for line in b.splitlines()) for b in blocks]
        for event in events:
            if event.keys() != {"id", "retry"}:
                assert_fits(validator(schema, stream["schema"]), event)
                name = {**RUN_EVENTS, **FEED_EVENTS}[event["event"]]
                data = schema["components"]["schemas"][name]
                assert_fits(validator(schema, data), json.loads(event["data"]))
        numbers = [int(event["id"]) for event in events if "id" in event]
        assert numbers == sorted(numbers)


def test_the_data_of_every_event_are_described_with_an_example(
    schema: dict[str, Any],
) -> None:
    names = {
        name: value
        for name, value in vars(wayflow.events).items()
        if name.isupper() and isinstance(value, str)
    }
    assert {*names.values()} == {*RUN_EVENTS}
    for name in (*RUN_EVENTS.values(), *FEED_EVENTS.values()):
        described = schema["components"]["schemas"][name]
        for example in described["examples"]:
            assert_fits(validator(schema, described), example)


def test_the_events_of_a_real_run_are_as_described(
    host: EngineHost, user: User, schema: dict[str, Any]
) -> None:
    told = history(ended(started(user, review_graph()).pk).pk)
    assert {event["event"] for event in told} > {"run_status", "node_status"}
    for event in told:
        described = schema["components"]["schemas"][RUN_EVENTS[event["event"]]]
        assert_fits(validator(schema, described), event["data"])


def test_an_event_of_a_wrong_shape_is_not_as_described(schema: dict[str, Any]) -> None:
    for name in (*RUN_EVENTS.values(), "FeedRunEvent", "FeedReviewEvent"):
        rule = validator(schema, schema["components"]["schemas"][name])
        assert not rule.is_valid({"status": 7})


def test_every_operation_lists_how_it_fails_status_by_status(
    schema: dict[str, Any],
) -> None:
    for call, operation in operations(schema).items():
        told = {*operation["responses"]}
        assert {"401", "429", "500", "503"} <= told, call
        assert "default" not in told, call
        if "{}" in call:
            assert "404" in told, call
        if "requestBody" in operation:
            assert {"400", "403", "408", "413"} <= told, call
        if not call.startswith("GET"):
            assert "403" in told, call
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        if "If-Match" in names:
            assert "412" in told, call


def test_every_failure_has_the_one_shape_or_adds_to_it(schema: dict[str, Any]) -> None:
    error = {"$ref": "#/components/schemas/Error"}
    failures = schema["components"]["responses"]
    assert {
        f["content"]["application/json"]["schema"]["$ref"] for f in failures.values()
    } == {error["$ref"]}
    for call, operation in operations(schema).items():
        for status, answer in operation["responses"].items():
            if status >= "400" and "$ref" not in answer:
                shape = answer["content"]["application/json"]["schema"]
                assert shape == error or error in shape["allOf"], (call, status)


def test_operations_are_grouped_and_each_group_is_described(
    schema: dict[str, Any],
) -> None:
    groups = {tag["name"]: tag["description"] for tag in schema["tags"]}
    used = {tag for o in operations(schema).values() for tag in o["tags"]}
    assert used == {*groups}
    assert all(groups.values())


def test_no_two_operations_are_summed_up_alike(schema: dict[str, Any]) -> None:
    summaries = [o["summary"] for o in operations(schema).values()]
    assert len({*summaries}) == len(summaries), sorted(summaries)
    assert all(0 < len(summary) <= 120 for summary in summaries)


def test_the_document_is_valid_openapi_and_is_generated_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)


WRONG: list[tuple[str, str, Any, int]] = [
    ("GET", "/api/runs/no", None, 404),
    ("GET", "/api/runs?status=no", None, 400),
    ("GET", "/api/runs?cursor=no", None, 404),
    ("GET", "/api/runs/no/events", None, 404),
    ("GET", f"/api/runs/{uuid4()}/events?after=x", None, 400),
    ("GET", f"/api/runs/{uuid4()}/events?chunks=x", None, 400),
    ("POST", "/api/runs/no/attach", {}, 404),
    ("POST", "/api/runs/no/cancel", {}, 404),
    ("POST", "/api/runs", {}, 405),
    ("GET", "/api/run", None, 405),
    ("GET", f"/api/runs/{uuid4()}/nodes/no%0A", None, 404),
    ("GET", "/api/no%0A/such", None, 404),
    ("POST", "/api/run", "{", 400),
    ("POST", "/api/run", {"graph": graph_document()}, 403),
    ("POST", "/api/resume", {}, 400),
    ("POST", "/api/workflows", {"graph": {}}, 400),
    ("POST", "/api/workflows", {"name": 1, "color": 2}, 400),
    ("POST", "/api/workflows", "{", 400),
    ("POST", "/api/validate", {}, 400),
    ("GET", "/api/workflows/no", None, 404),
    ("POST", "/api/workflows/no/runs", {}, 404),
    ("POST", "/api/workflows/no/runs", {"x": 1}, 400),
    ("GET", "/api/workflow/no", None, 404),
    ("PUT", "/api/workflow/no", {}, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), WRONG)
def test_everything_that_goes_wrong_has_the_one_shape(
    browser: Client,
    schema: dict[str, Any],
    method: str,
    path: str,
    body: Any,
    status: int,
) -> None:
    sent = body if isinstance(body, str) else json.dumps(body or {})
    response = browser.generic(method, path, sent, content_type="application/json")
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    shape = schema["components"]["schemas"]["Error"]
    assert_fits(validator(schema, shape), response.json())


def assert_fits(rule: Draft202012Validator, value: Any) -> None:
    assert [error.message for error in rule.iter_errors(value)] == []


@pytest.mark.parametrize(
    ("graph", "status"),
    [
        (chain(), "completed"),
        (review_graph(), "paused"),
        (chain(fields=[field("w", required=True)]), "error"),
    ],
)
def test_real_answers_are_as_described(
    host: EngineHost,
    browser: Client,
    user: User,
    schema: dict[str, Any],
    graph: Document,
    status: str,
) -> None:
    workflow: Workflow = WorkflowFactory.create(owner=user, graph=graph)
    answers = {}
    for call in (
        f"POST /api/workflows/{workflow.pk}/runs",
        "GET /api/runs",
        "GET /api/pending",
        "GET /api/models",
        "GET /api/tools",
        "GET /api/node-types",
        f"GET /api/workflow/{workflow.pk}",
        f"GET /api/workflows/{workflow.pk}",
        "GET /api/workflows",
    ):
        method, path = call.split()
        body = '{"inputs": {"v": 1}}'
        answers[call] = browser.generic(method, path, body, "application/json")
    run = Run.objects.get()
    assert ended(run.pk).status == status
    answers[f"GET /api/runs/{run.pk}"] = browser.get(f"/api/runs/{run.pk}")
    described = operations(schema)
    for call, response in answers.items():
        operation = described[re.sub(UUID, "{}", call)]
        answer = operation["responses"][str(response.status_code)]
        rule = validator(schema, answer["content"]["application/json"]["schema"])
        assert_fits(rule, response.json())
