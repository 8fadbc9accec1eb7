"""The list of runs in the admin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runs.models import Review, Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow.events import node_status
from wayflow.status import NodeStatus
from workflows.models import Workflow

from .admin_scenes import RUNS, page_of, signed_in, staff, stored, text_of
from .scenes import grant, queued

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


def test_the_list_is_narrowed_to_the_repeats_of_a_run(
    admin_client: Client, user: User
) -> None:
    origin = queued(user)
    repeat = queued(user, origin=origin)
    assert listed(admin_client, origin=str(origin.pk)) == [repeat]
    assert listed(admin_client, origin="nonsense") == []


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
        "confirmed": "yes",
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


def test_an_action_is_asked_for_once_more_before_anything_happens(
    admin_client: Client, user: User
) -> None:
    run = queued(user, workflow=WorkflowFactory.create(name="Letters"))
    first = cancelling(run)
    del first["confirmed"]
    html = admin_client.post(RUNS, first).content.decode()
    assert "Cancel them" in html
    assert "Letters (edited)" in html
    assert f'value="{run.pk}"' in html
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("queued", None)
    assert not LogEntry.objects.exists()


def test_what_staff_did_with_many_is_in_the_log_with_why(
    admin_client: Client, user: User
) -> None:
    going, over = queued(user), stored(user)
    admin_client.post(RUNS, {**cancelling(going, over), "reason": " Wrong list. "})
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user.username) == (str(going.pk), "admin")
    assert entry.change_message == "Asked to stop, from the list. Reason: Wrong list."


def test_the_selected_runs_are_retried_and_the_answer_groups_the_reasons(
    admin_client: Client,
) -> None:
    workflow = WorkflowFactory.create()
    failed = run_of(workflow, status="error")
    going = [queued(workflow.owner), queued(workflow.owner)]
    choice = {**cancelling(failed, *going), "action": "retry_selected"}
    response = admin_client.post(RUNS, choice, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told == [
        "1 run was retried.",
        "2 runs were not retried: The run goes on; only a run that ended can be"
        " retried.",
    ]
    again = Run.objects.get(origin=failed)
    assert (again.status, again.trigger) == ("queued", Trigger.ADMIN)
    assert str(again.pk) in LogEntry.objects.get(object_id=failed.pk).change_message


def test_of_the_selected_runs_those_that_only_skipped_nodes_are_not_retried(
    admin_client: Client, admin_user: User
) -> None:
    done = node_status("in", NodeStatus.COMPLETE, outputData="x", finishedAt=1)
    skipped = node_status("out", NodeStatus.SKIPPED)
    run = stored(admin_user, events=(done, skipped))
    choice = {**cancelling(run), "action": "retry_selected"}
    response = admin_client.post(RUNS, choice, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "1 run was not retried: Every node of the run completed or was skipped."
    ]
    assert not Run.objects.filter(origin=run).exists()


@pytest.mark.parametrize("action", ["cancel_selected", "retry_selected"])
def test_of_many_nothing_is_done_that_cannot_be_logged(
    admin_client: Client, user: User, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored(user, "error" if action == "retry_selected" else "queued")
    fails = Mock(side_effect=RuntimeError("The log is full."))
    monkeypatch.setattr("runs.admin.bulk.log_action", fails)
    with pytest.raises(RuntimeError, match="The log is full"):
        admin_client.post(RUNS, {**cancelling(run), "action": action})
    run.refresh_from_db()
    assert (run.cancel_requested_at, Run.objects.count()) == (None, 1)


def test_more_runs_than_one_transaction_takes_are_all_cancelled(
    admin_client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.admin.bulk.AT_ONCE", 2)
    runs = [queued(user) for _ in range(5)]
    response = admin_client.post(RUNS, cancelling(*runs), follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told == ["5 runs were asked to stop."]
    assert LogEntry.objects.count() == 5
    assert not Run.objects.exclude(status="cancelled").exists()


def test_who_may_run_nothing_retries_nothing(user: User) -> None:
    failed = stored(user, "error")
    client = signed_in(staff("runs.view_run", "runs.cancel_run"))
    assert "retry_selected" not in text_of(client, RUNS)
    client.post(RUNS, {**cancelling(failed), "action": "retry_selected"})
    assert Run.objects.get() == failed


def test_who_may_run_other_workflows_is_told_why_this_one_was_not_retried(
    user: User,
) -> None:
    failed = stored(user, "error")
    client = signed_in(staff("runs.view_run", "workflows.run_workflow"))
    choice = {**cancelling(failed), "action": "retry_selected"}
    response = client.post(RUNS, choice, follow=True)
    (told,) = (str(message) for message in response.context["messages"])
    assert told.startswith("1 run was not retried: ")
    assert Run.objects.get() == failed


def test_a_selection_that_names_no_run_is_refused(
    admin_client: Client, user: User
) -> None:
    for forged in ("nonsense", "1' or '1'='1", ""):
        choice = {**cancelling(), "_selected_action": [forged]}
        assert admin_client.post(RUNS, choice).status_code == 400
    gone = {**cancelling(), "_selected_action": [str(uuid4())]}
    response = admin_client.post(RUNS, gone, follow=True)
    (told,) = (str(message) for message in response.context["messages"])
    assert told == "1 run was not asked: they are not there any more."


def test_so_many_at_once_and_the_page_says_how_many_are_left(
    admin_client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.admin.bulk_actions.MOST", 2)
    runs = [queued(user) for _ in range(3)]
    choice = {**cancelling(runs[0]), "select_across": "1"}
    del choice["confirmed"]
    html = admin_client.post(RUNS, choice).content.decode()
    assert "these are the first 2" in html
    assert html.count('name="_selected_action"') == 2


def test_to_get_an_action_does_nothing(admin_client: Client, user: User) -> None:
    run = queued(user)
    admin_client.get(RUNS, {**cancelling(run), "index": "0"})
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("queued", None)


def test_the_list_has_its_actions_and_its_presets(
    admin_client: Client, user: User
) -> None:
    queued(user)
    html = text_of(admin_client, RUNS)
    for name in ("cancel_selected", "retry_selected"):
        assert f'<option value="{name}"' in html
    for preset in ("open", "stuck", "mine", "failed"):
        assert f'href="{RUNS}?show={preset}"' in html


def test_runs_that_show_a_sign_of_hanging_are_stuck(
    admin_client: Client, user: User
) -> None:
    now = timezone.now()
    minute = timedelta(minutes=1)
    alive: dict[str, Any] = {"started_at": now, "lease_expires_at": now + minute}
    long_ago: dict[str, Any] = {"created_at": now - 6 * minute}
    well = [
        queued(user),
        queued(user, status="running", **alive),
        queued(user, status="paused", **long_ago),
        queued(user, status="running", **alive, cancel_requested_at=now),
        stored(user, **long_ago),
    ]
    signs = {
        queued(user, **long_ago): "queued for long",
        queued(
            user, status="running", started_at=now, lease_expires_at=now - minute
        ): "its server is gone",
        queued(
            user,
            status="running",
            started_at=now - 61 * minute,
            lease_expires_at=now + minute,
        ): "runs for long",
        queued(
            user, status="running", **alive, cancel_requested_at=now - 2 * minute
        ): "asked to stop, goes on",
    }
    found: list[Any] = listed(admin_client, show="stuck")
    assert {run: run.sign for run in found} == signs
    assert "its server is gone" in text_of(admin_client, f"{RUNS}?show=stuck")
    assert len(listed(admin_client)) == len(well) + len(signs)


def test_the_presets_find_what_goes_on_what_failed_and_what_waits_for_me(
    admin_client: Client, user: User
) -> None:
    me = User.objects.get(username="admin")
    going, failed = queued(user), stored(user, "error")
    mine, others = (queued(user, status="paused") for _ in range(2))
    for run, whom in ((mine, me), (others, user)):
        asked = Review.objects.create(run=run, node_id="review", opened_seq=1)
        asked.users.add(whom)
    User.objects.filter(pk=me.pk).update(is_superuser=False)
    grant(me, "runs.view_run")
    assert listed(admin_client, show="failed") == [failed]
    assert set(listed(admin_client, show="open")) == {going, mine, others}
    assert listed(admin_client, show="mine") == [mine]


def test_the_list_is_narrowed_by_version_who_day_and_duration(
    admin_client: Client, user: User
) -> None:
    ann = UserFactory.create(username="ann-lee")
    workflow = WorkflowFactory.create()
    moment = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    wanted = run_of(
        workflow, created_at=moment, duration=timedelta(seconds=83), result={}
    )
    Run.objects.filter(pk=wanted.pk).update(owner=ann)
    other = queued(user)
    assert listed(admin_client, version="1") == [wanted]
    assert listed(admin_client, version="2") == []
    assert listed(admin_client, who="LEE") == [wanted]
    day = {"queued_from": "2026-03-04", "queued_to": "2026-03-04"}
    assert listed(admin_client, **day) == [wanted]
    assert listed(admin_client, queued_from="2026-03-05") == [other]
    assert listed(admin_client, queued_to="2026-03-03") == []
    assert listed(admin_client, took_from="83", took_to="84.5") == [wanted]
    assert listed(admin_client, took_from="83.1") == []


@pytest.mark.parametrize(
    "query",
    [
        {"queued_from": "yesterday"},
        {"queued_to": "9999-12-31"},
        {"took_from": "-1"},
        {"took_to": "1e309"},
        {"version": "one"},
        {"version": "99999999999999999999"},
        {"who": "\x01nobody"},
    ],
)
def test_a_filter_that_makes_no_sense_is_no_accident(
    admin_client: Client, user: User, query: dict[str, str]
) -> None:
    queued(user)
    assert len(listed(admin_client, **query)) <= 1


def test_a_run_is_found_by_what_went_into_it(admin_client: Client, user: User) -> None:
    wanted = queued(user, inputs={"ticket": 'The "big" printer\nbörnt'})
    queued(user, inputs={"ticket": "Something else"})
    for words in ('"big" printer', "BIG", "printer\nbörnt"):
        assert listed(admin_client, q=words) == [wanted]
    assert listed(admin_client, q="%") == []


def statuses(client: Client, *runs: Run) -> Any:
    return client.get(f"{RUNS}statuses/", {"ids": ",".join(str(r.pk) for r in runs)})


def test_a_page_learns_how_its_runs_stand_now(admin_client: Client, user: User) -> None:
    now = timezone.now()
    ended = stored(user, started_at=now - timedelta(seconds=83), finished_at=now)
    going = queued(user)
    queued(user)
    assert statuses(admin_client, ended, going).json() == {
        str(ended.pk): {"status": "completed", "duration": "1 min 23 s"},
        str(going.pk): {"status": "queued", "duration": "-"},
    }
    assert statuses(admin_client).json() == {}


def test_how_runs_stand_is_told_to_those_alone_who_may_see_the_list(
    admin_client: Client, user: User
) -> None:
    run = queued(user)
    assert statuses(signed_in(staff()), run).status_code == 403
    assert statuses(signed_in(UserFactory.create()), run).status_code == 302
    assert admin_client.get(f"{RUNS}statuses/?ids=x").status_code == 400


def test_markup_in_names_and_signs_is_shown_as_text(
    admin_client: Client, user: User
) -> None:
    evil = '<script>alert(1)</script><a href="javascript:alert(1)">'
    user.username = evil[:100]
    user.save()
    queued(user, workflow=WorkflowFactory.create(name=evil, owner=user))
    given = ("q", "who", "version", "origin", "took_from", "queued_to", "show")
    narrowed = urlencode(dict.fromkeys(given, evil))
    for html in (
        text_of(admin_client, RUNS),
        text_of(admin_client, f"{RUNS}?{narrowed}"),
        admin_client.post(
            RUNS, {**cancelling(*Run.objects.all()), "confirmed": ""}
        ).content.decode(),
    ):
        assert "<script>alert" not in html
        assert 'href="javascript' not in html
        assert "&lt;script&gt;alert" in html


def test_the_list_is_counted_no_further_than_it_can_be_paged(
    admin_client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.admin.run_list.COUNTED", 3)
    for _ in range(5):
        queued(user)
    response = admin_client.get(RUNS)
    assert response.context["cl"].result_count == 3
    assert "narrow the list" in response.content.decode()


def test_the_list_of_100_000_runs_takes_ten_queries_at_most(
    user: User, django_assert_max_num_queries: Any
) -> None:
    rights = ("runs.view_run", "runs.cancel_run", "workflows.view_workflow")
    client = signed_in(staff(*rights, "workflows.run_workflow"))
    workflow = WorkflowFactory.create()
    for _ in range(3):
        queued(user)
    multiply(run_of(workflow), 100_000)
    client.get(RUNS)
    narrowed = {
        "show": "open",
        "workflow__id__exact": str(workflow.pk),
        "who": "user",
        "version": "1",
        "q": "printer",
    }
    for query in ({}, narrowed):
        with django_assert_max_num_queries(10):
            client.get(RUNS, query)


def multiply(run: Run, times: int) -> None:
    """Store so many runs like ``run``."""
    columns = [field.get_attname() for field in Run._meta.concrete_fields]
    others = ", ".join(column for column in columns if column != "id")
    is_sqlite = connection.vendor == "sqlite"
    new_id = "lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()"
    key = Run._meta.pk.get_db_prep_value(run.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE number(n) AS"
            " (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < %s)"
            f" INSERT INTO runs_run (id, {others})"
            f" SELECT {new_id}, {others} FROM runs_run, number WHERE id = %s",
            [times, key],
        )
