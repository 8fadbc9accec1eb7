"""The index of the admin, and the statistics that it shows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from runs import statistics
from runs.models import Run
from tests.factories import WorkflowFactory
from wayflow.events import Event, node_status
from wayflow.status import NodeStatus
from workflows.models import Workflow

from .admin_scenes import signed_in, staff, stored, text_of
from .scenes import queued

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


def ended(workflow: Workflow, status: str, seconds: float = 1.0, **fields: Any) -> Run:
    fields.setdefault("created_at", NOW - timedelta(hours=1))
    return stored(
        workflow.owner,
        status,
        workflow=workflow,
        duration=timedelta(seconds=seconds),
        **fields,
    )


def took(node_id: str, start: int, end: int) -> tuple[Event, ...]:
    """What a node tells that began and completed at these milliseconds."""
    running, complete = NodeStatus.RUNNING, NodeStatus.COMPLETE
    return (
        node_status(node_id, running, inputs={}, startedAt=start),
        node_status(node_id, complete, outputData=1, finishedAt=end),
    )


def figures(client: Client) -> dict[str, str]:
    shown = client.get(INDEX).context["figures"]
    return {figure.title: figure.value for figure in shown}


def test_a_day_counts_the_runs_that_were_started_on_it_here(
    user: User, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    # On the 8th in Berlin, on the 7th in London.
    stored(user, created_at=datetime(2026, 3, 7, 23, 30, tzinfo=UTC))
    stored(user, "error", created_at=datetime(2026, 3, 8, 22, 59, tzinfo=UTC))
    stored(user, created_at=datetime(2026, 3, 8, 23, 0, tzinfo=UTC))
    stored(user, created_at=datetime(2026, 3, 7, 22, 59, tzinfo=UTC))
    with timezone.override("Europe/Berlin"):
        days = statistics.runs_per_day(Run.objects.all(), NOW, 3)
    assert [day.date for day in days] == [date(2026, 3, d) for d in (8, 9, 10)]
    assert [dict(day.counts) for day in days] == [
        {"completed": 1, "error": 1},
        {"completed": 1, "error": 0},
        {"completed": 0, "error": 0},
    ]


def test_a_workflow_tells_how_often_it_succeeds_and_how_long_it_takes() -> None:
    often, seldom = WorkflowFactory.create(name="Often"), WorkflowFactory.create()
    for second in range(1, 20):
        ended(often, "completed", second)
    ended(often, "error", 100)
    ended(often, "cancelled", 1_000)
    ended(often, "completed", created_at=NOW - timedelta(days=9))
    ended(seldom, "cancelled")
    queued(often.owner, workflow=often, created_at=NOW)
    first, second_ = statistics.health(Run.objects.all(), NOW - timedelta(days=8))
    assert (first.name, first.total) == ("Often", 21)
    assert first.success == pytest.approx(19 / 20)
    assert first.median == timedelta(seconds=10)
    assert first.p95 == timedelta(seconds=19)
    assert (second_.success, second_.median) == (None, None)


@given(st.lists(st.integers(), min_size=1), st.sampled_from([0.05, 0.5, 0.95, 1.0]))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[int], share: float
) -> None:
    found = statistics.percentile(values, share)
    within = [value for value in values if value <= found]
    below = [value for value in values if value < found]
    assert found in values
    assert len(within) >= share * len(values) > len(below)


def test_the_slowest_nodes_come_first_and_waiting_for_a_person_is_none_of_it(
    user: User,
) -> None:
    waited = (
        node_status("out", NodeStatus.RUNNING, inputs={}, startedAt=0),
        node_status("out", NodeStatus.WAITING),
        node_status("out", NodeStatus.COMPLETE, outputData=1, finishedAt=90_000),
    )
    stored(user, events=(*took("in", 0, 250), *waited))
    stored(user, events=(*took("in", 0, 750), *took("out", 0, 10)))
    stored(user, "running", events=took("in", 0, 5_000))
    first, second = statistics.slowest_nodes(Run.objects.all())
    assert (first.label, first.times) == ("input", 2)
    assert first.slowest == timedelta(milliseconds=750)
    assert first.median == timedelta(milliseconds=250)
    assert (second.label, second.slowest) == ("output", timedelta(milliseconds=10))
    assert first.workflow == "Graphs of their own"


def test_long_rows_of_the_journal_are_passed_over(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "LONGEST_ROW", 10)
    stored(user, events=took("in", 0, 250))
    assert statistics.slowest_nodes(Run.objects.all()) == []


def test_only_the_end_of_the_journal_is_read(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "ROWS_READ", 1)
    stored(user, events=took("in", 0, 250))
    stored(user, events=took("out", 0, 50))
    (only,) = statistics.slowest_nodes(Run.objects.all())
    assert only.label == "output"


def test_a_server_is_dead_once_a_lease_of_it_is_over(user: User) -> None:
    minute = timedelta(minutes=1)
    for host, lease in (("a", minute), ("a", 2 * minute), ("b", -minute)):
        queued(
            user,
            status="running",
            host=host,
            started_at=NOW - minute,
            lease_expires_at=NOW + lease,
        )
    dead, alive = statistics.hosts(Run.objects.all(), NOW)
    assert (dead.name, dead.runs, dead.is_dead) == ("b", 1, True)
    assert (alive.name, alive.runs, alive.is_dead) == ("a", 2, False)
    assert alive.lease_expires_at == NOW + minute


def test_the_index_tells_where_runs_stand(admin_client: Client, user: User) -> None:
    now = timezone.now()
    gone: dict[str, Any] = {
        "started_at": now,
        "lease_expires_at": now - timedelta(hours=1),
    }
    queued(user)
    queued(user, status="paused")
    queued(user, status="running", host="host-1", **gone)
    stored(user, created_at=now)
    stored(user, "error", created_at=now)
    html = text_of(admin_client, INDEX)
    assert figures(admin_client) == {
        "Running": "1",
        "Queued": "1",
        "Stuck": "1",
        "Your inbox": "0",
        "Success": "50 %",
    }
    assert "host-1" in html
    assert "Gone" in html
    assert "/admin/runs/run/?show=stuck" in html


def test_the_chart_counts_the_days_by_status(admin_client: Client, user: User) -> None:
    stored(user, "error", created_at=timezone.now())
    chart = json.loads(admin_client.get(INDEX).context["chart"])
    assert len(chart["labels"]) == 14
    last = {bars["label"]: bars["data"][-1] for bars in chart["datasets"]}
    assert last == {"Completed": 0, "Error": 1, "Cancelled": 0, "Going on": 0}


def test_who_may_not_see_all_runs_sees_statistics_of_their_own(user: User) -> None:
    me = staff()
    now = timezone.now()
    lease: dict[str, Any] = {
        "host": "host-1",
        "lease_expires_at": now,
        "started_at": now,
    }
    for _ in range(3):
        queued(user, status="running", **lease)
    stored(user, created_at=now, events=took("in", 0, 250))
    queued(me)
    html = text_of(signed_in(me), INDEX)
    assert figures(signed_in(me)) == {
        "Running": "0",
        "Queued": "1",
        "Stuck": "0",
        "Your inbox": "0",
        "Success": "-",
    }
    for hidden in ("host-1", "Servers", "/admin/runs/run/", "median"):
        assert hidden not in html


def test_markup_in_names_is_shown_as_text(admin_client: Client) -> None:
    evil = "<script>alert(1)</script>"
    workflow = WorkflowFactory.create(name=evil)
    ended(workflow, "error", created_at=timezone.now(), events=took("in", 0, 250))
    Run.objects.create(
        document=workflow.newest_version().document,
        owner=workflow.owner,
        status="running",
        host=evil,
        started_at=timezone.now(),
        lease_expires_at=timezone.now(),
    )
    html = text_of(admin_client, INDEX)
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert") >= 3


def test_no_script_of_ours_is_within_the_page(admin_client: Client) -> None:
    html = text_of(admin_client, INDEX)
    scripts = html.split("<script")[1:]
    assert scripts
    assert all("src=" in script.split(">")[0] for script in scripts)


def test_the_index_asks_as_much_for_many_runs_as_for_one(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    def more() -> None:
        workflow = WorkflowFactory.create()
        now = timezone.now()
        ended(workflow, "completed", created_at=now, events=took("in", 0, 250))
        queued(workflow.owner, workflow=workflow)

    more()
    admin_client.get(INDEX)
    with CaptureQueriesContext(connection) as few:
        admin_client.get(INDEX)
    for _ in range(5):
        more()
    with django_assert_max_num_queries(len(few)):
        admin_client.get(INDEX)


def test_the_sidebar_has_what_one_may_open_and_no_more(admin_client: Client) -> None:
    own = text_of(signed_in(staff()), INDEX)
    assert 'href="/admin/runs/review/"' in own
    for link in ("runs/run", "workflows/workflow", "auth/user", "access/token"):
        assert f'href="/admin/{link}/"' not in own
        assert f'href="/admin/{link}/"' in text_of(admin_client, INDEX)
