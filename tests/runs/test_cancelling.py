"""Cancel is a request, then a state, wherever the run is."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User

from access.errors import ApiError
from runs import services
from runs.host import EngineHost
from runs.models import OnDisconnect, Run
from runs.settling import settle_cancelled
from tests.factories import UserFactory
from wayflow.status import RunStatus
from wayflow.testing import graph_document, node_document

from .scenes import (
    chain,
    claimed,
    ended,
    field,
    grant,
    history,
    queued,
    review_graph,
    started,
    statuses,
)
from .stage import PATIENCE, Stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_running_run_is_stopped_within_its_handler(
    host: EngineHost, user: User, stage: Stage
) -> None:
    run = started(user, chain("gate"))
    stage.gate("gate").wait_for_arrival()
    services.request_cancel(run_id=run.pk, by=user)
    assert stage.gate("gate").stopped.wait(PATIENCE)
    done = ended(run.pk)
    assert done.status == RunStatus.CANCELLED
    assert done.cancel_requested_by == user
    assert done.finished_at is not None
    assert statuses(run.pk) == ["running", "cancelled"]
    assert stage.executed == []


def test_a_queued_run_is_cancelled_without_an_owner(
    host: EngineHost, user: User
) -> None:
    run = queued(user)
    services.request_cancel(run_id=run.pk, by=user)
    run.refresh_from_db()
    assert (run.status, run.result) == (RunStatus.CANCELLED, {})
    assert statuses(run.pk) == ["cancelled"]
    host.submit(run.pk)
    host.stop()
    assert statuses(run.pk) == ["cancelled"]


def test_a_paused_run_is_cancelled_with_what_it_had_collected(
    host: EngineHost, user: User
) -> None:
    review = node_document(
        "review", "humanInTheLoop", inputs=["input"], outputs=["approved", "rejected"]
    )
    document = chain()
    document["nodes"]["review"] = review
    run = ended(started(user, document, {"v": "hi"}).pk)
    assert run.status == RunStatus.PAUSED
    services.request_cancel(run_id=run.pk, by=user)
    run.refresh_from_db()
    assert (run.status, run.result) == (RunStatus.CANCELLED, {"v": "hi"})
    assert history(run.pk)[-1]["data"] == {"status": "cancelled", "result": {"v": "hi"}}
    assert not run.reviews.open().exists()


def test_of_a_field_collected_twice_the_later_node_counts(
    host: EngineHost, user: User, stage: Stage
) -> None:
    rows = {"fields": [field("r")]}
    document = graph_document(
        node_document("first", "gate", outputs=["v"]),
        node_document("second", "gate", outputs=["v"]),
        node_document("out1", "output", rows, inputs=["r"]),
        node_document("out2", "output", rows, inputs=["r"]),
        node_document("ask", "humanInTheLoop", outputs=["approved", "rejected"]),
        wires=["first.v -> out1.r", "second.v -> out2.r"],
    )
    run = started(user, document)
    stage.gate("second").open()
    stage.gate("first").wait_for_arrival()
    stage.gate("first").open()
    assert ended(run.pk).status == RunStatus.PAUSED
    services.request_cancel(run_id=run.pk, by=user)
    assert Run.objects.get(pk=run.pk).result == {"r": "second"}


def test_asking_again_and_too_late_changes_nothing(
    host: EngineHost, user: User
) -> None:
    run = ended(started(user, chain()).pk)
    services.request_cancel(run_id=run.pk, by=user)
    again = Run.objects.get(pk=run.pk)
    assert again.status == RunStatus.COMPLETED
    assert again.cancel_requested_at is None
    assert statuses(run.pk) == ["running", "completed"]


def test_a_second_request_does_not_replace_the_first(
    host: EngineHost, user: User
) -> None:
    claim = claimed(user)
    services.request_cancel(run_id=claim.run_id, by=user)
    first = Run.objects.get(pk=claim.run_id)
    boss = UserFactory.create(is_staff=True, is_superuser=True)
    services.request_cancel(run_id=claim.run_id, by=boss)
    second = Run.objects.get(pk=claim.run_id)
    assert second.cancel_requested_at == first.cancel_requested_at
    assert second.cancel_requested_by == user


def test_a_request_that_came_before_the_claim_is_honoured(
    host: EngineHost, user: User, stage: Stage
) -> None:
    claim = claimed(user, host="dead")
    services.request_cancel(run_id=claim.run_id, by=user)
    Run.objects.move(claim.run_id, RunStatus.QUEUED)
    host.submit(claim.run_id)
    assert ended(claim.run_id).status == RunStatus.CANCELLED


def test_a_request_that_came_while_the_run_paused_is_honoured(
    host: EngineHost, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host hears of it too late; the row alone tells."""
    monkeypatch.setattr(host, "cancel", lambda run_id: None)
    settled = threading.Event()

    def ask_first(run_id: Any, **when: Any) -> bool:
        Run.objects.filter(pk=run_id).update(cancel_requested_at="2026-01-01T00:00Z")
        try:
            return settle_cancelled(run_id, **when)
        finally:
            settled.set()

    monkeypatch.setattr("runs.drive.settle_cancelled", ask_first)
    run = started(user, review_graph(), {"v": 1})
    assert settled.wait(PATIENCE)
    assert ended(run.pk).status == RunStatus.CANCELLED


def test_a_cancel_asked_of_another_process_is_heard_by_the_owner(
    host: EngineHost,
    user: User,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runs.host.BEAT_SECONDS", 0.01)
    monkeypatch.setattr(host, "cancel", lambda run_id: None)
    run = started(user, chain("gate"))
    stage.gate("gate").wait_for_arrival()
    services.request_cancel(run_id=run.pk, by=user)
    assert ended(run.pk).status == RunStatus.CANCELLED


def test_a_client_that_leaves_cancels_only_what_hangs_on_it(
    host: EngineHost, user: User
) -> None:
    leashed = queued(user, on_disconnect=OnDisconnect.CANCEL)
    free = queued(user)
    for run in (leashed, free):
        services.abandon(run_id=run.pk, by=user)
        run.refresh_from_db()
    assert (leashed.status, free.status) == (RunStatus.CANCELLED, RunStatus.QUEUED)


def test_strangers_cannot_cancel(host: EngineHost, user: User) -> None:
    run = queued(user)
    with pytest.raises(services.RunNotFound):
        services.request_cancel(run_id=run.pk, by=UserFactory.create())
    viewer = grant(UserFactory.create(is_staff=True), "runs.view_run")
    with pytest.raises(ApiError) as caught:
        services.request_cancel(run_id=run.pk, by=viewer)
    assert caught.value.status_code == 403
    services.request_cancel(run_id=run.pk, by=grant(viewer, "runs.cancel_run"))
    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
