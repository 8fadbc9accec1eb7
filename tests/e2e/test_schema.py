"""A live server does what its OpenAPI document says, whoever calls and with what."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import pytest
import requests
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .schema_stage import Caller, Who, aim, callers, frames_are_in_form
from .site import Crowd, site

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "2"))
"""How many random calls each operation gets from each caller; more is a longer hunt."""

SYSTEMATIC = int(os.environ.get("SCHEMA_CASES", "30"))
"""So many systematic calls of an operation are made, and a fifth of the others."""

SEED = int(os.environ.get("SCHEMA_SEED", "1"))

EVENTS = "text/event-stream; charset=utf-8"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    frames_are_in_form,
]
Test = TypeVar("Test", bound=Callable[..., None])

RUN = "0b0f5c1e-6c3c-4c0e-9f4e-3d7b8c1f2a10"


def document() -> dict[str, Any]:
    """The schema, as a client reads it."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    described = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    read: dict[str, Any] = json.loads(json.dumps(described, default=str))
    return read


def loaded(*, systematic: bool) -> Any:
    """The schema for a hunt; a systematic one also goes to the limits of each rule."""
    config = {
        "seed": SEED,
        "generation": {
            "max-examples": EXAMPLES,
            "deterministic": SEED == 1,
            "no-shrink": True,
            "with-security-parameters": not systematic,
        },
        "phases": {
            "examples": {"enabled": systematic},
            # Other methods are tried where the URL configuration is read.
            "coverage": {"enabled": systematic, "unexpected-methods": []},
        },
    }
    parsed = SchemathesisConfig.from_dict(config)
    return schemathesis.openapi.from_dict(document(), config=parsed)


def for_each_case(schema: Any) -> Callable[[Test], Test]:
    """Let a test take the cases of each operation as ``case``."""
    decorate: Callable[[Test], Test] = schema.parametrize()
    return decorate


THOROUGH, SHORT = loaded(systematic=True), loaded(systematic=False)
unhurried = settings(
    deadline=None,
    database=None,
    derandomize=SEED == 1,
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[*HealthCheck],
)


@pytest.fixture(scope="module")
def people(
    crowd: Crowd, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Who, Caller]]:
    """One caller of each kind, at a server that neither counts nor waits for long."""
    with site(
        crowd,
        tmp_path_factory.mktemp("schema"),
        "uvicorn",
        WAYFLOW_REQUESTS_PER_MINUTE="0",
        WAYFLOW_RUNS_PER_USER="0",
        WAYFLOW_QUEUE_PER_USER="0",
        WAYFLOW_QUEUE_LENGTH="0",
        WAYFLOW_FEED_LISTENERS_PER_USER="1000",
        WAYFLOW_KEEP_ALIVE_SECONDS="0.1",
        WAYFLOW_WAIT_SECONDS="1",
    ) as live:
        yield callers(live)
        assert "Traceback" not in live.server.log, live.server.log


@pytest.fixture
def superuser(people: Mapping[Who, Caller]) -> Caller:
    return people["superuser"]


@pytest.fixture
def member(people: Mapping[Who, Caller]) -> Caller:
    return people["member"]


@pytest.fixture
def nobody(people: Mapping[Who, Caller]) -> Caller:
    return people["nobody"]


@for_each_case(THOROUGH)
@unhurried
def test_a_superuser_is_answered_as_described(
    case: Case[Any], superuser: Caller
) -> None:
    turn = superuser.count(case)
    if turn > SYSTEMATIC and turn % 5:
        return
    aim(case, superuser)
    case.validate_response(superuser.send(case), checks=CHECKS)


@for_each_case(SHORT)
@unhurried
def test_an_ordinary_user_is_answered_as_described(
    case: Case[Any], member: Caller
) -> None:
    aim(case, member)
    case.validate_response(member.send(case), checks=CHECKS)


@for_each_case(SHORT)
@unhurried
def test_nobody_gets_in_without_a_token(case: Case[Any], nobody: Caller) -> None:
    response = nobody.send(case)
    case.validate_response(response, checks=CHECKS)
    assert response.status_code == 401


def test_the_served_document_is_the_one_that_was_tried(superuser: Caller) -> None:
    assert superuser.ask("GET", "/api/schema?format=json") == document()


def test_every_operation_succeeded_for_somebody(superuser: Caller) -> None:
    """Of those that were called above."""
    failed = {
        operation: sorted(statuses)
        for operation, statuses in superuser.heard.items()
        if not any(status < 300 for status in statuses)
    }
    assert failed == {}


# --- the checks notice what they are for ---


def answered(
    case: Case[Any], status: int, content: str, kind: str = "application/json"
) -> Response:
    """As if a server had answered like this."""
    streams = {"cache-control": ["no-cache, no-transform"], "x-accel-buffering": ["no"]}
    return Response(
        status_code=status,
        headers={"content-type": [kind], **streams},
        content=content.encode(),
        request=requests.Request(case.method, "http://testserver").prepare(),
        elapsed=0.0,
        verify=False,
    )


def refused(path: str, method: str, status: int, content: str, kind: str) -> bool:
    ids = {"id": RUN} if "{id}" in path else {}
    case = THOROUGH[path][method].Case(path_parameters=ids)
    try:
        case.validate_response(answered(case, status, content, kind), checks=CHECKS)
    except FailureGroup:
        return True
    return False


def frame(event: str, data: str) -> str:
    return f"id: 1\nevent: {event}\ndata: {data}\n\n"


RUNNING = f'{{"status":"running","runId":"{RUN}"}}'
ERROR = '{"error": "No.", "type": "client_error", "errors": []}'


@pytest.mark.parametrize(
    ("path", "status", "content", "kind"),
    [
        ("/api/pending", 500, ERROR, "application/json"),
        ("/api/pending", 409, ERROR, "application/json"),
        ("/api/pending", 201, "[]", "application/json"),
        ("/api/pending", 200, "{}", "application/json"),
        ("/api/pending", 200, '[{"runId": 1}]', "application/json"),
        ("/api/pending", 200, "[]", "text/html"),
        ("/api/pending", 401, '{"detail": "No."}', "application/json"),
        ("/api/feed", 200, frame("run", "{}"), EVENTS),
        ("/api/feed", 200, frame("unheard_of", "{}"), EVENTS),
        ("/api/feed", 200, "event: run\n\n", EVENTS),
        ("/api/feed", 200, frame("run", "no JSON"), EVENTS),
        ("/api/runs/{id}/events", 200, frame("run_status", "{}"), EVENTS),
        (
            "/api/runs/{id}/events",
            200,
            frame("node_status", '{"nodeId": "a", "status": "odd"}'),
            EVENTS,
        ),
    ],
)
def test_an_answer_that_is_not_described_is_noticed(
    path: str, status: int, content: str, kind: str
) -> None:
    assert refused(path, "GET", status, content, kind)


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/api/pending", "[]", "application/json"),
        ("/api/runs/{id}/events", frame("run_status", RUNNING), EVENTS),
        ("/api/runs/{id}/events", frame("my_own", '{"a": 1}'), EVENTS),
        ("/api/feed", frame("stream-reset", "{}"), EVENTS),
        ("/api/feed", ": keep-alive\n\n", EVENTS),
    ],
)
def test_an_answer_that_is_described_is_not(path: str, content: str, kind: str) -> None:
    assert not refused(path, "GET", 200, content, kind)
