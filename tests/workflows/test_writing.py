"""Whoever writes waits for their turn, and keeps nobody waiting for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access import writing
from access.models import Token
from tests.factories import WorkflowFactory, graph_document
from wayflow.serializer import deserialize
from workflows import catalog, services
from workflows.models import Workflow, WorkflowVersion
from workflows.thinning import thin_versions

Verb = Callable[[Workflow, User], object]
OTHER = deserialize(graph_document(field="other"))

VERBS: dict[str, Verb] = {
    "create": lambda w, u: services.create_workflow(graph=OTHER, owner=u),
    "save": lambda w, u: services.save_graph(
        workflow_id=w.pk, graph=OTHER, viewport=None, by=u
    ),
    "put": lambda w, u: services.put_graph(
        workflow_id=w.pk, graph=OTHER, viewport=None, by=u
    ),
    "update": lambda w, u: services.update_details(workflow_id=w.pk, by=u, name="n"),
    "delete": lambda w, u: services.delete_workflow(workflow_id=w.pk, by=u),
    "duplicate": lambda w, u: services.duplicate_workflow(workflow_id=w.pk, by=u),
    "publish": lambda w, u: services.publish(workflow_id=w.pk, number=1, by=u),
    "unpublish": lambda w, u: services.unpublish(workflow_id=w.pk, by=u),
    "name": lambda w, u: services.name_version(
        workflow_id=w.pk, number=1, label="l", by=u
    ),
    "restore": lambda w, u: services.restore_version(workflow_id=w.pk, number=1, by=u),
    "share": lambda w, u: services.share_workflow(workflow_id=w.pk, levels={}, by=u),
    "look at shares": lambda w, u: services.shares_of(workflow_id=w.pk, by=u),
    "thin": lambda w, u: thin_versions(WorkflowVersion.objects.none(), most=1),
    "use a token": lambda w, u: Token.objects.saw(
        Token.objects.issue(owner=u, name="t")[0], timezone.now()
    ),
}


class Turns:
    """A lock that counts who waited for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.taken = 0

    def __enter__(self) -> None:
        self._lock.acquire()
        self.taken += 1

    def __exit__(self, *_: Any) -> None:
        self._lock.release()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_waits_for_its_turn(
    user: User, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite has one writer.")
    workflow: Workflow = WorkflowFactory.create(owner=user)
    turns = Turns()
    monkeypatch.setattr(writing, "_writer", turns)
    VERBS[verb](workflow, user)
    assert turns.taken == 1


def read_graphs(queries: CaptureQueriesContext) -> list[str]:
    return [
        query["sql"]
        for query in queries.captured_queries
        if query["sql"].startswith("SELECT") and '."content"' in query["sql"]
    ]


@pytest.mark.django_db
def test_a_save_reads_no_graph_while_others_wait(user: User) -> None:
    workflow: Workflow = WorkflowFactory.create(owner=user)
    with CaptureQueriesContext(connection) as queries:
        VERBS["save"](workflow, user)
    assert workflow.versions.count() == 2
    assert read_graphs(queries) == []


@pytest.mark.django_db
def test_only_the_tools_that_a_graph_selects_are_read(user: User) -> None:
    exposed = graph_document(metadata={"exposedAsTool": True})
    for name in ("one", "two"):
        WorkflowFactory.create(
            owner=user,
            name=name,
            graph={**exposed, "metadata": {"exposedAsTool": True, "description": name}},
        )
    document = graph_document()
    document["nodes"]["llm"] = {
        "id": "llm",
        "type": "llm",
        "data": {"tools": ["two", "three"]},
        "ports": [],
    }
    graph = deserialize(document)
    with CaptureQueriesContext(connection) as queries:
        services.refuse_forbidden_nodes(graph, user)
        assert [*catalog.tools_of(graph, user)] == ["two"]
    # Once by each of the two.
    assert len(read_graphs(queries)) == 2
