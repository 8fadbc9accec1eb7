"""Old versions thin out: by day, then by month, and never one that somebody needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.factories import WorkflowFactory, graph_document
from wayflow.serializer import deserialize
from workflows import services
from workflows.models import Workflow, WorkflowVersion
from workflows.thinning import spare_versions, thin_versions, workflows_at

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
DAYS = 30


def workflow_of(times: Sequence[datetime]) -> Workflow:
    """With a version for each time, in their order, and a newest one of now."""
    workflow: Workflow = WorkflowFactory.create()
    for number, at in enumerate([*times, NOW], start=1):
        if number > 1:
            services.save_graph(
                workflow_id=workflow.pk,
                graph=deserialize(graph_document(field=f"{workflow.pk}{number}")),
                viewport=None,
                by=workflow.owner,
            )
        WorkflowVersion.objects.filter(workflow=workflow, number=number).update(
            created_at=at
        )
    return workflow


def thin(days: float = DAYS) -> None:
    spare = spare_versions(WorkflowVersion.objects.all(), now=NOW, days=days)
    while thin_versions(spare, most=2):
        pass
    assert not spare.exists()


def numbers(workflow: Workflow) -> list[int]:
    kept = workflow.versions.order_by("number").values_list("number", flat=True)
    return list(kept)


def test_the_last_version_of_each_old_day_stays() -> None:
    at = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
    hour = timedelta(hours=1)
    workflow = workflow_of(
        [at - hour, at, at + 5 * hour, at + 23 * hour, at + 24 * hour]
    )
    thin()
    assert numbers(workflow) == [1, 4, 5, 6]


def test_the_last_version_of_each_very_old_month_stays() -> None:
    days = [(2025, 1, 30), (2025, 1, 31), (2025, 2, 1), (2025, 2, 27), (2025, 3, 1)]
    workflow = workflow_of([datetime(*day, tzinfo=UTC) for day in days])
    thin()
    assert numbers(workflow) == [2, 4, 5, 6]


def test_young_versions_all_stay() -> None:
    at = NOW - timedelta(days=DAYS)
    workflow = workflow_of([at, at, at])
    thin()
    assert numbers(workflow) == [1, 2, 3, 4]
    thin(days=DAYS - 1)
    assert numbers(workflow) == [3, 4]


def test_named_and_published_versions_and_the_newest_stay() -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    workflow = workflow_of([at] * 5)
    owner = workflow.owner
    services.name_version(workflow_id=workflow.pk, number=2, label="Gold", by=owner)
    services.publish(workflow_id=workflow.pk, number=3, by=owner)
    WorkflowVersion.objects.filter(workflow=workflow).update(created_at=at)
    thin()
    assert numbers(workflow) == [2, 3, 6]
    workflow.refresh_from_db()
    assert workflow.published_version is not None
    services.unpublish(workflow_id=workflow.pk, by=owner)
    services.name_version(workflow_id=workflow.pk, number=2, label="", by=owner)
    thin()
    assert numbers(workflow) == [6]


def test_workflows_thin_out_each_for_itself() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    one, other = workflow_of([at]), workflow_of([at, at])
    thin()
    assert (numbers(one), numbers(other)) == ([1, 2], [2, 3])


def test_only_what_is_unused_and_so_many_go_at_once() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    workflow = workflow_of([at] * 5)
    unused = WorkflowVersion.objects.exclude(number=2)
    spare = spare_versions(unused, now=NOW, days=DAYS)
    documents = dict(workflow.versions.values_list("number", "document"))
    assert {*thin_versions(spare, most=2)} == {documents[1], documents[3]}
    assert {*thin_versions(spare, most=2)} == {documents[4]}
    assert numbers(workflow) == [2, 5, 6]


def test_each_workflow_has_its_turn() -> None:
    ids = [UUID(int=0), UUID(int=2**128 - 1), UUID(int=0x7F << 120)]
    for id in ids:
        WorkflowFactory.create(id=id)
    turns = [
        WorkflowVersion.objects.filter(workflows_at(NOW + timedelta(minutes=minute)))
        for minute in range(256)
    ]
    found = [v.workflow_id for versions in turns for v in versions]
    assert sorted(found) == sorted(ids)


def test_a_number_is_given_once() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    workflow = workflow_of([at, at])
    thin()
    services.restore_version(workflow_id=workflow.pk, number=2, by=workflow.owner)
    assert numbers(workflow) == [2, 3, 4]
