"""Old versions thin out, but for those that a run refers to; their graphs with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from pytest_django.fixtures import Settings

from runs.models import Run
from runs.retention import (
    keep_house,
    prunable_versions,
    prune_documents,
    prune_versions,
    unclaimed_documents,
)
from tests.factories import WorkflowFactory, graph_document
from wayflow.serializer import deserialize
from workflows import services
from workflows.models import CLAIM, GraphDocument, Workflow, WorkflowVersion

from .scenes import queued

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=100)


@pytest.fixture
def workflow(user: User) -> Workflow:
    """With five versions of one old day."""
    workflow: Workflow = WorkflowFactory.create(owner=user)
    for field in "abcd":
        save(workflow, field)
    WorkflowVersion.objects.update(created_at=OLD)
    GraphDocument.objects.update(claimed_at=OLD)
    return workflow


def save(workflow: Workflow, field: str) -> Workflow:
    return services.save_graph(
        workflow_id=workflow.pk,
        graph=deserialize(graph_document(field=field)),
        viewport=None,
        by=workflow.owner,
    )


def numbers(workflow: Workflow) -> list[int]:
    kept = workflow.versions.order_by("number").values_list("number", flat=True)
    return list(kept)


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("prune_versions", *arguments, stdout=out)
    return out.getvalue()


def test_versions_that_ran_stay_and_the_others_go_with_their_graphs(
    workflow: Workflow,
) -> None:
    version = workflow.versions.get(number=2)
    run = queued(workflow.owner)
    Run.objects.filter(pk=run.pk).update(version=version, document=version.document)
    versions = prunable_versions(now=NOW, days=30)
    assert [prune_versions(versions, most=2) for _ in range(3)] == [2, 1, 0]
    assert numbers(workflow) == [2, 5]
    kept = workflow.versions.values("document")
    assert not GraphDocument.objects.filter(claimed_at=OLD).exclude(pk__in=kept)


def test_a_graph_that_somebody_claims_stays(workflow: Workflow) -> None:
    graph = deserialize(graph_document(field="a"))
    document = services.store_document(graph)
    prune_versions(prunable_versions(now=NOW, days=30), most=9)
    assert numbers(workflow) == [5]
    assert document in GraphDocument.objects.all()
    restored = save(workflow, "a")
    assert restored.newest_version().document == document


def test_a_graph_that_goes_while_it_is_claimed_is_stored_again(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    prune_versions(prunable_versions(now=NOW, days=30), most=9)
    graph = deserialize(graph_document(field="x"))
    known = services.store_document(graph)
    GraphDocument.objects.filter(pk=known.pk).update(claimed_at=OLD)
    first: Any = QuerySet.first

    def first_then_gone(self: Any) -> Any:
        found = first(self)
        assert prune_documents(unclaimed_documents(now=NOW)) == 1
        return found

    monkeypatch.setattr(QuerySet, "first", first_then_gone)
    again = services.store_document(graph)
    assert again.pk != known.pk
    assert GraphDocument.objects.get(pk=again.pk).content == graph.document


def test_a_claim_is_renewed_but_not_at_every_use(workflow: Workflow) -> None:
    graph = deserialize(graph_document(field="a"))
    claims = []
    for _ in range(2):
        services.store_document(graph)
        claims.append(GraphDocument.objects.get(digest=services.digest_of(graph)))
    assert claims[0].claimed_at == claims[1].claimed_at > OLD + CLAIM


def test_housekeeping_thins_versions_at_their_turn(
    workflow: Workflow, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "RETENTION_DAYS": 0, "VERSION_DAYS": 0}
    for minute in range(256):
        assert not keep_house(now=NOW + timedelta(minutes=minute))
    assert len(numbers(workflow)) == 5
    settings.WAYFLOW = {**settings.WAYFLOW, "VERSION_DAYS": 30}
    found = [keep_house(now=NOW + timedelta(minutes=minute)) for minute in range(256)]
    assert found.count(True) == 1
    assert numbers(workflow) == [5]


def test_the_command_thins_all_at_once(workflow: Workflow, settings: Settings) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "VERSION_DAYS": 0}
    with pytest.raises(CommandError, match="--days"):
        command()
    settings.WAYFLOW = {**settings.WAYFLOW, "VERSION_DAYS": 30}
    WorkflowVersion.objects.update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert command("--days", "30000") == "Deleted 0 versions.\n"
    assert command("--dry-run") == "4 versions would be deleted.\n"
    assert len(numbers(workflow)) == 5
    assert command() == "Deleted 4 versions.\n"
    assert numbers(workflow) == [5]
