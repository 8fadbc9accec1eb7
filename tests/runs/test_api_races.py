"""What is deleted while somebody is about to run it is not found; nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from runs import services, stories, subjects
from runs.graphs import graphs
from runs.host import EngineHost
from runs.models import Run, Trigger
from runs.retention import prunable, prune_runs
from runs.services import repeating, starting
from runs.stored_values import BIG, StoredValue
from tests.factories import WorkflowFactory
from wayflow.serializer import deserialize
from workflows.models import Workflow, WorkflowVersion
from workflows.services import VersionNotFound, save_graph

from .calling import Caller, code_of
from .scenes import chain, ended, field, history, review_graph, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

aended, astarted = sync_to_async(ended), sync_to_async(started)


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


def prune_everything() -> None:
    assert prune_runs(prunable(before=timezone.now() + timedelta(days=1))) == 1


def after(once: Callable[[], None], real: Callable[..., Any]) -> Callable[..., Any]:
    """``real``, after whose first call something happens."""
    pending = [once]

    def watched(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if pending:
            pending.pop()()
        return result

    return watched


@pytest.mark.parametrize("action", ["rerun", "retry"])
async def test_a_run_pruned_while_it_is_repeated_is_not_found(
    caller: Caller, user: User, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    origin = await aended((await astarted(user, chain("raises"))).pk)
    pruning = after(prune_everything, repeating._repeatable)
    monkeypatch.setattr(repeating, "_repeatable", pruning)
    answer = await caller.post(f"/api/runs/{origin.pk}/{action}")
    assert await code_of(answer) == (404, "WF_RUN_NOT_FOUND")
    assert not await Run.objects.aexists()


async def test_a_run_pruned_after_its_story_was_read_is_not_found(
    caller: Caller, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = await aended((await astarted(user, chain("raises"))).pk)
    pruning = after(prune_everything, stories.done_in)
    monkeypatch.setattr(repeating, "done_in", pruning)
    answer = await caller.post(f"/api/runs/{origin.pk}/retry")
    assert await code_of(answer) == (404, "WF_RUN_NOT_FOUND")


@pytest.fixture
def workflow(user: User) -> Workflow:
    """Two versions."""
    made: Workflow = WorkflowFactory.create(owner=user, graph=chain())
    graph = deserialize(review_graph())
    save_graph(workflow_id=made.pk, graph=graph, viewport=None, by=user)
    return made


def thin_out(workflow: Workflow) -> Callable[[], None]:
    """Deletes the first version, and its graph."""

    def delete() -> None:
        version = WorkflowVersion.objects.get(workflow=workflow, number=1)
        WorkflowVersion.objects.filter(pk=version.pk).delete()
        version.document.delete()
        graphs._graphs.clear()

    return delete


@pytest.mark.parametrize("found", ["runnable_version", "subject_of_version"])
def test_a_version_that_thins_out_while_it_is_started_is_not_found(
    user: User, workflow: Workflow, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    thinning = after(thin_out(workflow), getattr(starting, found))
    monkeypatch.setattr(starting, found, thinning)
    with pytest.raises(VersionNotFound):
        services.start_workflow(
            workflow_id=workflow.pk, number=1, by=user, trigger=Trigger.API
        )
    assert not Run.objects.exists()


def test_a_posted_graph_whose_version_thins_out_is_looked_for_again(
    user: User, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinning = after(thin_out(workflow), subjects.subject_of_graph)
    monkeypatch.setattr(starting, "subject_of_graph", thinning)
    run = services.start_graph(
        graph=chain(), workflow_id=workflow.pk, by=user, trigger=Trigger.API
    )
    assert ended(run.pk).status == "completed"


# --- retrying what has a long story ---


def test_a_retry_takes_over_events_as_they_were_without_holding_them(
    user: User, stage: Stage
) -> None:
    big = "é" * BIG
    rows = [field("v", default=big)]
    origin = ended(started(user, chain("merge", "raises", fields=rows)).pk)
    repeat = services.retry(run_id=origin.pk, by=user, trigger=Trigger.API)
    ended(repeat.pk)
    before = [e for e in history(origin.pk) if e["data"].get("status") == "complete"]
    told = history(repeat.pk)
    assert [e["data"]["nodeId"] for e in before] == ["in", "merge"]
    assert told[0]["data"] == {"status": "running", "runId": str(repeat.pk)}
    assert told[1:3] == before
    values = StoredValue.objects.filter(run=repeat)
    assert values.count() == StoredValue.objects.filter(run=origin).count() == 1


def test_a_retry_outlives_the_big_values_of_its_origin(user: User) -> None:
    big = "é" * BIG
    rows = [field("v", default=big)]
    origin = ended(started(user, chain("merge", fields=rows)).pk)
    repeat = services.retry(
        run_id=origin.pk, by=user, trigger=Trigger.API, node_id="out"
    )
    ended(repeat.pk)
    origin.delete()
    again = services.retry(
        run_id=repeat.pk, by=user, trigger=Trigger.API, node_id="out"
    )
    assert ended(again.pk).result == {"v": big}


def test_a_node_that_completed_twice_is_taken_over_once(user: User) -> None:
    origin = ended(started(user, chain("merge")).pk)
    for _ in range(2):
        origin = ended(
            services.retry(
                run_id=origin.pk, by=user, trigger=Trigger.API, node_id="merge"
            ).pk
        )
    done = [
        event["data"]["nodeId"]
        for event in history(origin.pk)
        if event["data"].get("status") == "complete"
    ]
    assert done == ["in", "merge", "out"]
