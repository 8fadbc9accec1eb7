"""What ended long ago is deleted, a little at a time; everything else is kept."""

from __future__ import annotations

import argparse
import threading
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from runs import host as hosts
from runs import retention
from runs.feed_events import FeedEvent, newest_id, note
from runs.host import EngineHost
from runs.management.commands.prune_runs import _age
from runs.models import JournalEntry, Review, Run
from runs.retention import (
    keep_house,
    prunable,
    prune_documents,
    prune_feed,
    prune_runs,
    unclaimed_documents,
)
from runs.stored_values import StoredValue
from tests.factories import WorkflowFactory
from wayflow.serializer import deserialize
from wayflow.status import TERMINAL, RunStatus
from workflows.models import GraphDocument, Workflow
from workflows.services import store_document

from .scenes import chain, queued, review_graph
from .stage import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


def old(owner: User, days: float = 100, entries: int = 0, **fields: Any) -> Run:
    """A run that began and ended so many days ago, with so many journal rows."""
    at = NOW - timedelta(days=days)
    status = fields.setdefault("status", RunStatus.COMPLETED)
    ending = {"finished_at": at} if status in TERMINAL else {}
    run = queued(owner, **{"created_at": at, **ending, **fields})
    GraphDocument.objects.filter(pk=run.document_id).update(claimed_at=at)
    for seq in range(1, entries + 1):
        JournalEntry.objects.create(run=run, first_seq=seq, last_seq=seq, events="[]")
    return run


def left() -> set[UUID]:
    return set(Run.objects.values_list("pk", flat=True))


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("prune_runs", *arguments, stdout=out)
    return out.getvalue()


# --- which runs ---


def test_only_what_ended_before_then_is_deleted(user: User) -> None:
    fresh, edge = old(user, days=1), old(user, days=89)
    old(user, days=91)
    before = NOW - timedelta(days=90)
    assert prune_runs(prunable(before=before)) == 1
    assert left() == {fresh.pk, edge.pk}


@pytest.mark.parametrize("status", sorted(set(RunStatus) - TERMINAL))
def test_a_run_that_goes_on_is_never_deleted(user: User, status: RunStatus) -> None:
    run = old(user, status=status)
    assert prune_runs(prunable(before=NOW, statuses=list(RunStatus))) == 0
    assert left() == {run.pk}


def test_a_long_run_is_kept_from_its_end_on(user: User) -> None:
    run = old(user, finished_at=NOW - timedelta(days=1))
    assert prune_runs(prunable(before=NOW - timedelta(days=90))) == 0
    assert left() == {run.pk}


def test_all_that_belongs_to_a_run_goes_with_it(user: User) -> None:
    run = old(user, entries=3, document=review_graph())
    review = Review.objects.create(run=run, node_id="review", opened_seq=1)
    review.users.add(user)
    review.groups.add(Group.objects.create(name="editors"))
    assert prune_runs(prunable(before=NOW)) == 1
    for model in (Run, JournalEntry, Review, Review.users.through):
        assert model.objects.count() == 0


def test_a_repeat_outlives_its_origin(user: User) -> None:
    origin = old(user)
    repeat = old(user, days=1, origin=origin)
    prune_runs(prunable(before=NOW - timedelta(days=90)))
    repeat.refresh_from_db()
    assert repeat.origin is None


# --- graphs ---


def test_a_graph_goes_with_its_last_run(user: User) -> None:
    alone, shared = chain(), review_graph()
    old(user, document=alone)
    old(user, document=shared)
    kept = old(user, days=1, document=shared)
    prune_runs(prunable(before=NOW - timedelta(days=90)))
    assert list(GraphDocument.objects.all()) == [kept.document]


def test_the_graph_of_a_version_stays(user: User) -> None:
    workflow: Workflow = WorkflowFactory.create(owner=user)
    version = workflow.newest_version()
    run = old(user)
    Run.objects.filter(pk=run.pk).update(document=version.document)
    assert prune_runs(prunable(before=NOW)) == 1
    assert GraphDocument.objects.filter(pk=version.document_id).exists()


def test_a_graph_that_nobody_refers_to_is_deleted_after_a_day(user: User) -> None:
    store_document(deserialize(chain()))
    queued(user, review_graph())
    assert prune_documents(unclaimed_documents(now=timezone.now())) == 0
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)
    assert prune_documents(unclaimed_documents(now=tomorrow)) == 1
    assert GraphDocument.objects.count() == 1


# --- a little at a time ---


def test_one_transaction_deletes_about_so_many_rows(user: User) -> None:
    for days in range(110, 100, -1):
        old(user, days=days, entries=4)
    runs = prunable(before=NOW)
    assert [prune_runs(runs, rows=20) for _ in range(4)] == [4, 4, 2, 0]


def test_a_run_with_more_rows_goes_alone_and_the_oldest_goes_first(user: User) -> None:
    second = old(user, days=101)
    old(user, days=102, entries=30)
    assert prune_runs(prunable(before=NOW), rows=10) == 1
    assert left() == {second.pk}
    assert JournalEntry.objects.count() == 0


def test_what_is_deleted_is_not_read(user: User) -> None:
    run = old(user, entries=2, result={"v": "x" * 1_000})
    StoredValue.objects.create(run=run, digest="0" * 64, value="1")
    with CaptureQueriesContext(connection) as asked:
        prune_runs(prunable(before=NOW))
    for query in asked.captured_queries:
        if query["sql"].startswith("SELECT"):
            assert '"events"' not in query["sql"]
            assert '"result"' not in query["sql"]
            assert '"content"' not in query["sql"]
            assert '"value"' not in query["sql"]


# --- by itself ---


def test_the_feed_keeps_its_newest_events(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(user)
    for _ in range(10):
        note(run.pk, "running")
    newest = newest_id()
    monkeypatch.setattr(retention, "KEPT", 4)
    assert [prune_feed(rows=4) for _ in range(3)] == [4, 2, 0]
    kept = FeedEvent.objects.values_list("id", flat=True)
    assert list(kept) == list(range(newest - 3, newest + 1))


def test_the_house_is_kept_by_the_setting(user: User, settings: Settings) -> None:
    gone, kept = old(user, days=8), old(user, days=6)
    settings.WAYFLOW = {**settings.WAYFLOW, "RETENTION_DAYS": 0}
    assert not keep_house(now=NOW)
    assert left() == {gone.pk, kept.pk}
    settings.WAYFLOW = {**settings.WAYFLOW, "RETENTION_DAYS": 7}
    assert keep_house(now=NOW)
    assert not keep_house(now=NOW)
    assert left() == {kept.pk}


def test_runs_are_kept_for_ninety_days_unless_somebody_says_otherwise(
    settings: Settings,
) -> None:
    assert settings.WAYFLOW["RETENTION_DAYS"] == 90


def test_a_host_keeps_house_until_nothing_is_left_to_do(
    new_host: Any, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(hosts, "CLEAN_EVERY", 2)
    monkeypatch.setattr(retention, "ROWS_BETWEEN", 1)
    kept = old(user, days=1)
    for days in (100, 101, 102):
        old(user, days=days)
    host: EngineHost = new_host()
    done = Watched(monkeypatch)
    host.recover()
    assert done.wait()
    assert left() == {kept.pk}


class Watched:
    """Waits until a host found nothing left to delete."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._idle = threading.Event()
        monkeypatch.setattr(hosts, "keep_house", self._keep)

    def _keep(self, **given: Any) -> bool:
        more = keep_house(**given)
        if not more:
            self._idle.set()
        return more

    def wait(self) -> bool:
        return self._idle.wait(PATIENCE)


# --- by hand ---


def test_the_command_deletes_what_the_setting_says(user: User) -> None:
    kept = old(user, days=89)
    old(user, days=91)
    assert command() == "Deleted 1 runs and 0 unused graphs.\n"
    assert left() == {kept.pk}


def test_the_command_can_only_tell(user: User) -> None:
    old(user)
    assert command("--dry-run") == "1 runs would be deleted.\n"
    assert len(left()) == 1


def test_the_command_chooses_by_age_status_and_workflow(user: User) -> None:
    workflow: Workflow = WorkflowFactory.create(owner=user, name="Mine")
    mine: dict[str, Any] = {"workflow": workflow}
    kept = {
        old(user, days=3).pk,
        old(user, days=3, status=RunStatus.ERROR).pk,
        old(user, days=3, **mine).pk,
        old(user, days=1, status=RunStatus.ERROR, **mine).pk,
    }
    for by in ("Mine", str(workflow.pk)):
        old(user, days=3, status=RunStatus.ERROR, **mine)
        command("--older-than", "48h", "--status", "error", "--workflow", by)
        assert left() == kept


def test_the_command_needs_an_age_where_runs_are_kept_for_ever(
    user: User, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "RETENTION_DAYS": 0}
    with pytest.raises(CommandError, match="--older-than"):
        command()
    old(user)
    command("--older-than", "1d")
    assert left() == set()


def test_the_command_knows_the_workflow_or_deletes_nothing(user: User) -> None:
    WorkflowFactory.create_batch(2, name="Twice", owner=user)
    for name, problem in [("None", "no workflow"), ("Twice", "More than one")]:
        with pytest.raises(CommandError, match=problem):
            command("--workflow", name)


@pytest.mark.parametrize(
    ("text", "hours"), [("90d", 2_160), ("12h", 12), ("2w", 336), ("30m", 0.5)]
)
def test_an_age_is_a_number_and_a_unit(text: str, hours: float) -> None:
    assert _age(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["90", "d", "-1d", "1.5d", "1y", "\u0661d", ""])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not an age"):
        _age(text)
