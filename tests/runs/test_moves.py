"""A run moves along the table, and of two that move it one wins."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from access.writing import write_atomic
from runs import claims
from runs.models import Run
from wayflow.status import MOVES, TERMINAL, RunStatus

from .scenes import claimed, queued

pytestmark = pytest.mark.django_db(transaction=True)


def run_in(user: User, status: RunStatus) -> Run:
    """A run in ``status``, wherever that may have come from."""
    run = queued(user)
    Run.objects.filter(pk=run.pk).update(
        status=status, finished_at=run.created_at if status in TERMINAL else None
    )
    return run


@pytest.mark.parametrize("source", RunStatus)
@pytest.mark.parametrize("target", RunStatus)
def test_a_run_moves_only_along_the_table(
    user: User, source: RunStatus, target: RunStatus
) -> None:
    run = run_in(user, source)
    moved = Run.objects.move(run.pk, target)
    run.refresh_from_db()
    assert moved == (target in MOVES[source])
    assert run.status == (target if moved else source)


def test_of_many_threads_that_claim_a_run_one_wins(user: User) -> None:
    runs = [queued(user).pk for _ in range(20)]
    barrier = threading.Barrier(4)
    won: list[object] = []

    def claim_all() -> None:
        barrier.wait()
        for run_id in runs:
            with write_atomic():
                if Run.objects.move(run_id, RunStatus.RUNNING):
                    won.append(run_id)
        connection.close()

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, won)) == sorted(map(str, runs))
    assert set(Run.objects.values_list("epoch", flat=True)) == {1}


def test_only_the_owner_of_the_epoch_moves_its_run(user: User) -> None:
    run = queued(user)
    assert Run.objects.move(run.pk, RunStatus.RUNNING)
    assert not Run.objects.move(run.pk, RunStatus.PAUSED, epoch=0)
    assert Run.objects.move(run.pk, RunStatus.PAUSED, epoch=1)


def test_a_run_that_stops_running_has_no_owner(user: User) -> None:
    run = queued(user)
    Run.objects.move(
        run.pk, RunStatus.RUNNING, host="h", lease_expires_at=run.created_at
    )
    Run.objects.move(run.pk, RunStatus.QUEUED)
    run.refresh_from_db()
    assert (run.host, run.lease_expires_at) == ("", None)


def test_the_database_refuses_an_unknown_status(user: User) -> None:
    run = queued(user)
    with pytest.raises(IntegrityError):
        Run.objects.filter(pk=run.pk).update(status="successful")


def test_the_database_refuses_an_ended_run_without_its_end(user: User) -> None:
    run = queued(user)
    with pytest.raises(IntegrityError):
        Run.objects.filter(pk=run.pk).update(status="completed")


def test_a_run_that_paused_meanwhile_is_not_given_back(user: User) -> None:
    claim = claimed(user)
    Run.objects.move(claim.run_id, RunStatus.PAUSED, epoch=claim.epoch)
    assert not claims.give_back(claim.run_id, epoch=claim.epoch)
    assert Run.objects.get(pk=claim.run_id).status == RunStatus.PAUSED
