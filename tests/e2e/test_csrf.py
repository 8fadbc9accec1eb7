"""With a session's cookie nobody gets anywhere but our own pages, at any endpoint."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories import graph_document

from .browser import KNOWN, rise, sign_in
from .routes import API, UNSAFE, filled, routes
from .site import PATIENCE, Site

pytestmark = pytest.mark.parametrize(
    "served", ["uvicorn"], indirect=True, scope="session"
)

GUESS = "a" * 32
EVIL = "https://evil.example"
STRANGERS: dict[str, dict[str, str]] = {
    "a page of another site": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    "a page of another port": {
        "Sec-Fetch-Site": "same-site",
        "Origin": "http://127.0.0.1:1",
    },
    "a sandboxed frame": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "nobody's page": {"Sec-Fetch-Site": "none"},
    "an old browser": {},
    "an old browser with its page": {"Referer": f"{EVIL}/"},
    "an old browser with its origin": {"Origin": EVIL},
    "an old browser's frame": {"Origin": "null"},
    "a guess": {"X-CSRFToken": GUESS, "X-Requested-With": "XMLHttpRequest"},
}
JSON = json.dumps({"graph": graph_document(), "name": "evil", "branch": "approved"})
FORM = "application/x-www-form-urlencoded"
PARTS = f'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n{JSON}\r\n--x--\r\n'
BODIES = [
    ("text/plain", JSON),
    (FORM, JSON),
    ("multipart/form-data; boundary=x", PARTS),
    ("application/json", JSON),
    (FORM, f"csrfmiddlewaretoken={GUESS}&action=delete_selected&post=yes&x={JSON}"),
]
"""What a form can send without being asked, and JSON, which it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A superuser's work on the server, and every operation that could change it."""

    site: Site
    user_id: int
    operations: list[tuple[str, str]]
    workflow_id: str

    @contextlib.contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """The superuser's, signed in anew."""
        with client(self.site, cookies=sign_in(self.site, self.user_id)) as browser:
            yield browser


@pytest.fixture(scope="module")
def scene(served: Site) -> Scene:
    token = next(served.tokens)
    user_id = rise(served, token)
    workflow_id = str(uuid4())
    headers = {"Authorization": f"Token {token}"}
    with client(served, headers=headers) as http:
        graph = {"version": 1, "graph": graph_document()}
        saved = http.put(f"/api/workflow/{workflow_id}", json=graph)
        assert saved.status_code == 204
        ran = http.post(f"/api/workflows/{workflow_id}/runs", json={}).json()["runId"]
        own = str(http.get("/api/tokens").json()["results"][0]["id"])
        values = {**dict.fromkeys(("id", "workflow_id", "pk"), workflow_id)}
        known = {"/api/tokens/<pk>": own, "/api/runs/<pk>": ran}
        paths = [
            filled(r, {**values, "run_id": ran, "pk": known.get(r, workflow_id)})
            for r in routes()
        ]
        operations = [
            (method, path) for path in paths for method in unsafe_methods(http, path)
        ]
    return Scene(
        site=served, user_id=user_id, operations=operations, workflow_id=workflow_id
    )


def client(site: Site, **options: Any) -> httpx.Client:
    return httpx.Client(
        base_url=site.server.url,
        timeout=PATIENCE,
        trust_env=False,
        verify=False,
        **options,
    )


def unsafe_methods(http: httpx.Client, path: str) -> list[str]:
    """The methods at a path that may change something, by its own word."""
    if not path.startswith(API):
        return ["POST"]
    asked = http.options(path)
    assert asked.status_code in (200, 204), path
    return sorted(UNSAFE & {*asked.headers["allow"].split(", ")})


def is_refusal(response: httpx.Response) -> bool:
    """Whether it is the rule that refused."""
    if response.status_code != 403:
        return False
    if response.request.url.path.startswith(API):
        return bool(response.json()["errors"][0]["code"] == "WF_CSRF_FAILED")
    return "CSRF verification failed" in response.text


def everything_in(site: Site) -> list[str]:
    """The whole database, as text."""
    database = sqlite3.connect(site.database, timeout=PATIENCE)
    with contextlib.closing(database):
        return [*database.iterdump()]


def test_the_walk_finds_endpoints_of_every_kind(scene: Scene, live: Site) -> None:
    assert {
        ("POST", "/api/run"),
        ("POST", "/api/tokens"),
        ("DELETE", f"/api/workflows/{scene.workflow_id}"),
        ("PUT", f"/api/workflow/{scene.workflow_id}"),
        ("POST", "/admin/login/"),
        ("POST", "/admin/auth/user/add/"),
    } <= {*scene.operations}
    assert len(scene.operations) > 60


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_change_nothing_anywhere(
    scene: Scene, live: Site, stranger: str
) -> None:
    turn = [*STRANGERS].index(stranger)
    with scene.browser() as browser:
        before = everything_in(live)
        for number, (method, path) in enumerate(scene.operations, turn):
            # Over all strangers each operation meets every body.
            kind, body = BODIES[number % len(BODIES)]
            headers = {**STRANGERS[stranger], "Content-Type": kind}
            response = browser.request(method, path, content=body, headers=headers)
            assert is_refusal(response), (method, path, kind, response.status_code)
        assert everything_in(live) == before


@pytest.mark.parametrize("way", ["page", "origin", "token"])
def test_our_own_pages_are_let_in_everywhere(
    scene: Scene, served: Site, way: str
) -> None:
    proofs: Mapping[str, dict[str, str]] = {
        "page": {"Sec-Fetch-Site": "same-origin"},
        "origin": {"Origin": served.server.url},
        "token": {"X-CSRFToken": KNOWN},
    }
    headers = {**proofs[way], "Content-Type": "application/json"}
    for method, path in scene.operations:
        with scene.browser() as browser:
            response = browser.request(method, path, content="{}", headers=headers)
        assert not is_refusal(response), (method, path)
        assert response.status_code < 500, (method, path)
        assert response.status_code != 401, (method, path)


def test_what_is_refused_to_a_stranger_is_done_for_our_own_page(
    scene: Scene, live: Site
) -> None:
    with scene.browser() as browser:
        body: dict[str, Any] = {"name": "New", "graph": graph_document()}
        own = {"Sec-Fetch-Site": "same-origin"}
        made = browser.post("/api/workflows", json=body, headers=own)
        path = f"/api/workflows/{made.json()['id']}"
        refused = browser.delete(path, headers=STRANGERS["a page of another site"])
        assert is_refusal(refused)
        assert browser.get(path).status_code == 200
        assert browser.delete(path, headers=own).status_code == 204
        assert browser.get(path).status_code == 404


async def test_a_token_needs_no_proof_even_beside_a_session(
    scene: Scene, live: Site, http: httpx.AsyncClient
) -> None:
    http.cookies.update(sign_in(live, scene.user_id))
    for headers in STRANGERS.values():
        answer = await http.post("/api/cancel", json={}, headers=headers)
        assert answer.status_code == 204


@pytest.mark.parametrize("kind", [kind for kind, _ in BODIES[:3]])
async def test_a_token_may_send_json_under_any_name_to_what_the_editor_calls(
    live: Site, http: httpx.AsyncClient, kind: str
) -> None:
    headers = {"Content-Type": kind}
    answer = await http.post("/api/run", content=JSON, headers=headers)
    assert answer.status_code == 200
    assert '"status":"completed"' in answer.text


UNREADABLE = ["multipart/form-data", "multipart/form-data; x", f"{FORM}; charset=utf-7"]


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("path", ["/api/run", "/api/tokens"])
def test_a_form_that_cannot_be_read_is_no_fault_of_ours(
    scene: Scene, live: Site, path: str, kind: str
) -> None:
    with scene.browser() as browser:
        response = browser.post(path, content="a=b", headers={"Content-Type": kind})
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "parse_error"


@pytest.mark.parametrize("kind", UNREADABLE)
def test_the_admin_refuses_such_a_form_too(
    scene: Scene, served: Site, kind: str
) -> None:
    with scene.browser() as browser:
        headers = {"Content-Type": kind}
        response = browser.post("/admin/login/", content="a=b", headers=headers)
    assert response.status_code == 400
