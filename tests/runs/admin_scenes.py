"""Staff who look at runs, and runs with a story to look at."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from runs.models import TERMINAL_VALUES, JournalEntry, Run
from runs.records import record, row_text
from tests.factories import UserFactory
from wayflow.events import Event, Private
from workflows.models import Workflow

from .scenes import Document, grant, queued

RUNS = "/admin/runs/run/"
IN_A_ROW = 3


def staff(*permissions: str) -> User:
    """Somebody who may enter the admin, and has these permissions."""
    return grant(UserFactory.create(is_staff=True), *permissions)


def signed_in(user: User) -> Client:
    """A browser of ``user``, as strict about forged requests as a real one."""
    client = Client()
    client.force_login(user)
    return client


def page_of(run: Run) -> str:
    return reverse("admin:runs_run_change", args=[run.pk])


def cancel_of(run: Run) -> str:
    return reverse("admin:runs_run_cancel", args=[run.pk])


def start_of(workflow: Workflow) -> str:
    return reverse("admin:workflows_workflow_run", args=[workflow.pk])


def stored(
    owner: User,
    status: str = "completed",
    *,
    document: Document | None = None,
    events: tuple[Event, ...] = (),
    **fields: Any,
) -> Run:
    """A run in this state that told these events, a few in each row."""
    now = timezone.now()
    if status in TERMINAL_VALUES:
        fields.setdefault("finished_at", now)
    fields.setdefault("started_at", now)
    run = queued(owner, document, status=status, last_seq=len(events), **fields)
    records = [record(seq, event) for seq, event in enumerate(events, 1)]
    few = [records[i : i + IN_A_ROW] for i in range(0, len(records), IN_A_ROW)]
    JournalEntry.objects.bulk_create(
        JournalEntry(
            run=run, first_seq=row[0].seq, last_seq=row[-1].seq, events=row_text(row)
        )
        for row in few
    )
    return run


def text_of(client: Client, url: str) -> str:
    """The page at ``url``, which must be there."""
    response = client.get(url)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def tell(run: Run, *events: Event, private: Private | None = None) -> None:
    """Have a run tell more; ``private`` belongs to each of the events."""
    first = run.last_seq + 1
    records = [record(seq, event, private) for seq, event in enumerate(events, first)]
    run.last_seq = records[-1].seq
    run.save(update_fields=["last_seq"])
    JournalEntry.objects.create(
        run=run, first_seq=first, last_seq=run.last_seq, events=row_text(records)
    )
