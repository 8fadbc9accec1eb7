"""Who calls, what they find, and what they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import orjson
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from django.urls import resolve

from access.endpoint import is_endpoint
from access.models import Token
from runs.models import Review, Run
from runs.reviews import open_review
from tests.factories import UserFactory, WorkflowFactory, graph_document
from tests.runs.admin_scenes import stored
from tests.runs.calling import Caller
from tests.runs.scenes import review_graph
from wayflow.events import run_paused, run_running
from workflows.models import Level, Share, Workflow

from .table import Role, Row

GRAPH = graph_document()
OTHER_GRAPH = graph_document(field="other")
FOREIGN_GRAPH = graph_document(field="foreign")
AUTOCOMPLETED = {"app_label": "runs", "model_name": "run", "field_name": "workflow"}
BACKEND = "django.contrib.auth.backends.ModelBackend"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Nobody:
    """An executor that leaves every run in the queue."""

    def submit(self, run_id: UUID) -> None: ...

    def cancel(self, run_id: UUID) -> None: ...


class World:
    """The callers of all cells."""

    def __init__(self) -> None:
        known = [role for role in Role if role is not Role.ANONYMOUS]
        self.users: dict[Role, User] = {role: _user(role) for role in known}
        self.groups = {
            level: Group.objects.create(name=f"may {level}")
            for level in (Level.VIEW, Level.RUN)
        }
        self.users[Role.VIEWER].groups.add(self.groups[Level.VIEW])
        self.users[Role.RUNNER].groups.add(self.groups[Level.RUN])
        self.users[Role.ADMIN].user_permissions.set(Permission.objects.all())

    def answered(
        self, row: Row, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Row:
        """``row`` with the status that each role really gets, in a scene of its own.

        ``body`` may be a function of the scene.
        """
        statuses = [self._ask(row, role, body, headers or {}) for role in Role]
        return replace(row, statuses=tuple(statuses))

    def text(self, path: str, role: Role) -> str:
        """What ``role`` is shown at ``path``."""
        headers = {"cookie": _session_of(self.users[role])}
        response = Client().get(path, headers=headers)
        assert response.status_code == 200
        return response.content.decode()

    def _ask(self, row: Row, role: Role, body: Any, headers: Mapping[str, str]) -> int:
        with transaction.atomic():
            scene = Scene(self)
            path = row.path.format_map(scene)
            sent = (body(scene) if callable(body) else body) or {}
            given = {"sec-fetch-site": "same-origin", **headers}
            if role in self.users:
                given["cookie"] = _session_of(self.users[role])
        if is_endpoint(resolve(path.partition("?")[0]).func):
            raw = orjson.dumps(sent)
            return asyncio.run(_status_of_endpoint(row.method, path, raw, given))
        return _status_of_page(row.method, path, sent, given)


class Scene(dict[str, str]):
    """What one cell finds, by the names in braces: made when asked for, touched once.

    Everything belongs to the owner, and is shared with the groups. A name that means
    nothing is the id of nothing.
    """

    def __init__(self, world: World) -> None:
        super().__init__(one="1", node="in", of_workflows=urlencode(AUTOCOMPLETED))
        self.world = world

    def __missing__(self, name: str) -> str:
        """The id of what ``a_<name>`` makes."""
        made = getattr(self, f"a_{name}", None)
        self[name] = str(uuid4() if made is None else made().pk)
        return self[name]

    @property
    def owner(self) -> User:
        return self.world.users[Role.OWNER]

    def a_workflow(self) -> Workflow:
        workflow: Workflow = WorkflowFactory.create(owner=self.owner, graph=GRAPH)
        for level, group in self.world.groups.items():
            Share.objects.create(workflow=workflow, group=group, level=level)
        return workflow

    def a_run(self) -> Run:
        """Completed."""
        return self._a_run("completed")

    def a_failed(self) -> Run:
        return self._a_run("error")

    def a_queued(self) -> Run:
        return self._a_run("queued")

    def a_paused(self) -> Run:
        """With a review, which is ``{review}``."""
        asked = {"nodeId": "review", "instructions": "Look."}
        told = (run_running("r"), run_paused(asked))
        run = self._a_run("paused", document=review_graph(), events=told)
        open_review(run.pk, 2, asked, run.created_at)
        return run

    def a_review(self) -> Review:
        return Review.objects.get(run__id=UUID(self["paused"]))

    def a_token(self) -> Token:
        token, _ = Token.objects.issue(owner=self.owner, name="mine")
        return token

    def a_user(self) -> User:
        """Somebody else altogether."""
        user: User = UserFactory.create()
        return user

    def a_group(self) -> Group:
        """One with which nothing is shared."""
        return Group.objects.create(name=f"group {uuid4()}")

    def _a_run(self, status: str, **more: Any) -> Run:
        workflow = Workflow.objects.get(pk=self["workflow"])
        of = {"workflow": workflow, "version": workflow.newest_version()}
        return stored(self.owner, status, **{"document": GRAPH, **of, **more})


def _user(role: Role) -> User:
    is_staff = role in (Role.STAFF, Role.ADMIN)
    user: User = UserFactory.create(username=role.value, is_staff=is_staff)
    return user


def _session_of(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return f"sessionid={store.session_key}"


async def _status_of_endpoint(
    method: str, path: str, body: bytes, headers: dict[str, str]
) -> int:
    """As a server asks it: streams are begun and left."""
    sent = {**headers, "content-length": str(len(body))} if method != "GET" else headers
    exchange = await Caller().call(method, path, body, **sent)
    await exchange.leave()
    return exchange.status


def _status_of_page(method: str, path: str, sent: Any, headers: dict[str, str]) -> int:
    """The short way, for what never streams: in this thread."""
    is_form = not path.startswith("/api/")
    data = urlencode(sent).encode() if is_form else orjson.dumps(sent)
    client = Client(raise_request_exception=False)
    kind = FORM if is_form else JSON
    return client.generic(method, path, data, kind, headers=headers).status_code
