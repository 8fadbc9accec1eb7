"""The list of runs in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runs.models import Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from workflows.models import Workflow

from .admin_scenes import RUNS, page_of, signed_in, staff, stored, text_of
from .scenes import queued

pytestmark = pytest.mark.django_db


def run_of(workflow: Workflow, **fields: Any) -> Run:
    return stored(
        workflow.owner,
        workflow=workflow,
        version=workflow.newest_version(),
        **fields,
    )


def listed(client: Client, **query: str) -> list[Run]:
    """The runs that the list shows for ``query``."""
    response = client.get(RUNS, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def test_a_row_says_what_ran_how_it_went_and_who_wanted_it(
    admin_client: Client,
) -> None:
    now = timezone.now()
    workflow = WorkflowFactory.create(name="Monthly report")
    run = run_of(workflow, started_at=now - timedelta(seconds=83), finished_at=now)
    html = text_of(admin_client, RUNS)
    assert str(run.pk)[:8] in html
    assert page_of(run) in html
    assert "Monthly report v1" in html
    assert workflow.owner.username in html
    assert "1 min 23 s" in html
    assert "completed" in html


def test_a_graph_of_its_own_and_an_edit_are_told_apart(
    admin_client: Client, user: User
) -> None:
    queued(user)
    queued(user, workflow=WorkflowFactory.create(name="Letters"))
    html = text_of(admin_client, RUNS)
    assert "A graph of its own" in html
    assert "Letters (edited)" in html


def test_the_list_asks_as_much_for_many_runs_as_for_one(
    admin_client: Client, django_assert_num_queries: Any
) -> None:
    run_of(WorkflowFactory.create())
    admin_client.get(RUNS)
    with CaptureQueriesContext(connection) as few:
        admin_client.get(RUNS)
    for _ in range(5):
        run_of(WorkflowFactory.create())
    with django_assert_num_queries(len(few)):
        assert len(listed(admin_client)) == 6


def test_the_list_never_fetches_what_may_be_large(
    admin_client: Client, user: User
) -> None:
    queued(user, inputs={"v": "x"})
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(RUNS)
    asked = " ".join(query["sql"] for query in queries)
    for column in ("inputs", "result", "error"):
        assert f'"runs_run"."{column}"' not in asked
    assert '"content"' not in asked


def test_runs_of_one_moment_have_an_order_all_the_same(
    admin_client: Client, user: User
) -> None:
    now = timezone.now()
    made = [queued(user, created_at=now) for _ in range(5)]
    newest = sorted(made, key=lambda run: run.pk, reverse=True)
    assert listed(admin_client) == newest


def test_the_list_is_narrowed_by_status_trigger_and_workflow(
    admin_client: Client, user: User
) -> None:
    workflow = WorkflowFactory.create()
    wanted = run_of(workflow)
    other = queued(user)
    Run.objects.filter(pk=wanted.pk).update(trigger=Trigger.API)
    assert listed(admin_client, status__in="completed") == [wanted]
    assert listed(admin_client, trigger__in="python") == [other]
    assert listed(admin_client, workflow__id__exact=str(workflow.pk)) == [wanted]


def test_a_run_is_found_by_its_id_its_workflow_and_its_error(
    admin_client: Client,
) -> None:
    report = WorkflowFactory.create(name="Monthly report")
    failed = run_of(
        report, status="error", error={"code": "WF_X", "message": "No paper left"}
    )
    run_of(WorkflowFactory.create(name="Letters"))
    for words in (str(failed.pk), str(failed.pk)[:8], "monthly", "no paper", "WF_X"):
        assert listed(admin_client, q=words) == [failed]


def test_runs_are_neither_added_changed_nor_deleted_in_the_admin(
    admin_client: Client, user: User
) -> None:
    run = queued(user)
    assert admin_client.get(f"{RUNS}add/").status_code == 403
    assert admin_client.post(page_of(run), {"status": "error"}).status_code == 405
    assert admin_client.post(f"{RUNS}{run.pk}/delete/").status_code == 403
    choice = {"action": "delete_selected", "_selected_action": [str(run.pk)]}
    admin_client.post(RUNS, choice)
    run.refresh_from_db()
    assert run.status == "queued"


def cancelling(*runs: Run) -> dict[str, Any]:
    return {
        "action": "cancel_selected",
        "_selected_action": [str(run.pk) for run in runs],
    }


def test_the_selected_runs_are_asked_to_stop_and_the_answer_counts_them(
    admin_client: Client, user: User
) -> None:
    going, other, over = queued(user), queued(user), stored(user)
    response = admin_client.post(RUNS, cancelling(going, over), follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told == ["1 run was asked to stop.", "1 run was not asked: already over."]
    for run, status in ((going, "cancelled"), (other, "queued"), (over, "completed")):
        run.refresh_from_db()
        assert run.status == status
    assert going.cancel_requested_by == response.context["user"]


def test_without_the_permission_there_is_no_such_action(user: User) -> None:
    run, client = queued(user), signed_in(staff("runs.view_run"))
    assert "cancel_selected" not in text_of(client, RUNS)
    client.post(RUNS, cancelling(run))
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("queued", None)


def test_the_list_is_closed_to_staff_who_may_not_see_runs(user: User) -> None:
    assert signed_in(staff()).get(RUNS).status_code == 403
    nobody = signed_in(UserFactory.create())
    assert nobody.get(RUNS).status_code == 302
