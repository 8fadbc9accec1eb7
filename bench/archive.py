"""A past to look at: many runs, and a large one; ``python -m bench.archive``.

It fills the database of DATABASE_URL, and prints a session of who may see all of it and
the id of the large run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from runs.models import Run
    from runs.records import Told
    from workflows.models import WorkflowVersion

RUNS = 100_000
NODES = 2_000
LARGE = "y" * 1_000_000
ROWS_AT_ONCE = 2_000
EVENTS_A_ROW = 20
APART = timedelta(seconds=12)
ENDS = ("completed",) * 17 + ("error", "error", "cancelled")


def fill() -> tuple[str, str]:
    """The key of the session, and the id of the run."""
    from django.contrib.auth.models import User
    from django.test import Client

    from workflows.services import create_workflow

    from .graphs import chain

    owner = User.objects.get()
    passing = {"mode": "pass-through", "fields": [{"name": "x", "dataType": "any"}]}
    graph = chain(NODES, "merge", passing)
    workflow = create_workflow(name="Measured", graph=graph, owner=owner)
    version = workflow.newest_version()
    _fill_list(version, owner)
    run = _large_run(version, owner)
    client = Client()
    client.force_login(owner)
    return client.cookies["sessionid"].value, str(run.pk)


def _fill_list(version: WorkflowVersion, owner: User) -> None:
    from django.utils import timezone

    from runs.models import Run

    now = timezone.now()
    rows = (_run(version, owner, n, now - n * APART) for n in range(1, RUNS + 1))
    Run.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _run(
    version: WorkflowVersion, owner: User, number: int, created_at: datetime
) -> Run:
    from runs.models import Run, Trigger

    status = ENDS[number % len(ENDS)]
    took = timedelta(milliseconds=100 + number % 5_000)
    return Run(
        workflow_id=version.workflow_id,
        version=version,
        document_id=version.document_id,
        owner=owner,
        trigger=Trigger.API,
        status=status,
        inputs={"ticket": f"The printer on floor {number} is out of paper."},
        error={"code": "WF_X", "message": "No paper."} if status == "error" else None,
        created_at=created_at,
        started_at=created_at,
        finished_at=created_at + took,
        duration=took,
    )


def _large_run(version: WorkflowVersion, owner: User) -> Run:
    """A run of every node, of which the last gives the large output."""
    from django.db import transaction
    from django.utils import timezone

    from runs.commits import insert
    from runs.records import record

    now = timezone.now()
    run = _run(version, owner, 0, now)
    run.result = {"x": LARGE}
    records = [record(seq, *told) for seq, told in enumerate(_story(run, now), 1)]
    run.last_seq = records[-1].seq
    with transaction.atomic():
        run.save(force_insert=True)
        for first in range(0, len(records), EVENTS_A_ROW):
            insert([(run.pk, records[first : first + EVENTS_A_ROW])])
    return run


def _story(run: Run, now: datetime) -> Iterator[Told]:
    from wayflow.events import Private, node_status, run_ended, run_running
    from wayflow.status import NodeStatus, RunStatus

    began = int(now.timestamp() * 1000)
    yield run_running(str(run.pk)), None
    for number in range(NODES):
        node_id, at = f"n{number}", began + number
        value = LARGE if number == NODES - 1 else f"What node {number} gave."
        inputs = {"x": "What it was given."}
        yield (
            node_status(node_id, NodeStatus.RUNNING, inputs=inputs, startedAt=at),
            None,
        )
        done = node_status(
            node_id, NodeStatus.COMPLETE, outputData=value, finishedAt=at + 1
        )
        yield done, Private(outputs={"x": value})
    yield run_ended(RunStatus.COMPLETED, run.result or {}), None


def main() -> None:
    django.setup()
    sys.stdout.write(" ".join(fill()) + "\n")


if __name__ == "__main__":
    main()
