"""A live server on which the API's schema is tried out, and how it is called."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import requests
from schemathesis import Case, CheckContext, Response

from tests.runs.scenes import Document, chain, review_graph

from .browser import rise, sign_in
from .site import PATIENCE, Site

Who = Literal["superuser", "member", "nobody"]
Params = dict[str, Any]

LISTENS = 0.3
"""Seconds after which one has heard enough of an endless stream."""

SPREAD = 4
"""One of so many cases stays as it was made up."""

GROUP = "readers"

FEW = 5
"""So many things of each kind are looked at."""

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
"""As a browser says of a call from a page of the server's own."""

LISTED_AT = {
    "/api/workflow/": ("/api/workflows", "results"),
    "/api/runs/{id}/nodes/": ("/api/runs/{id}", "nodeRuns"),
}
"""What is not listed where it is: the path of the list, and its name there."""

GOOD: dict[str, Any] = {
    "/api/runs/{id}/retry": {},
    "/api/runs/{id}/rerun": {},
    "/api/runs/{id}/reviews/{review_id}/decide": {"branch": "approved"},
    "/api/tokens": {"name": "Spare"},
    "/api/workflows/{id}/runs": {"inputs": {"v": "seen"}},
    "/api/workflows/{id}/shares": {"shares": [{"group": GROUP, "level": "view"}]},
}
"""Bodies that fit whatever is there."""

KEYS = ("id", "number", "nodeId")
IN_USE = "e2e"
"""The name of the tokens by which the callers call."""


class Session(requests.Session):
    """Waits for the head of an answer longer than it listens to a stream."""

    def request(self, *args: Any, **options: Any) -> requests.Response:
        options["headers"] = {**SAME_SITE, **(options.get("headers") or {})}
        return super().request(*args, **{**options, "timeout": PATIENCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody with things of their own; ``heard`` are statuses by operation."""

    url: str
    headers: dict[str, str]
    session: requests.Session
    heard: dict[str, set[int]] = field(default_factory=dict)
    turns: Iterator[int] = field(default_factory=itertools.count)
    known: dict[str, list[Params]] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)

    def count(self, case: Case[Any]) -> int:
        """How many cases of its operation there were, with this one."""
        self.counted[case.operation.label] += 1
        return self.counted[case.operation.label]

    def send(self, case: Case[Any]) -> Response:
        """Send the case, and read what comes for a bounded time."""
        response = case.call(
            base_url=self.url,
            session=self.session,
            headers=self.headers,
            timeout=(PATIENCE, LISTENS),
        )
        self.heard.setdefault(case.operation.label, set()).add(response.status_code)
        return response

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """What the server answers, as it must."""
        response = self.session.request(
            method, f"{self.url}{path}", headers=self.headers, **options
        )
        assert response.ok, (method, path, response.status_code, response.text)
        return response.json() if response.content else None

    def set_scene(self) -> None:
        """Workflows with versions, and runs that ended, failed, and wait."""
        whole, failing = self._workflow(chain()), self._workflow(chain("raises"))
        asking = self._workflow(review_graph())
        self.ask("PATCH", f"/api/workflows/{whole}", json={"graph": chain("merge")})
        self.ask("POST", f"/api/workflows/{whole}/publish", json={"version": 1})
        for workflow in (whole, asking, asking):
            given = {"inputs": {"v": "seen"}}
            self.ask("POST", f"/api/workflows/{workflow}/runs", json=given)
        if "Cookie" in self.headers:
            self.ask("POST", "/api/tokens", json=GOOD["/api/tokens"])
        wait = {"Prefer": "respond-async"}
        headers = {**self.headers, **wait}
        url = f"{self.url}/api/workflows/{failing}/runs"
        assert self.session.post(url, json={}, headers=headers).status_code == 202

    def _workflow(self, graph: Document) -> str:
        made = self.ask("POST", "/api/workflows", json={"name": "Seen", "graph": graph})
        return str(made["id"])

    def places_for(self, case: Case[Any]) -> list[Params]:
        """Places for the operation; fresh ones if it may spoil them."""
        if case.operation.label not in self.tried:
            if case.method != "GET" or not self.tried:
                self.set_scene()
                self.known.clear()
            self.tried.add(case.operation.label)
        return self.places(case.path)

    def places(self, template: str) -> list[Params]:
        """Values for a path's parameters, by which there is something."""
        if template not in self.known:
            self.known[template] = self._looked_up(template)
        return self.known[template]

    def _looked_up(self, template: str) -> list[Params]:
        found: list[Params] = [{}]
        for name in re.findall(r"{(\w+)}", template):
            before = template.partition(f"{{{name}}}")[0]
            path, key = LISTED_AT.get(before, (before.removesuffix("/"), "results"))
            found = [
                {**given, name: value}
                for given in found
                for value in self._listed(path.format(**given), key)
            ]
        return found

    def _listed(self, path: str, key: str) -> list[Any]:
        url = f"{self.url}{path}?limit={FEW}"
        response = self.session.get(url, headers=self.headers)
        if response.status_code != 200:
            return []
        said = response.json()
        items = said.get(key, []) if isinstance(said, dict) else said
        return [
            next(item[key] for key in KEYS if key in item)
            for item in items[:FEW]
            if item.get("name") != IN_USE
        ]


def callers(live: Site) -> dict[Who, Caller]:
    """A superuser with a session, an ordinary user with a token, and nobody."""
    live.rows("INSERT INTO auth_group (name) VALUES (?)", GROUP)
    cookies = sign_in(live, rise(live, next(live.tokens)))
    session = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {
        "superuser": _caller(live, Cookie=session),
        "member": _caller(live, Authorization=f"Token {[*live.tokens][-1]}"),
        "nobody": _caller(live),
    }


def _caller(live: Site, **headers: str) -> Caller:
    session = Session()
    session.trust_env = False
    return Caller(url=live.server.url, headers=headers, session=session)


def aim(case: Case[Any], caller: Caller) -> None:
    """Point most cases at what exists; the others stay as they were made up."""
    places, turn = caller.places_for(case), next(caller.turns)
    if turn % SPREAD == 0:
        return
    if places and case.path_parameters:
        case.path_parameters = {**places[turn % len(places)]}
    case.query = _mended(caller, case.query, turn)
    case.body = _mended(caller, case.body, turn)
    if turn % 2:
        case.headers.pop("If-Match", None)
        case.body = _good(caller, case.path, case.body)


def _good(caller: Caller, path: str, body: Any) -> Any:
    """A body that fits what is there, where that is hard to guess."""
    match path:
        case "/api/workflows/import":
            place = caller.places("/api/workflows/{id}")[0]
            return caller.ask("GET", "/api/workflows/{id}/export".format(**place))
        case "/api/resume":
            waiting = caller.ask("GET", "/api/pending")
            asked = waiting[0]["runId"] if waiting else None
            return {"runId": asked, "decision": {"branch": "approved"}}
    return GOOD.get(path, body)


def _mended(caller: Caller, given: Any, turn: int) -> Any:
    if not isinstance(given, dict):
        return given
    return {name: _aimed(caller, name, v, turn) for name, v in given.items()}


def _aimed(caller: Caller, name: str, value: Any, turn: int) -> Any:
    match name:
        case "graph":
            return chain() if turn % 2 else review_graph()
        case "version" if isinstance(value, int):
            return 1
        case "nodeId" if turn % 2:
            return "in"
        case "runId" | "run":
            known = caller.places("/api/runs/{id}")
        case "workflowId" | "workflow":
            known = caller.places("/api/workflows/{id}")
        case "runIds" | "ids" if isinstance(value, list):
            return [place["id"] for place in caller.places("/api/runs/{id}")[-2:]]
        case _:
            return value
    return known[turn % len(known)]["id"] if known else value


def frames_are_in_form(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A stream is sent as one, and cut into blocks of known fields with growing ids."""
    if response.headers.get("content-type") != ["text/event-stream; charset=utf-8"]:
        return
    assert response.headers["cache-control"] == ["no-cache, no-transform"]
    assert response.headers["x-accel-buffering"] == ["no"]
    numbers = [0]
    for block in response.content.decode().split("\n\n")[:-1]:
        lines = [line for line in block.split("\n") if not line.startswith(":")]
        fields = dict(line.split(": ", 1) for line in lines)
        assert fields.keys() <= {"id", "event", "data", "retry"}, block
        assert ("event" in fields) == ("data" in fields), block
        if "id" in fields and "retry" not in fields:
            numbers.append(int(fields["id"]))
    assert numbers == sorted(numbers)
