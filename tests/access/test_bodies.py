"""Bodies: JSON within limits, or a clear refusal."""

from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.handlers.asgi import ASGIRequest
from django.test import Client

from access.body import read_object
from access.errors import BodyTooLarge
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.access.urls"),
]


@pytest.fixture
def caller(client: Client) -> Client:
    client.force_login(UserFactory.create())
    return client


def refused(client: Client, path: str, body: bytes, **extra: Any) -> tuple[int, str]:
    response = client.post(path, body, content_type="application/json", **extra)
    return response.status_code, response.json()["errors"][0]["code"]


def test_no_body_is_an_empty_object(caller: Client) -> None:
    assert caller.generic("POST", "/echo").json()["body"] == {}
    assert caller.get("/echo").json()["body"] == {}


def test_an_object_arrives_in_its_order(caller: Client) -> None:
    body = '{"z": [1, null], "a": "é"}'.encode()
    response = caller.post("/echo", body, content_type="application/json")
    assert list(response.json()["body"].items()) == [("z", [1, None]), ("a", "é")]


@pytest.mark.parametrize("path", ["/echo", "/rest"])
@pytest.mark.parametrize(
    "body", [b"{", b"{'a': 1}", b"\xff\xfe", b"[" * 5_000, b'{"a": NaN}']
)
def test_what_is_not_json_is_400(caller: Client, path: str, body: bytes) -> None:
    assert refused(caller, path, body) == (400, "WF_BODY_NOT_JSON")


@pytest.mark.parametrize("body", [b"[1]", b"null", b'"text"', b"1"])
def test_an_endpoint_takes_objects_only(caller: Client, body: bytes) -> None:
    assert refused(caller, "/echo", body) == (400, "WF_BODY_NOT_AN_OBJECT")


@pytest.mark.parametrize("path", ["/echo", "/rest"])
def test_a_body_over_the_limit_is_413(
    caller: Client, path: str, settings: LazySettings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_BODY_BYTES": 20}
    fits, too_large = b'{"name": "ann"}     ', b'{"name": "ann"}      '
    assert caller.post(path, fits, content_type="application/json").status_code == 200
    assert refused(caller, path, too_large) == (413, "WF_BODY_TOO_LARGE")


def test_the_limit_holds_for_a_body_of_unknown_length(settings: LazySettings) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_BODY_BYTES": 20}
    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    with pytest.raises(BodyTooLarge):
        read_object(ASGIRequest(scope, BytesIO(b"{" + b" " * 20)))
