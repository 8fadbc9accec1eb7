"""A run is run again: from the start, from its failure, or from a chosen node."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from runs import services
from runs.host import EngineHost
from runs.models import Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow.serializer import deserialize
from wayflow.status import RunStatus
from wayflow.testing import graph_document, node_document
from workflows.models import Workflow
from workflows.services import NotAllowed, WorkflowNotFound, save_graph

from .scenes import Document, chain, ended, field, grant, history, queued, started
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


def two_gates(*, kind: str = "gate", config: dict[str, Any] | None = None) -> Document:
    """``first`` and ``second`` side by side, ``last`` after both, then an Output."""
    return graph_document(
        node_document("first", "gate", outputs=["v"]),
        node_document("second", kind, config or {}, outputs=["v"]),
        node_document("last", "gate", inputs=["a", "b"], outputs=["v"]),
        node_document("out", "output", {"fields": [field("v")]}, inputs=["v"]),
        wires=["first.v -> last.a", "second.v -> last.b", "last.v -> out.v"],
    )


def open_all(stage: Stage) -> None:
    for node_id in ("first", "second", "last", "gate"):
        stage.gate(node_id).open()


def failed(user: User, stage: Stage) -> Run:
    """A run whose second node failed."""
    open_all(stage)
    run = ended(started(user, two_gates(kind="raises")).pk)
    assert run.status == RunStatus.ERROR
    return run


def again(run: Run, by: User, **options: Any) -> Run:
    return ended(
        services.retry(run_id=run.pk, by=by, trigger=Trigger.PYTHON, **options).pk
    )


def test_a_retry_runs_only_what_did_not_complete(
    host: EngineHost, user: User, stage: Stage
) -> None:
    origin = failed(user, stage)
    stage.executed.clear()
    repeat = again(origin, user)
    assert stage.executed == ["last"]
    assert (repeat.origin, repeat.status) == (origin, RunStatus.ERROR)
    completed = [
        record["data"]["nodeId"]
        for record in history(repeat.pk)
        if record["data"].get("status") == "complete"
    ]
    assert completed == ["first", "last", "out"]


def test_a_retry_of_a_cancelled_run_finishes_it(
    host: EngineHost, user: User, stage: Stage
) -> None:
    stage.gate("first").open()
    stage.gate("second").open()
    origin = started(user, two_gates())
    stage.gate("last").wait_for_arrival()
    services.request_cancel(run_id=origin.pk, by=user)
    assert ended(origin.pk).status == RunStatus.CANCELLED
    stage.executed.clear()
    stage.gate("last").open()
    repeat = again(Run.objects.get(pk=origin.pk), user)
    assert (repeat.status, stage.executed) == (RunStatus.COMPLETED, ["last"])


def test_a_retry_from_a_chosen_node_runs_it_and_what_depends_on_it(
    host: EngineHost, user: User, stage: Stage
) -> None:
    open_all(stage)
    origin = ended(started(user, two_gates()).pk)
    stage.executed.clear()
    repeat = again(origin, user, node_id="second")
    assert repeat.status == RunStatus.COMPLETED
    assert sorted(stage.executed) == ["last", "second"]
    assert repeat.result == origin.result


def test_there_must_be_something_to_retry(
    host: EngineHost, user: User, stage: Stage
) -> None:
    origin = ended(started(user, chain()).pk)
    with pytest.raises(services.NothingToRetry):
        again(origin, user)
    with pytest.raises(services.NodeNotFound):
        again(origin, user, node_id="nowhere")


def fork(*types: str) -> Document:
    """A choice that skips ``unwanted``, ``joined`` after both ways, then these."""
    rest = [node_document(t, t, inputs=["v"], outputs=["v"]) for t in types]
    last = types[-1] if types else "joined"
    config = {"operator": "==", "valueDefault": "a", "targetDefault": "a"}
    return graph_document(
        node_document("if", "conditional", config, outputs=["true", "false"]),
        node_document("wanted", "gate", inputs=["v"], outputs=["v"]),
        node_document("unwanted", "gate", inputs=["v"], outputs=["v"]),
        node_document("joined", "gate", inputs=["a", "b"], outputs=["v"]),
        *rest,
        node_document("out", "output", {"fields": [field("v")]}, inputs=["v"]),
        wires=[
            *("if.true -> wanted.v", "if.false -> unwanted.v"),
            *("wanted.v -> joined.a", "unwanted.v -> joined.b"),
            *(f"joined.v -> {t}.v" for t in types),
            f"{last}.v -> out.v",
        ],
    )


def with_a_way_not_taken(user: User, stage: Stage, *types: str) -> Run:
    """A run that ended, with a node that was skipped."""
    for node_id in ("wanted", "joined"):
        stage.gate(node_id).open()
    run = ended(started(user, fork(*types)).pk)
    stage.executed.clear()
    return run


def test_a_node_that_was_skipped_is_nothing_to_retry(
    host: EngineHost, user: User, stage: Stage
) -> None:
    origin = with_a_way_not_taken(user, stage)
    assert origin.status == RunStatus.COMPLETED
    with pytest.raises(services.NothingToRetry):
        again(origin, user)
    assert not Run.objects.filter(origin=origin).exists()


def test_a_retry_does_nothing_again_because_a_node_before_it_was_skipped(
    host: EngineHost, user: User, stage: Stage
) -> None:
    origin = with_a_way_not_taken(user, stage, "raises")
    assert origin.status == RunStatus.ERROR
    repeat = again(origin, user)
    assert (repeat.status, stage.executed) == (RunStatus.ERROR, [])
    told = {
        record["data"]["nodeId"]: record["data"]["status"]
        for record in history(repeat.pk)
        if record["event"] == "node_status"
    }
    assert (told["unwanted"], told["joined"]) == ("skipped", "complete")
    assert again(repeat, user).status == RunStatus.ERROR
    assert stage.executed == []


def test_a_retry_from_a_skipped_node_asks_again_whether_to_skip_it(
    host: EngineHost, user: User, stage: Stage
) -> None:
    origin = with_a_way_not_taken(user, stage)
    repeat = again(origin, user, node_id="unwanted")
    assert (repeat.status, stage.executed) == (RunStatus.COMPLETED, ["joined"])


def test_the_past_of_another_run_is_refused(
    host: EngineHost, user: User, stage: Stage
) -> None:
    one, other = failed(user, stage), failed(user, stage)
    past = services.past_of(run_id=other.pk, by=user)
    with pytest.raises(ValueError, match="is not that of"):
        again(one, user, past=past)
    assert not Run.objects.exclude(origin=None).exists()


def test_a_run_that_is_deleted_between_the_look_and_the_retry_is_not_found(
    host: EngineHost, user: User, stage: Stage
) -> None:
    origin = failed(user, stage)
    past = services.past_of(run_id=origin.pk, by=user)
    Run.objects.filter(pk=origin.pk).delete()
    with pytest.raises(services.RunNotFound):
        services.retry(run_id=past.run_id, by=user, trigger=Trigger.API, past=past)
    assert not Run.objects.exists()


def test_a_run_that_goes_on_is_not_retried(user: User) -> None:
    grant(user, "workflows.run_adhoc_graph")
    with pytest.raises(services.RunNotEnded):
        services.retry(run_id=queued(user).pk, by=user, trigger=Trigger.API)


def saved(user: User, document: Document) -> Workflow:
    made: Workflow = WorkflowFactory.create(owner=user, graph=document)
    return made


def start(workflow: Workflow, user: User) -> Run:
    return ended(
        services.start_workflow(
            workflow_id=workflow.pk, by=user, trigger=Trigger.API
        ).pk
    )


def test_a_retry_on_the_latest_version_takes_over_what_is_still_the_same(
    host: EngineHost, user: User, stage: Stage
) -> None:
    open_all(stage)
    workflow = saved(user, two_gates(kind="raises"))
    origin = start(workflow, user)
    mended = deserialize(two_gates())
    save_graph(workflow_id=workflow.pk, graph=mended, viewport=None, by=user)
    stage.executed.clear()
    repeat = again(origin, user, latest=True)
    assert repeat.status == RunStatus.COMPLETED
    assert sorted(stage.executed) == ["last", "second"]
    assert repeat.version is not None
    assert (repeat.version.number, origin.version and origin.version.number) == (2, 1)


def test_a_node_whose_config_changed_is_not_taken_over(
    host: EngineHost, user: User, stage: Stage
) -> None:
    open_all(stage)
    workflow = saved(user, two_gates())
    origin = start(workflow, user)
    changed = deserialize(two_gates(config={"colour": "red"}))
    save_graph(workflow_id=workflow.pk, graph=changed, viewport=None, by=user)
    stage.executed.clear()
    assert again(origin, user, latest=True).status == RunStatus.COMPLETED
    assert sorted(stage.executed) == ["last", "second"]


def test_a_rerun_starts_anew_with_the_same_inputs_or_others(
    host: EngineHost, user: User, stage: Stage
) -> None:
    open_all(stage)
    origin = ended(started(user, chain("gate"), {"v": "one"}).pk)
    same = services.rerun(run_id=origin.pk, by=user, trigger=Trigger.API)
    other = services.rerun(
        run_id=origin.pk, by=user, trigger=Trigger.API, inputs={"v": "two"}
    )
    assert [ended(run.pk).result for run in (same, other)] == [
        {"v": "one"},
        {"v": "two"},
    ]
    assert stage.executed == ["gate"] * 3
    assert same.origin == other.origin == origin


def test_a_repeat_can_be_repeated(host: EngineHost, user: User, stage: Stage) -> None:
    once = again(failed(user, stage), user)
    stage.executed.clear()
    twice = again(once, user)
    assert "first" not in stage.executed
    assert twice.origin == once


def test_whoever_may_not_run_it_may_not_run_it_again(
    host: EngineHost, user: User, stage: Stage
) -> None:
    origin = failed(user, stage)
    stranger = UserFactory.create()
    with pytest.raises(services.RunNotFound):
        again(origin, stranger)
    viewer = grant(UserFactory.create(is_staff=True), "runs.view_run")
    with pytest.raises(NotAllowed):
        again(origin, viewer)
    workflow = saved(user, chain())
    run = start(workflow, user)
    with pytest.raises((NotAllowed, WorkflowNotFound)):
        services.rerun(run_id=run.pk, by=viewer, trigger=Trigger.API)
