"""Runs whose owner is gone are taken over; those of the living are left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from runs import claims, commits
from runs.claims import LEASE, Claim
from runs.host import EngineHost
from runs.models import Run
from runs.records import record
from runs.recovery import PATIENCE, recover
from runs.settling import settle_failed
from wayflow.errors import WayflowError
from wayflow.events import node_status
from wayflow.status import NodeStatus, RunStatus

from .scenes import chain, claimed, ended, history, queued, started, statuses
from .stage import PATIENCE as LONG
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


def orphaned(user: User, **fields: object) -> Claim:
    """A run whose owner died a lease ago."""
    claim = claimed(user, host="dead")
    expired = timezone.now() - timedelta(seconds=1)
    Run.objects.filter(pk=claim.run_id).update(
        lease_expires_at=expired, created_at=expired - PATIENCE, **fields
    )
    return claim


def test_a_host_takes_up_runs_whose_owner_is_gone(host: EngineHost, user: User) -> None:
    claim = orphaned(user)
    host.recover()
    done = ended(claim.run_id)
    assert (done.status, done.epoch, done.takeovers) == (RunStatus.COMPLETED, 2, 1)


def test_runs_of_the_living_are_left_alone(user: User) -> None:
    claim, fresh = claimed(user, host="alive"), queued(user)
    assert recover(timezone.now()) == []
    assert Run.objects.get(pk=claim.run_id).status == RunStatus.RUNNING
    assert Run.objects.get(pk=fresh.pk).status == RunStatus.QUEUED


def test_a_lease_that_was_renewed_is_not_taken(user: User) -> None:
    claim = claimed(user, host="alive")
    later = timezone.now() + LEASE
    claims.renew([claim.run_id], host="alive", now=later)
    assert recover(later + timedelta(seconds=1)) == []


def test_a_lease_is_renewed_by_its_owner_alone(user: User) -> None:
    claim = claimed(user, host="alive")
    later = timezone.now() + LEASE
    claims.renew([claim.run_id], host="other", now=later)
    recover(later + timedelta(seconds=1))
    assert Run.objects.get(pk=claim.run_id).status == RunStatus.QUEUED


def test_a_run_that_keeps_killing_its_owner_is_failed(
    user: User, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_TAKEOVERS": 2}
    claim = orphaned(user, takeovers=2)
    assert recover(timezone.now()) == []
    run = Run.objects.get(pk=claim.run_id)
    assert (run.status, run.error["code"]) == (RunStatus.ERROR, "WF_RUN_OWNERS_DIED")
    assert "3 times" in run.error["message"]
    assert history(run.pk)[-1]["data"]["error"] == run.error


def said(claim: Claim, seq: int, status: NodeStatus) -> None:
    """The run tells, in a commit of its own, how its node ``in`` is."""
    event = node_status("in", status)
    commits.insert([(claim.run_id, [record(seq, event)])])
    Run.objects.filter(pk=claim.run_id).update(last_seq=seq)


@pytest.mark.parametrize(
    ("status", "takeovers"), [(NodeStatus.COMPLETE, 1), (NodeStatus.RUNNING, 3)]
)
def test_owners_that_died_before_a_node_settled_do_not_count_any_more(
    user: User, status: NodeStatus, takeovers: int
) -> None:
    claim = orphaned(user, takeovers=2, taken_over_seq=1)
    said(claim, 1, NodeStatus.COMPLETE)
    said(claim, 2, status)
    recover(timezone.now())
    run = Run.objects.get(pk=claim.run_id)
    assert (run.status, run.takeovers, run.taken_over_seq) == ("queued", takeovers, 2)


def test_a_run_that_got_on_survives_any_number_of_owners(
    user: User, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "MAX_TAKEOVERS": 2}
    claim = orphaned(user, takeovers=2)
    said(claim, 1, NodeStatus.COMPLETE)
    recover(timezone.now())
    assert Run.objects.get(pk=claim.run_id).status == RunStatus.QUEUED


def test_an_orphan_that_is_to_be_cancelled_is_not_driven_again(user: User) -> None:
    asked = timezone.now() - timedelta(seconds=3)
    claim = orphaned(user, cancel_requested_at=asked)
    assert recover(timezone.now()) == []
    run = Run.objects.get(pk=claim.run_id)
    assert (run.status, statuses(run.pk)) == (RunStatus.CANCELLED, ["cancelled"])


def test_what_a_zombie_says_of_a_run_that_was_taken_from_it_does_not_count(
    user: User,
) -> None:
    claim = orphaned(user)
    recover(timezone.now())
    error = WayflowError("I am dead", code="WF_ZOMBIE")
    assert not settle_failed(claim.run_id, error, epoch=claim.epoch)
    assert Run.objects.get(pk=claim.run_id).status == RunStatus.QUEUED


def test_a_host_stops_the_handlers_of_a_run_that_was_taken_from_it(
    host: EngineHost, user: User, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.host.BEAT_SECONDS", 0.01)
    run = started(user, chain("gate"))
    stage.gate("gate").wait_for_arrival()
    Run.objects.filter(pk=run.pk).update(epoch=7, host="another")
    assert stage.gate("gate").stopped.wait(LONG)
    host.stop()
    run.refresh_from_db()
    assert (run.status, run.epoch, run.host) == (RunStatus.RUNNING, 7, "another")
