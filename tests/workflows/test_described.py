"""What the REST API answers is what its schema says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.factories import WorkflowFactory, graph_document
from wayflow.serializer import deserialize
from workflows import services

from .calling import LIST, of, send

pytestmark = pytest.mark.django_db

STALE = {"If-Match": '"0"'}
FILE = {"format": "wayflow-workflow", "version": 1, "name": "N"}
CALLS: list[tuple[str, str, Any, dict[str, str], int]] = [
    ("GET", "/{id}", None, {}, 200),
    ("PATCH", "/{id}", {"name": "B"}, {}, 200),
    ("PATCH", "/{id}", {"name": "B"}, STALE, 412),
    ("DELETE", "/{id}", None, STALE, 412),
    ("GET", "/{id}/versions", None, {}, 200),
    ("GET", "/{id}/versions/{number}", None, {}, 200),
    ("PATCH", "/{id}/versions/{number}", {"label": "L"}, {}, 200),
    ("GET", "/{id}/versions/{number}/diff", None, {}, 200),
    ("POST", "/{id}/versions/{number}/restore", None, {}, 200),
    ("POST", "/{id}/versions/{number}/restore", None, STALE, 412),
    ("POST", "/{id}/publish", {}, {}, 200),
    ("POST", "/{id}/publish", {}, STALE, 412),
    ("POST", "/{id}/duplicate", {}, {}, 201),
    ("GET", "/{id}/export", None, {}, 200),
    ("POST", "/import", {**FILE, "graph": graph_document()}, {}, 201),
    ("GET", "/{id}/shares", None, {}, 200),
    (
        "PUT",
        "/{id}/shares",
        {"shares": [{"group": "team", "level": "run"}]},
        {},
        200,
    ),
]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    described = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    read: dict[str, Any] = json.loads(json.dumps(described, default=str))
    return read


@pytest.mark.parametrize(("method", "path", "body", "headers", "status"), CALLS)
def test_answers_are_as_described(
    caller: Client,
    user: User,
    schema: dict[str, Any],
    method: str,
    path: str,
    body: Any,
    headers: dict[str, str],
    status: int,
) -> None:
    user.groups.add(Group.objects.create(name="team"))
    workflow = WorkflowFactory.create(owner=user)
    changed = graph_document(field="w", metadata={"name": "M"}, nodes=2)
    services.save_graph(
        workflow_id=workflow.pk, graph=deserialize(changed), viewport=None, by=user
    )
    whole = LIST + re.sub(r"^/{id}", f"/{workflow.pk}", path)
    called = whole.replace("{number}", "1")
    assert called.startswith(of(workflow)) or path == "/import"
    response = send(caller, method, called, body, **headers)
    assert response.status_code == status
    described = schema["paths"][LIST + path][method.lower()]
    answer = described["responses"][str(status)]["content"]["application/json"]
    rule = {**answer["schema"], "components": schema["components"]}
    wrong = Draft202012Validator(rule).iter_errors(response.json())
    assert [error.message for error in wrong] == []
