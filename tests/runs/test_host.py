"""The host drives runs, hurts none for another's fault, gives back what it leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from runs import commits, host
from runs.host import EngineHost
from runs.models import Run
from wayflow.status import RunStatus
from wayflow.testing import graph_document, node_document

from .scenes import chain, ended, history, started, statuses
from .stage import PATIENCE, Stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_is_driven_to_its_result(host: EngineHost, user: User) -> None:
    run = ended(started(user, chain(), {"v": "hi"}).pk)
    assert (run.status, run.result) == (RunStatus.COMPLETED, {"v": "hi"})
    assert run.started_at is not None
    assert run.finished_at is not None
    assert (run.attempts, run.epoch) == (1, 1)
    assert statuses(run.pk) == ["running", "completed"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("raises", "WF_RUNTIME_HANDLER_THREW"),
        ("unserialisable", "WF_RUNTIME_OUTPUT_NOT_SERIALIZABLE"),
        ("floods", "WF_RUNTIME_OUTPUT_TOO_LARGE"),
    ],
)
def test_a_bad_handler_ends_its_run_in_a_code_and_hurts_no_other(
    host: EngineHost, user: User, stage: Stage, kind: str, code: str
) -> None:
    other = started(user, chain("gate"))
    stage.gate("gate").wait_for_arrival()
    bad = ended(started(user, chain(kind)).pk)
    assert bad.status == RunStatus.ERROR
    assert bad.error["code"] == code
    assert bad.error["message"].startswith(f"Node {kind} failed")
    stage.gate("gate").open()
    assert ended(other.pk).status == RunStatus.COMPLETED


@pytest.mark.parametrize("node_timeout", [0.1])
def test_a_handler_that_hangs_ends_its_run_in_a_code(
    host: EngineHost, user: User
) -> None:
    run = ended(started(user, chain("hangs")).pk)
    assert run.error["code"] == "WF_RUNTIME_NODE_TIMEOUT"


def test_a_run_that_is_submitted_twice_runs_once(
    host: EngineHost, user: User, stage: Stage
) -> None:
    run = started(user, chain("gate"))
    host.submit(run.pk)
    stage.gate("gate").open()
    host.submit(run.pk)
    assert ended(run.pk).status == RunStatus.COMPLETED
    assert stage.executed == ["gate"]


def test_a_stopped_host_gives_its_run_back_and_the_next_one_goes_on(
    new_host: Callable[[], EngineHost], user: User, stage: Stage
) -> None:
    first = new_host()
    run = started(user, chain("gate"))
    stage.gate("gate").wait_for_arrival()
    first.stop()
    run.refresh_from_db()
    assert (run.status, run.host, run.lease_expires_at) == (RunStatus.QUEUED, "", None)
    assert stage.gate("gate").stopped.is_set()

    stage.gate("gate").open()
    new_host().submit(run.pk)
    done = ended(run.pk)
    assert (done.status, done.result) == (RunStatus.COMPLETED, {"v": "hello"})
    assert (done.epoch, done.attempts) == (2, 2)
    assert statuses(run.pk) == ["running", "running", "completed"]


def test_what_finished_before_a_stop_is_not_run_again(
    new_host: Callable[[], EngineHost], user: User, stage: Stage
) -> None:
    document = graph_document(
        node_document("first", "gate", outputs=["v"]),
        node_document("second", "gate", inputs=["v"], outputs=["v"]),
        wires=["first.v -> second.v"],
    )
    first = new_host()
    run = started(user, document)
    stage.gate("first").open()
    stage.gate("second").wait_for_arrival()
    first.stop()
    stage.gate("second").open()
    new_host().submit(run.pk)
    assert ended(run.pk).status == RunStatus.COMPLETED
    assert stage.executed == ["first", "second"]


def test_a_stopped_host_takes_no_more_runs(
    host: EngineHost, user: User, stage: Stage
) -> None:
    host.stop()
    host.stop()
    run = started(user, chain())
    run.refresh_from_db()
    assert run.status == RunStatus.QUEUED


def test_a_host_that_lost_a_run_stops_driving_it(
    host: EngineHost, user: User, stage: Stage
) -> None:
    run = started(user, chain("gate"))
    stage.gate("gate").wait_for_arrival()
    Run.objects.filter(pk=run.pk).update(epoch=7)
    stage.gate("gate").open()
    gone = threading.Event()
    host.writer.call(gone.set)
    assert gone.wait(PATIENCE)
    host.stop()
    run.refresh_from_db()
    assert (run.status, run.epoch) == (RunStatus.RUNNING, 7)
    assert "completed" not in statuses(run.pk)


def test_a_run_whose_events_cannot_be_stored_says_so(
    host: EngineHost, user: User, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(user, chain("gate"))
    stage.gate("gate").wait_for_arrival()
    with monkeypatch.context() as broken:

        def refuse(shares: Any) -> Any:
            raise RuntimeError("no")

        broken.setattr(commits, "commit", refuse)
        stage.gate("gate").open()
        done = ended(run.pk)
    assert done.status == RunStatus.ERROR
    assert done.error["code"] == "WF_RUN_NOT_DURABLE"
    assert history(run.pk)[-1]["data"]["error"]["code"] == "WF_RUN_NOT_DURABLE"


def test_a_fault_of_the_engine_ends_the_run_in_a_code(
    host: EngineHost, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*args: Any, **options: Any) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr("runs.drive.runtime_for", broken)
    done = ended(started(user, chain()).pk)
    assert done.error["code"] == "WF_RUN_ENGINE_FAULT"
    assert "secret" not in str(done.error)


def test_many_runs_at_once_all_complete(host: EngineHost, user: User) -> None:
    runs = [started(user, chain(), {"v": number}).pk for number in range(50)]
    assert [ended(run_id).result for run_id in runs] == [{"v": n} for n in range(50)]


def test_the_process_has_one_host_that_a_start_after_a_stop_replaces(
    new_host: Callable[[], EngineHost],
) -> None:
    first = new_host()
    assert host.current() is first
    host.stop()
    assert first.stopped
    assert host.current() is first
    host.start()
    try:
        assert host.current() is not first
    finally:
        host.stop()


def test_what_a_plain_handler_opened_is_closed_after_it(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()
    monkeypatch.setattr("runs.host.close_old_connections", closed.set)
    fresh = host._started()
    try:
        asyncio.run(fresh._runtime.threads.call(int))
        assert closed.wait(PATIENCE)
    finally:
        fresh.stop()
