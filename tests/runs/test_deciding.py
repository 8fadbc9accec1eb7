"""A review is answered once, by somebody who may, and the run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from access.errors import ApiError
from runs import services
from runs.host import EngineHost
from runs.models import Review, Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow.checkpoint import Decision
from wayflow.serializer import deserialize
from wayflow.status import RunStatus
from wayflow.testing import graph_document, node_document
from workflows.services import publish, save_graph

from .scenes import ended, history, review_graph, started, statuses
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paused(host: EngineHost, user: User) -> Run:
    """A run that waits for a review of "draft"."""
    run = ended(started(user, review_graph(), {"v": "draft"}).pk)
    assert run.status == RunStatus.PAUSED
    return run


def code_of(caught: pytest.ExceptionInfo[ApiError]) -> tuple[int, str]:
    return caught.value.status_code, caught.value.code


@pytest.mark.parametrize(
    ("decision", "result"),
    [
        (Decision("approved"), {"sent": "draft"}),
        (Decision("rejected", data="again"), {"back": "again"}),
        (Decision("approved", data=None), {"sent": None}),
    ],
)
def test_an_answered_run_goes_on_along_its_branch(
    paused: Run, user: User, decision: Decision, result: object
) -> None:
    services.decide(run_id=paused.pk, decision=decision, by=user)
    done = ended(paused.pk)
    assert (done.status, done.result) == (RunStatus.COMPLETED, result)
    assert statuses(paused.pk) == ["running", "paused", "running", "completed"]
    review = Review.objects.get()
    assert (review.branch, review.decided_by) == (decision.branch, user)
    assert review.decided_at is not None


def test_of_racing_answers_one_wins(paused: Run, user: User) -> None:
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def answer(branch: str) -> None:
        barrier.wait()
        try:
            services.decide(run_id=paused.pk, decision=Decision(branch), by=user)
            outcomes.append(branch)
        except services.ReviewNotOpen as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    branches = ["approved", "rejected"] * 2
    threads = [threading.Thread(target=answer, args=(b,)) for b in branches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [outcome for outcome in outcomes if outcome in ("approved", "rejected")]
    assert outcomes.count("WF_REVIEW_NOT_OPEN") == 3
    assert Review.objects.get().branch == won
    done = ended(paused.pk)
    assert done.result == (
        {"sent": "draft"} if won == "approved" else {"back": "draft"}
    )
    assert statuses(paused.pk).count("completed") == 1


def test_a_second_answer_is_refused(paused: Run, user: User) -> None:
    services.decide(run_id=paused.pk, decision=Decision("approved"), by=user)
    with pytest.raises(ApiError) as caught:
        services.decide(run_id=paused.pk, decision=Decision("rejected"), by=user)
    assert code_of(caught) == (404, "WF_REVIEW_NOT_OPEN")


def test_an_answer_for_another_node_is_refused_and_the_review_stays(
    paused: Run, user: User
) -> None:
    with pytest.raises(ApiError) as caught:
        services.decide(
            run_id=paused.pk, node_id="other", decision=Decision("approved"), by=user
        )
    assert code_of(caught) == (404, "WF_REVIEW_NOT_OPEN")
    assert Review.objects.open().count() == 1


def test_an_unknown_branch_is_refused(paused: Run, user: User) -> None:
    with pytest.raises(ApiError) as caught:
        services.decide(run_id=paused.pk, decision=Decision("maybe"), by=user)
    assert code_of(caught) == (400, "WF_REVIEW_UNKNOWN_BRANCH")


def test_a_stranger_finds_nothing_to_answer(paused: Run) -> None:
    with pytest.raises(ApiError) as caught:
        services.decide(
            run_id=paused.pk, decision=Decision("approved"), by=UserFactory.create()
        )
    assert code_of(caught) == (404, "WF_RUN_NOT_FOUND")


def test_two_reviews_are_answered_one_after_the_other(
    host: EngineHost, user: User
) -> None:
    review = {"instructions": "?"}
    ports = {"inputs": ["input"], "outputs": ["approved", "rejected"]}
    document = graph_document(
        node_document("a", "humanInTheLoop", review, **ports),
        node_document("b", "humanInTheLoop", review, **ports),
    )
    run = ended(started(user, document).pk)
    for node_id in ("a", "b"):
        assert Review.objects.open().get().node_id == node_id
        services.decide(
            run_id=run.pk, node_id=node_id, decision=Decision("approved"), by=user
        )
        run = ended(run.pk)
    assert run.status == RunStatus.COMPLETED
    assert statuses(run.pk).count("paused") == 2


def test_an_answer_outlives_the_host_that_was_to_act_on_it(
    new_host: Callable[[], EngineHost], user: User, stage: Stage
) -> None:
    first = new_host()
    run = ended(started(user, review_graph(), {"v": "draft"}).pk)
    first.stop()
    services.decide(run_id=run.pk, decision=Decision("approved", data="ok"), by=user)
    assert Run.objects.get(pk=run.pk).status == RunStatus.QUEUED
    new_host().submit(run.pk)
    done = ended(run.pk)
    assert (done.status, done.result) == (RunStatus.COMPLETED, {"sent": "ok"})
    assert history(run.pk)[-1]["data"]["status"] == "completed"


def test_a_paused_run_goes_on_with_its_own_graph_however_the_workflow_was_edited(
    host: EngineHost, user: User
) -> None:
    workflow = WorkflowFactory.create(owner=user, graph=review_graph())
    run = services.start_workflow(
        workflow_id=workflow.pk, by=user, trigger=Trigger.API, inputs={"v": "draft"}
    )
    assert ended(run.pk).status == RunStatus.PAUSED
    edited = review_graph()
    del edited["nodes"]["yes"], edited["edges"]["w1"]
    save_graph(
        workflow_id=workflow.pk, graph=deserialize(edited), viewport=None, by=user
    )
    publish(workflow_id=workflow.pk, number=None, by=user)
    services.decide(run_id=run.pk, decision=Decision("approved"), by=user)
    assert ended(run.pk).result == {"sent": "draft"}
