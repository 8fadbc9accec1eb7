"""What the pages of workflows tell of runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory, WorkflowFactory
from workflows.models import Workflow
from workflows.services import publish

from .admin_scenes import page_of, signed_in, staff, stored, text_of

pytestmark = pytest.mark.django_db

LIST = "/admin/workflows/workflow/"


def url_of(workflow: Workflow, rest: str = "change/") -> str:
    return f"{LIST}{workflow.pk}/{rest}"


def ran(workflow: Workflow, *statuses: str, seconds: float = 1, **more: Any) -> None:
    """Runs of ``workflow``, the first one the oldest."""
    version = workflow.newest_version()
    for number, status in enumerate(statuses):
        ended = status in ("completed", "error", "cancelled")
        stored(
            more.get("owner", workflow.owner),
            status,
            workflow=workflow,
            version=version,
            created_at=timezone.now() - timedelta(minutes=len(statuses) - number),
            duration=timedelta(seconds=seconds) if ended else None,
        )


def row_of(response: Any, workflow: Workflow) -> Any:
    return next(row for row in response.context["cl"].result_list if row == workflow)


# --- the list ---


def test_the_list_tells_the_last_run_and_the_success_of_the_last_ones(
    admin_client: Client,
) -> None:
    workflow, idle = WorkflowFactory.create(), WorkflowFactory.create()
    ran(workflow, "completed", "completed", "error", "completed", "cancelled")
    response = admin_client.get(LIST)
    row = row_of(response, workflow)
    assert (row.last_status, row.success) == ("cancelled", 0.75)
    row = row_of(response, idle)
    assert (row.last_status, row.success) == (None, None)
    html = response.content.decode()
    assert "75%" in html
    assert page_of(workflow.runs.latest("created_at")) in html


def test_only_the_last_fifty_ended_runs_are_judged(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    ran(workflow, *["error"] * 10, *["completed"] * 50)
    assert row_of(admin_client.get(LIST), workflow).success == 1


def test_the_list_costs_as_many_queries_however_much_ran(
    admin_client: Client,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    ran(WorkflowFactory.create(), "completed")
    admin_client.get(LIST)
    with django_assert_max_num_queries(10) as few:
        admin_client.get(LIST)
    for _ in range(4):
        ran(WorkflowFactory.create(), "completed", "error", "paused")
    with django_assert_num_queries(len(few)):
        admin_client.get(LIST)


@pytest.mark.parametrize(
    ("choice", "found"), [("error", "failing"), ("never", "idle"), ("paused", "asking")]
)
def test_workflows_are_found_by_their_last_run(
    admin_client: Client, choice: str, found: str
) -> None:
    ran(WorkflowFactory.create(name="failing"), "completed", "error")
    ran(WorkflowFactory.create(name="asking"), "error", "paused")
    WorkflowFactory.create(name="idle")
    response = admin_client.get(f"{LIST}?last_run={choice}")
    assert [str(row) for row in response.context["cl"].result_list] == [found]


def test_who_may_see_workflows_but_no_runs_is_told_of_none() -> None:
    workflow = WorkflowFactory.create()
    ran(workflow, "error")
    client = signed_in(staff("workflows.view_workflow"))
    row = row_of(client.get(LIST), workflow)
    assert (row.last_status, row.success) == (None, None)
    assert "No runs yet." in text_of(client, url_of(workflow))


# --- the page ---


def test_the_page_tells_how_the_last_runs_went(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    ran(workflow, "completed", "error", seconds=4)
    ran(workflow, "completed", "completed", seconds=2)
    response = admin_client.get(url_of(workflow))
    latest = response.context["latest"]
    assert (latest.percent, latest.median, latest.total) == ("75%", "2.0 s", 4)
    assert latest.counts == (("completed", "Completed", 3), ("error", "Error", 1))
    html = response.content.decode()
    for run in workflow.runs.all():
        assert html.count(f'href="{page_of(run)}"') == 2
    assert html.count('title="Completed, ') == 3
    assert html.count('title="Error, ') == 1


def test_the_page_costs_as_many_queries_however_much_ran(
    admin_client: Client,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    workflow = WorkflowFactory.create()
    url = url_of(workflow)
    groups = [Group.objects.create(name=name) for name in "abcd"]
    workflow.shares.create(group=groups[0])
    admin_client.get(url)
    with django_assert_max_num_queries(10) as few:
        admin_client.get(url)
    ran(workflow, *["completed", "error", "paused"] * 5)
    for group in groups[1:]:
        workflow.shares.create(group=group)
    with django_assert_num_queries(len(few)):
        admin_client.get(url)


def test_what_is_offered_depends_on_who_looks() -> None:
    workflow = WorkflowFactory.create()
    ran(workflow, "completed")
    run_url, list_url = url_of(workflow, "run/"), "/admin/runs/run/?workflow"
    looks = text_of(signed_in(staff("workflows.view_workflow")), url_of(workflow))
    assert run_url not in looks
    assert list_url not in looks
    may = ("workflows.view_workflow", "workflows.run_workflow", "runs.view_run")
    html = text_of(signed_in(staff(*may)), url_of(workflow))
    assert run_url in html
    assert list_url in html


# --- what a publication touches ---


def test_publishing_shows_the_runs_that_wait(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    ran(workflow, "completed", "paused", "queued", "running")
    ran(WorkflowFactory.create(), "paused")
    response = admin_client.get(url_of(workflow, "publish/"))
    touched = response.context["touched"]
    assert touched.counts == (("queued", "Queued", 1), ("paused", "Paused", 1))
    assert [row.run.status for row in touched.first] == ["paused", "queued"]
    html = response.content.decode()
    assert "Each keeps the version it was started with" in html
    before = list(workflow.runs.order_by("pk").values())
    assert admin_client.post(url_of(workflow, "publish/")).status_code == 302
    assert list(workflow.runs.order_by("pk").values()) == before


def test_of_many_waiting_runs_the_oldest_are_shown(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    workflow = WorkflowFactory.create()
    ran(workflow, *["queued"] * 15)
    with django_assert_max_num_queries(12):
        response = admin_client.get(url_of(workflow, "publish/"))
    touched = response.context["touched"]
    assert (touched.total, len(touched.first)) == (15, 10)
    oldest = workflow.runs.order_by("created_at").first()
    assert touched.first[0].run == oldest
    assert "These are the 10 oldest." in response.content.decode()


def test_runs_of_others_are_not_shown_to_who_may_not_see_them() -> None:
    editor: User = staff("workflows.view_workflow", "workflows.change_workflow")
    workflow = WorkflowFactory.create()
    ran(workflow, "paused", owner=UserFactory.create())
    ran(workflow, "queued", owner=editor)
    response = signed_in(editor).get(url_of(workflow, "publish/"))
    assert [row.run.status for row in response.context["touched"].first] == ["queued"]


def test_the_form_runs_the_version_that_it_showed(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    html = text_of(admin_client, url_of(workflow, "run/"))
    assert 'action="?version=1"' in html
    publish(workflow_id=workflow.pk, number=1, by=workflow.owner)
    assert admin_client.post(url_of(workflow, "run/?version=1")).status_code == 302


def test_the_page_leads_to_the_editor(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    assert f'href="/workflows/{workflow.pk}"' in text_of(admin_client, url_of(workflow))
