"""What a life plays through: runs of many kinds, an answer, a cancel, an expiry.

Every life of a world plays all of it; what an earlier one did it finds done.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection

from runs import host, services
from runs.models import Run, Trigger
from runs.services import Idempotency
from runs.streaming import wait_for_outcome
from tests.e2e.site import PATIENCE
from wayflow.checkpoint import Decision
from workflows.models import Workflow

from . import ledger
from .kinds import EXPIRED, KINDS

PLAYED = (
    "fan",
    "items",
    "retried",
    "continued",
    "big",
    "reviewed",
    "stopped",
    EXPIRED,
)


def play() -> None:
    """Be the process's host, and see every run to its end."""
    host.start()
    by = User.objects.get(username="ada")
    runs = {name: begun(name, by) for name in PLAYED}
    answer(runs["reviewed"], by)
    stop(runs["stopped"], by)
    wait(runs[EXPIRED])
    host.current().recover()
    deadline = time.monotonic() + PATIENCE
    for run_id in runs.values():
        while not has_ended(run_id):
            assert time.monotonic() < deadline, Run.objects.get(pk=run_id).status
            wait(run_id)
    host.stop()
    connection.close()


def begun(name: str, by: User) -> UUID:
    """The world's run of a workflow."""
    label = f"{name}-0"
    kind = KINDS["reviewed" if name == EXPIRED else name]
    run = services.start_workflow(
        workflow_id=Workflow.objects.get(name=name).pk,
        by=by,
        trigger=Trigger.API,
        inputs=kind.inputs(label),
        idempotency=Idempotency(key=label, digest=""),
    )
    return run.pk


def answer(run_id: UUID, by: User) -> None:
    """Give the one answer to the run's review, unless it was given."""
    wait(run_id)
    decision = Decision("approved", data=["reviewed-0 answered"])
    with suppress(services.ReviewNotOpen):
        services.decide(run_id=run_id, decision=decision, by=by)


def stop(run_id: UUID, by: User) -> None:
    """Cancel the run that stands at the gate."""
    deadline = time.monotonic() + PATIENCE
    while not (has_ended(run_id) or stands_at_gate(run_id)):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    services.request_cancel(run_id=run_id, by=by)


def wait(run_id: UUID) -> None:
    """Return when the run has ended or paused."""
    asyncio.run(wait_for_outcome(run_id, seconds=PATIENCE / 2))


def has_ended(run_id: UUID) -> bool:
    return Run.objects.exclude(finished_at=None).filter(pk=run_id).exists()


def stands_at_gate(run_id: UUID) -> bool:
    """Whether some life brought it there."""
    found = ledger.entries(ledger.folder())
    return (str(run_id), "gate") in {(entry.run, entry.node) for entry in found}
