"""HEAD, OPTIONS, wrong hosts and other origins, on the short way and on Django's."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from access.endpoint import Call, endpoint
from tests.factories import TokenFactory, UserFactory, clear_of

pytestmark = pytest.mark.django_db(transaction=True)

EDITOR = "https://editor.example"
SHORT, LONG = "/api/models", "/api/tokens"
both = pytest.mark.parametrize("path", [SHORT, LONG])


@pytest.fixture
def token() -> str:
    return f"Token {clear_of(TokenFactory.create())}"


@pytest.fixture
def caller(token: str) -> Client:
    return Client(headers={"Authorization": token})


# --- HEAD and OPTIONS ---


@both
def test_head_is_told_what_get_is_without_the_body(caller: Client, path: str) -> None:
    got, head = caller.get(path), caller.head(path)
    assert head.status_code == got.status_code == 200
    assert head["Content-Type"] == got["Content-Type"]
    assert int(head["Content-Length"]) == len(got.content) > 0
    assert head.content == b""


@both
def test_head_of_nobody_is_refused(client: Client, path: str) -> None:
    assert client.head(path).status_code == 401


def test_head_is_no_way_around_post(caller: Client) -> None:
    assert caller.head("/api/run").status_code == 405


class Endless:
    """A stream that must not be read, and knows whether it was closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def __aiter__(self) -> Endless:
        return self

    async def __anext__(self) -> bytes:
        raise AssertionError("nobody may read this")

    def close(self) -> None:
        self.is_closed = True


async def test_head_of_a_stream_closes_it_before_it_begins(token: str) -> None:
    stream = Endless()

    @endpoint(methods=("GET",))
    def streaming(call: Call) -> StreamingHttpResponse:
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        return StreamingHttpResponse(stream, headers=headers)

    request = RequestFactory().head("/", headers={"Authorization": token})
    head = await streaming(request)
    assert isinstance(head, HttpResponse)
    assert dict(head.items()) == {
        "Content-Type": "text/event-stream",
        "X-Accel-Buffering": "no",
    }
    assert stream.is_closed


@both
def test_options_tells_the_methods(caller: Client, path: str) -> None:
    response = caller.options(path)
    assert response.status_code in (200, 204)
    assert {"GET", "HEAD", "OPTIONS"} <= {*response["Allow"].split(", ")}


@both
def test_answers_are_for_their_caller_alone(
    caller: Client, client: Client, path: str
) -> None:
    for answer in (caller.get(path), client.get(path), caller.get(f"{path}/nothing")):
        assert answer["Cache-Control"] == "private, no-cache"


def test_the_answer_with_a_new_token_is_kept_nowhere(client: Client) -> None:
    client.force_login(UserFactory.create())
    issued = client.post(
        LONG,
        {"name": "laptop"},
        content_type="application/json",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert (issued.status_code, issued["Cache-Control"]) == (201, "no-store")


# --- wrong hosts ---


@both
@pytest.mark.parametrize("host", ["evil.example", "a b", "testserver:x"])
def test_a_wrong_host_is_told_so_without_a_traceback_in_the_log(
    caller: Client, path: str, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        response = caller.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "WF_HOST_REFUSED"
    assert [record.exc_info for record in caplog.records if record.exc_info] == []
    assert len(caplog.records) <= 1


def test_beside_the_api_a_wrong_host_gets_a_page(client: Client) -> None:
    response = client.get("/admin/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/html")


# --- other origins ---


@pytest.fixture
def _editor_elsewhere(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [EDITOR]


def preflight(path: str, origin: str = EDITOR) -> Any:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return Client().options(path, headers=asked)


@both
def test_no_other_origin_is_let_in_unless_it_is_listed(
    caller: Client, path: str
) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(path)
    answer = caller.get(path, headers={"Origin": EDITOR})
    assert "Access-Control-Allow-Origin" not in answer


@both
@pytest.mark.usefixtures("_editor_elsewhere")
def test_a_listed_origin_may_call_with_a_token(caller: Client, path: str) -> None:
    allowed = preflight(path)
    assert allowed.status_code == 200
    assert allowed["Access-Control-Allow-Origin"] == EDITOR
    assert "authorization" in allowed["Access-Control-Allow-Headers"]
    assert "if-none-match" in allowed["Access-Control-Allow-Headers"]
    assert "PATCH" in allowed["Access-Control-Allow-Methods"]
    answer = caller.get(path, headers={"Origin": EDITOR})
    assert answer["Access-Control-Allow-Origin"] == EDITOR
    assert {"ETag", "Location", "Retry-After", "X-Run-Id"} <= {
        *answer["Access-Control-Expose-Headers"].split(", ")
    }
    assert "origin" in answer["Vary"]


@both
@pytest.mark.usefixtures("_editor_elsewhere")
def test_never_with_a_session(client: Client, user_signed_in: User, path: str) -> None:
    for answer in (preflight(path), client.get(path, headers={"Origin": EDITOR})):
        assert "Access-Control-Allow-Credentials" not in answer


@both
@pytest.mark.usefixtures("_editor_elsewhere")
def test_a_listed_origin_can_read_what_went_wrong(client: Client, path: str) -> None:
    refused = client.get(path, headers={"Origin": EDITOR})
    assert refused.status_code == 401
    assert refused["Access-Control-Allow-Origin"] == EDITOR


@both
@pytest.mark.usefixtures("_editor_elsewhere")
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://editor.example", f"{EDITOR}.evil.example"],
)
def test_others_stay_out(caller: Client, path: str, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(path, origin)
    answer = caller.get(path, headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.usefixtures("_editor_elsewhere")
def test_the_admin_is_for_no_other_origin(admin_client: Client) -> None:
    answer = admin_client.get("/admin/", headers={"Origin": EDITOR})
    assert "Access-Control-Allow-Origin" not in answer


@pytest.fixture
def user_signed_in(client: Client) -> User:
    user: User = TokenFactory.create().owner
    client.force_login(user)
    return user
