"""Everything that goes wrong is told in one shape."""

import json
import logging
from typing import Any

import pytest
from django.test import Client

from tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.access.urls"),
]

KNOWN = [
    ("engine", 400, "client_error", "WF_GRAPH_INVALID", None),
    ("api", 409, "client_error", "WF_TEST", "name"),
    ("forbidden", 403, "client_error", "permission_denied", None),
    ("missing", 404, "client_error", "not_found", None),
    ("invalid", 400, "validation_error", "invalid", "name"),
    ("suspicious", 400, "client_error", "parse_error", None),
    ("bad", 400, "client_error", "parse_error", None),
    ("parts", 400, "client_error", "parse_error", None),
]


@pytest.fixture
def caller(client: Client) -> Client:
    client.force_login(UserFactory.create())
    client.raise_request_exception = False
    return client


def post(client: Client, path: str, body: Any = b"{}") -> Any:
    return client.post(path, body, content_type="application/json")


@pytest.mark.parametrize("way", ["rest", "fail", "fail-later"])
@pytest.mark.parametrize(("what", "status", "kind", "code", "attr"), KNOWN)
def test_known_errors_keep_status_code_and_field(
    caller: Client,
    way: str,
    what: str,
    status: int,
    kind: str,
    code: str,
    attr: str | None,
) -> None:
    response = post(caller, f"/{way}/{what}")
    answer = response.json()
    assert response.status_code == status
    assert answer["type"] == kind
    assert [(e["code"], e["attr"]) for e in answer["errors"]] == [(code, attr)]
    assert answer["error"] == answer["errors"][0]["detail"]


@pytest.mark.parametrize("way", ["rest", "fail", "fail-later"])
def test_a_hint_and_headers_go_along(caller: Client, way: str) -> None:
    response = post(caller, f"/{way}/api")
    assert response["X-Why"] == "test"
    assert response.json()["errors"][0]["hint"] == "Yes."


@pytest.mark.parametrize("way", ["rest", "fail", "fail-later"])
def test_a_fault_of_ours_is_logged_but_not_told(
    caller: Client, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = post(caller, f"/{way}/fault")
    assert response.status_code == 500
    assert response.json()["type"] == "server_error"
    assert b"secret" not in response.content
    assert "ZeroDivisionError" in caplog.text


def test_an_endpoint_gives_a_short_sentence_on_top(caller: Client) -> None:
    assert post(caller, "/fail/api").json()["error"] == "No."


def test_an_unknown_field_is_refused_by_name(caller: Client) -> None:
    response = post(caller, "/rest", b'{"name": "ann", "nmae": 1, "x": 2}')
    assert response.status_code == 400
    errors = response.json()["errors"]
    assert [(e["code"], e["attr"]) for e in errors] == [
        ("unknown", "nmae"),
        ("unknown", "x"),
    ]


def test_a_flood_of_unknown_fields_is_not_repeated(caller: Client) -> None:
    body = {f"{n}{'x' * 50_000}": 1 for n in range(50)}
    response = post(caller, "/rest", json.dumps(body).encode())
    assert response.status_code == 400
    assert len(response.content) < 10_000


def test_a_wrong_method_is_told_the_right_ones(caller: Client) -> None:
    response = caller.delete("/echo")
    assert response.status_code == 405
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert response.json()["errors"][0]["code"] == "method_not_allowed"


@pytest.mark.urls("wayflow_project.urls")
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_where_there_is_nothing_the_answer_has_the_shape_too(
    caller: Client, method: str
) -> None:
    response = getattr(caller, method)("/api/no/such/thing")
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "not_found"
