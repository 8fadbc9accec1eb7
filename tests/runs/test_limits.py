"""How much a run may be given, how many run at once, and how many may wait."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from access.errors import ApiError
from runs import claims, services, turns
from runs import host as hosts
from runs.claims import NoRoom
from runs.executor import executor
from runs.host import EngineHost
from runs.models import Review, Run, Trigger
from runs.recovery import PATIENCE, recover
from runs.services import Idempotency
from tests.factories import UserFactory, WorkflowFactory
from tests.wayflow.json_values import nested
from wayflow.checkpoint import Decision
from wayflow.errors import GraphFormatError
from wayflow.status import RunStatus
from workflows.models import GraphDocument

from .scenes import chain, ended, gated, grant, queued, review_graph, started
from .stage import PATIENCE as LONG
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

Limit = Callable[..., None]


@pytest.fixture
def limit(settings: Settings) -> Limit:
    """Sets limits, by the names of their settings."""

    def limit(**limits: object) -> None:
        settings.WAYFLOW = {**settings.WAYFLOW, **limits}

    return limit


class Nobody:
    """An executor under which runs stay in the queue."""

    def submit(self, run_id: UUID) -> None:
        pass

    def cancel(self, run_id: UUID) -> None:
        pass


@pytest.fixture
def nobody_drives(limit: Limit) -> Iterator[None]:
    """Runs stay in the queue."""
    limit(EXECUTOR=f"{__name__}.Nobody")
    executor.cache_clear()
    yield
    executor.cache_clear()


def refused(caught: pytest.ExceptionInfo[ApiError]) -> tuple[int, str, str | None]:
    return caught.value.status_code, caught.value.code, caught.value.attr


def post(document: Any, by: User, inputs: Any = None) -> Run:
    by = grant(by, "workflows.run_adhoc_graph")
    return services.start_graph(
        graph=document, by=by, trigger=Trigger.API, inputs=inputs
    )


# --- what is given ---


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        (nested(100), 400, "WF_INPUTS_TOO_DEEP"),
        (nested(300), 400, "WF_INPUTS_TOO_DEEP"),
        (nested(5_000), 400, "WF_INPUTS_TOO_DEEP"),
        ("x" * 2_000_000, 413, "WF_INPUTS_TOO_LARGE"),
        ([0] * 1_000_000, 413, "WF_INPUTS_TOO_LARGE"),
        ({1, 2}, 400, "WF_INPUTS_NOT_JSON"),
    ],
    ids=["deep", "deeper", "deepest", "long text", "long list", "foreign"],
)
def test_inputs_beyond_the_limits_are_refused_and_nothing_is_stored(
    host: EngineHost, user: User, value: Any, status: int, code: str
) -> None:
    workflow = WorkflowFactory.create(owner=user, graph=chain())
    documents = GraphDocument.objects.count()
    with pytest.raises(ApiError) as caught:
        services.start_workflow(
            workflow_id=workflow.pk, by=user, trigger=Trigger.API, inputs={"v": value}
        )
    assert refused(caught) == (status, code, "inputs")
    with pytest.raises(ApiError) as caught:
        post(chain("gate"), user, {"v": value})
    assert refused(caught) == (status, code, "inputs")
    assert (Run.objects.count(), GraphDocument.objects.count()) == (0, documents)


def test_inputs_within_the_limits_run(host: EngineHost, user: User) -> None:
    deep, large = nested(99), "x" * 1_999_900
    assert ended(post(chain(), user, {"v": deep}).pk).result == {"v": deep}
    assert ended(post(chain(), user, {"v": large}).pk).result == {"v": large}


def test_a_rerun_takes_no_more_than_a_run(host: EngineHost, user: User) -> None:
    run = ended(post(chain(), user, {"v": "hi"}).pk)
    with pytest.raises(ApiError) as caught:
        services.rerun(
            run_id=run.pk, by=user, trigger=Trigger.API, inputs={"v": nested(100)}
        )
    assert refused(caught) == (400, "WF_INPUTS_TOO_DEEP", "inputs")
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (nested(101), 400, "WF_DECISION_TOO_DEEP"),
        (nested(300), 400, "WF_DECISION_TOO_DEEP"),
        ("x" * 2_000_000, 413, "WF_DECISION_TOO_LARGE"),
    ],
    ids=["deep", "deeper", "large"],
)
def test_a_decision_beyond_the_limits_leaves_the_review_open(
    host: EngineHost, user: User, data: Any, status: int, code: str
) -> None:
    run = ended(started(user, review_graph(), {"v": 1}).pk)
    review = Review.objects.get(run=run)
    decision = Decision("approved", data=data)
    with pytest.raises(ApiError) as caught:
        services.decide(run_id=run.pk, decision=decision, by=user)
    assert refused(caught) == (status, code, "decision.data")
    with pytest.raises(ApiError) as caught:
        services.decide_review(
            run_id=run.pk, review_id=review.pk, decision=decision, by=user
        )
    assert refused(caught) == (status, code, "decision.data")
    assert Review.objects.open().filter(run=run).exists()


def test_a_decision_as_deep_as_allowed_is_taken(host: EngineHost, user: User) -> None:
    run = ended(started(user, review_graph(), {"v": 1}).pk)
    decision = Decision("approved", data=nested(100))
    services.decide(run_id=run.pk, decision=decision, by=user)
    assert ended(run.pk).result == {"sent": nested(100)}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * 1_000, "WF_RUNTIME_OUTPUT_TOO_LARGE"),
        (nested(10), "WF_RUNTIME_OUTPUT_TOO_DEEP"),
    ],
    ids=["large", "deep"],
)
def test_the_host_bounds_what_nodes_give(
    user: User,
    stage: Stage,
    limit: Limit,
    monkeypatch: pytest.MonkeyPatch,
    value: Any,
    code: str,
) -> None:
    limit(MAX_OUTPUT_BYTES=1_000)
    run = queued(user, chain("gate"), inputs={"v": value})
    limit(MAX_NESTING=10)
    host = hosts._started()
    monkeypatch.setattr(hosts, "_current", host)
    stage.gate("gate").open()
    host.submit(run.pk)
    done = ended(run.pk)
    host.stop()
    assert done.error["code"] == code


@pytest.mark.parametrize("as_text", [False, True])
def test_a_graph_that_nests_too_deep_is_refused(user: User, as_text: bool) -> None:
    graph = chain("gate")
    graph["nodes"]["gate"]["data"] = {"deep": nested(150)}
    with pytest.raises(GraphFormatError, match="100 levels deep"):
        post(str(graph).replace("'", '"') if as_text else graph, user)
    assert Run.objects.count() == 0


# --- how many at once ---


def statuses_of(*runs: Run) -> list[str]:
    return [Run.objects.get(pk=run.pk).status for run in runs]


def test_further_runs_of_a_user_wait_and_start_in_their_order(
    host: EngineHost, user: User, stage: Stage, limit: Limit
) -> None:
    limit(RUNS_PER_USER=1)
    names = ["one", "two", "three", "four"]
    runs = [started(user, gated(name)) for name in names]
    for name, run in zip(names, runs, strict=True):
        stage.gate(name).wait_for_arrival()
        assert statuses_of(*runs).count(RunStatus.RUNNING) == 1
        stage.gate(name).open()
        assert ended(run.pk).status == RunStatus.COMPLETED
    assert stage.executed == names


def test_as_many_run_at_once_as_may(
    host: EngineHost, user: User, stage: Stage, limit: Limit
) -> None:
    limit(RUNS_PER_USER=2)
    runs = [started(user, gated(str(n))) for n in range(6)]
    for pair in ("01", "23", "45"):
        for name in pair:
            stage.gate(name).wait_for_arrival()
        assert statuses_of(*runs).count(RunStatus.RUNNING) == 2
        for name in pair:
            stage.gate(name).open()
    assert {ended(run.pk).status for run in runs} == {RunStatus.COMPLETED}


def test_the_runs_of_one_user_hold_up_no_other(
    host: EngineHost, user: User, stage: Stage, limit: Limit
) -> None:
    limit(RUNS_PER_USER=1)
    first, second = started(user, gated("one")), started(user, gated("two"))
    stage.gate("one").wait_for_arrival()
    other = UserFactory.create()
    assert ended(started(other, chain()).pk).status == RunStatus.COMPLETED
    assert statuses_of(first, second) == [RunStatus.RUNNING, RunStatus.QUEUED]


def test_a_run_that_pauses_makes_room_and_waits_for_it_when_it_was_answered(
    host: EngineHost, user: User, stage: Stage, limit: Limit
) -> None:
    limit(RUNS_PER_USER=1)
    asking = started(user, review_graph(), {"v": 1})
    assert ended(asking.pk).status == RunStatus.PAUSED
    other = started(user, gated("one"))
    stage.gate("one").wait_for_arrival()
    services.decide(run_id=asking.pk, decision=Decision("approved"), by=user)
    last = started(user, gated("two"))
    assert statuses_of(asking, last) == [RunStatus.QUEUED, RunStatus.QUEUED]
    stage.gate("one").open()
    assert ended(other.pk).status == RunStatus.COMPLETED
    assert ended(asking.pk).result == {"sent": 1}
    stage.gate("two").wait_for_arrival()


def test_a_run_that_waits_is_cancelled_at_once(
    host: EngineHost, user: User, stage: Stage, limit: Limit
) -> None:
    limit(RUNS_PER_USER=1)
    running, waiting = started(user, gated("one")), started(user, gated("two"))
    stage.gate("one").wait_for_arrival()
    services.request_cancel(run_id=waiting.pk, by=user)
    assert statuses_of(running, waiting) == [RunStatus.RUNNING, RunStatus.CANCELLED]
    stage.gate("one").open()
    assert ended(running.pk).status == RunStatus.COMPLETED
    assert stage.executed == ["one"]


def test_a_host_that_was_refused_takes_no_place_of_another(
    user: User, limit: Limit
) -> None:
    limit(RUNS_PER_USER=2)
    runs = [queued(user) for _ in range(3)]
    now = timezone.now()
    for run in runs[:2]:
        assert claims.claim(run.pk, host="one", now=now) is not None
    with pytest.raises(NoRoom) as refusal:
        claims.claim(runs[2].pk, host="two", now=now)
    assert refusal.value.owner_id == user.pk
    assert claims.claim(runs[0].pk, host="two", now=now) is None
    assert claims.give_back(runs[0].pk, epoch=1)
    assert turns.next_of(user.pk) == [runs[0].pk]
    assert claims.claim(runs[2].pk, host="two", now=now) is not None
    assert turns.next_of(user.pk) == []


def test_of_hosts_that_claim_at_once_no_more_succeed_than_may(
    user: User, limit: Limit
) -> None:
    limit(RUNS_PER_USER=3)
    ids = [queued(user).pk for _ in range(12)]
    together = threading.Barrier(6)

    def claim(mine: list[UUID]) -> int:
        together.wait(LONG)
        claimed = 0
        try:
            for run_id in mine:
                with contextlib.suppress(NoRoom):
                    made = claims.claim(run_id, host="some", now=timezone.now())
                    claimed += made is not None
        finally:
            connection.close()
        return claimed

    with ThreadPoolExecutor(6) as hosts:
        assert sum(hosts.map(claim, [ids[n::6] for n in range(6)])) == 3
    assert Run.objects.filter(status=RunStatus.RUNNING).count() == 3


def test_a_search_is_fair_between_users_and_leaves_out_who_has_no_room(
    user: User, limit: Limit
) -> None:
    limit(RUNS_PER_USER=2)
    old = timezone.now() - 2 * PATIENCE
    other, third = UserFactory.create(), UserFactory.create()
    mine = [queued(user, created_at=old) for _ in range(4)]
    theirs = [
        queued(other, created_at=old + timedelta(milliseconds=n)) for n in range(1, 5)
    ]
    full = [queued(third, created_at=old) for _ in range(3)]
    for run in full[:2]:
        claims.claim(run.pk, host="alive", now=timezone.now())
    claims.claim(mine[3].pk, host="alive", now=timezone.now())
    found = recover(timezone.now())
    oldest = min(mine[:3], key=lambda run: run.pk)
    assert found == [oldest.pk, theirs[0].pk, theirs[1].pk]
    limit(RUNS_PER_USER=0)
    assert len(recover(timezone.now())) == 3 + 4 + 1
    assert turns.next_of_all(queued_before=timezone.now(), most=2) == [
        min([*mine[:3], full[2]], key=lambda run: run.pk).pk,
        max([oldest, full[2]], key=lambda run: run.pk).pk,
    ]


def test_what_waits_for_others_elsewhere_is_found_by_the_search(
    host: EngineHost, user: User, stage: Stage, limit: Limit
) -> None:
    limit(RUNS_PER_USER=1)
    elsewhere = claims.claim(queued(user).pk, host="alive", now=timezone.now())
    assert elsewhere is not None
    run = started(user, chain())
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - 2 * PATIENCE)
    assert recover(timezone.now()) == []
    Run.objects.move(elsewhere.run_id, RunStatus.CANCELLED)
    host.recover()
    assert ended(run.pk).status == RunStatus.COMPLETED


# --- how many may wait ---


def test_a_user_with_a_full_queue_starts_nothing_more(
    user: User, limit: Limit, nobody_drives: None
) -> None:
    limit(QUEUE_PER_USER=2)
    workflow = WorkflowFactory.create(owner=user, graph=chain())
    runs = [post(chain(), user) for _ in range(2)]
    ended_before = queued(user)
    Run.objects.move(ended_before.pk, RunStatus.CANCELLED)
    documents = GraphDocument.objects.count()
    attempts: list[Callable[[], Run]] = [
        lambda: post(chain("gate"), user),
        lambda: services.start_workflow(
            workflow_id=workflow.pk, by=user, trigger=Trigger.API
        ),
        lambda: services.rerun(run_id=runs[0].pk, by=user, trigger=Trigger.API),
        lambda: services.retry(run_id=ended_before.pk, by=user, trigger=Trigger.API),
    ]
    for attempt in attempts:
        with pytest.raises(ApiError) as caught:
            attempt()
        assert refused(caught) == (429, "WF_QUEUE_FULL", None)
        assert int(caught.value.headers["Retry-After"]) > 0
    assert (Run.objects.count(), GraphDocument.objects.count()) == (3, documents)
    assert post(chain(), UserFactory.create()).status == RunStatus.QUEUED


def test_a_full_server_starts_nothing_more(
    user: User, limit: Limit, nobody_drives: None
) -> None:
    limit(QUEUE_LENGTH=2)
    post(chain(), user)
    post(chain(), UserFactory.create())
    with pytest.raises(ApiError) as caught:
        post(chain(), UserFactory.create())
    assert refused(caught) == (503, "WF_SERVER_BUSY", None)
    assert int(caught.value.headers["Retry-After"]) > 0
    assert Run.objects.count() == 2


def test_without_limits_everything_may_wait(
    user: User, limit: Limit, nobody_drives: None
) -> None:
    limit(QUEUE_LENGTH=0, QUEUE_PER_USER=0)
    runs = [post(chain(), user) for _ in range(5)]
    assert statuses_of(*runs) == [RunStatus.QUEUED] * 5


def test_a_request_that_was_accepted_may_be_repeated_when_the_queue_is_full(
    user: User, limit: Limit, nobody_drives: None
) -> None:
    limit(QUEUE_PER_USER=1)
    workflow = WorkflowFactory.create(owner=user, graph=chain())

    def ask(key: str) -> Run:
        return services.start_workflow(
            workflow_id=workflow.pk,
            by=user,
            trigger=Trigger.API,
            idempotency=Idempotency(key=key, digest="d"),
        )

    first = ask("first")
    assert ask("first").pk == first.pk
    with pytest.raises(ApiError):
        ask("second")


def test_a_review_is_answered_however_full_the_queue_is(
    host: EngineHost, user: User, stage: Stage, limit: Limit
) -> None:
    limit(RUNS_PER_USER=1, QUEUE_PER_USER=1, QUEUE_LENGTH=1)
    asking = ended(started(user, review_graph(), {"v": 1}).pk)
    started(user, gated("one"))
    stage.gate("one").wait_for_arrival()
    started(user, gated("two"))
    services.decide(run_id=asking.pk, decision=Decision("approved"), by=user)
    with pytest.raises(ApiError):
        started(user, chain())
    stage.gate("one").open()
    assert ended(asking.pk).result == {"sent": 1}
