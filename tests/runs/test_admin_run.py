"""The page of a run in the admin, and its button to cancel."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runs.admin.run_page import (
    EVENT_LIMIT,
    EVENTS_AT_ONCE,
    NODES_SHOWN,
    VALUE_LIMIT,
)
from runs.models import Review, Run
from tests.factories import UserFactory, WorkflowFactory
from wayflow.events import (
    Event,
    edge_status,
    node_status,
    run_ended,
    run_error,
    run_running,
    tool_call_end,
    tool_call_start,
)
from wayflow.status import EdgeStatus, NodeStatus, RunStatus
from wayflow.testing import graph_document, node_document
from workflows.models import Share

from .admin_scenes import cancel_of, page_of, signed_in, staff, stored, text_of
from .scenes import chain, queued, review_graph

pytestmark = pytest.mark.django_db


def story(output: Any = "hi") -> tuple[Event, ...]:
    """What a run of the shortest graph tells."""
    return (
        run_running("r"),
        node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=1_000),
        node_status("in", NodeStatus.COMPLETE, outputData=output, finishedAt=2_500),
        run_ended(RunStatus.COMPLETED, {"v": output}),
    )


def test_the_page_tells_what_ran_for_whom_and_when(admin_client: Client) -> None:
    now = timezone.now()
    workflow = WorkflowFactory.create(name="Monthly report")
    run = stored(
        workflow.owner,
        workflow=workflow,
        version=workflow.newest_version(),
        started_at=now - timedelta(hours=2, minutes=5),
        finished_at=now,
        inputs={"month": "May"},
        result={"pages": 12},
    )
    html = text_of(admin_client, page_of(run))
    assert f'href="/admin/workflows/workflow/{workflow.pk}/change/"' in html
    assert f'href="/admin/workflows/workflow/{workflow.pk}/change/#versions"' in html
    assert f"{workflow.owner.username}, Python" in html
    assert "2 h 05 min" in html
    assert "&quot;month&quot;: &quot;May&quot;" in html
    assert "&quot;pages&quot;: 12" in html
    assert f"/admin/workflows/workflow/{workflow.pk}/run/" in html


def test_a_failed_run_shows_its_code_message_and_hint(
    admin_client: Client, user: User
) -> None:
    error = {"code": "WF_X", "message": "No paper left.", "hint": "Buy some."}
    html = text_of(admin_client, page_of(stored(user, "error", error=error)))
    for words in error.values():
        assert words in html


def test_a_paused_run_shows_what_its_review_asks(
    admin_client: Client, user: User
) -> None:
    run = stored(user, "paused", document=review_graph())
    Review.objects.create(
        run=run,
        node_id="review",
        instructions="May this go out?",
        data={"value": {"draft": "Dear all"}},
        opened_seq=1,
    )
    html = text_of(admin_client, page_of(run))
    assert "May this go out?" in html
    assert "Dear all" in html


def test_each_node_shows_its_state_time_and_values(
    admin_client: Client, user: User
) -> None:
    calls = (
        tool_call_start("in", "c", "search", {"words": "paper"}),
        tool_call_end("in", "c", result="found some", durationMs=7),
    )
    begun, end = story("an output")[:2], story("an output")[2:]
    run = stored(user, events=(*begun, *calls, *end))
    response = admin_client.get(page_of(run))
    (node,) = response.context["nodes"]
    assert (node.run.status, node.duration) == ("complete", "1.5 s")
    html = response.content.decode()
    for words in ("an output", "search", "found some", "7 ms"):
        assert words in html


def test_a_failed_node_says_why(admin_client: Client, user: User) -> None:
    error = {"code": "WF_X", "message": "No paper in this node."}
    failed = node_status("in", NodeStatus.ERROR, error=error)
    html = text_of(admin_client, page_of(stored(user, "error", events=(failed,))))
    assert "No paper in this node." in html


def test_the_journal_is_shown_with_numbers_names_and_data(
    admin_client: Client, user: User
) -> None:
    response = admin_client.get(page_of(stored(user, events=story())))
    journal = response.context["journal"]
    assert [event.seq for event in journal.events] == [1, 2, 3, 4]
    assert [event.name for event in journal.events] == [
        "run_status",
        "node_status",
        "node_status",
        "run_status",
    ]
    assert journal.next is None
    assert "{&quot;status&quot;:&quot;running&quot;" in response.content.decode()


def test_a_long_journal_comes_in_pages(admin_client: Client, user: User) -> None:
    edge = edge_status("e", EdgeStatus.ACTIVE)
    total = EVENTS_AT_ONCE * 2 + 3
    run = stored(user, events=(edge,) * total)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        response = admin_client.get(page_of(run), {"after": after})
        journal = response.context["journal"]
        assert len(journal.events) <= EVENTS_AT_ONCE
        seen += [event.seq for event in journal.events]
        after = journal.next
    assert seen == list(range(1, total + 1))
    newest = admin_client.get(page_of(run)).context["newest_after"]
    response = admin_client.get(page_of(run), {"after": newest})
    assert response.context["journal"].events[-1].seq == total


def test_a_later_page_of_the_journal_does_without_the_rest(
    admin_client: Client, user: User
) -> None:
    run = stored(user, events=story(), inputs={"v": "a long story"})
    response = admin_client.get(page_of(run), {"after": 1})
    assert response.context["nodes"] == []
    assert "a long story" not in response.content.decode()


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "²", ""])
def test_a_senseless_place_in_the_journal_is_its_start(
    admin_client: Client, user: User, after: str
) -> None:
    run = stored(user, events=story())
    response = admin_client.get(page_of(run), {"after": after})
    assert response.context["journal"].events[0].seq == 1


def test_large_values_are_cut_and_their_size_is_told(
    admin_client: Client, user: User
) -> None:
    large = "y" * (VALUE_LIMIT * 3)
    run = stored(
        user, inputs={"v": large}, result={"v": large}, events=story("y" * 30_000)
    )
    html = text_of(admin_client, page_of(run))
    size = len('{\n  "v": ""\n}') + len(large)
    assert f"The first {VALUE_LIMIT} of {size} characters." in html
    assert f"The first {EVENT_LIMIT} of " in html
    assert html.count("y") < VALUE_LIMIT * 2 + 20_000


def test_of_too_many_nodes_those_in_trouble_come_first(
    admin_client: Client, user: User
) -> None:
    ids = [f"n{i}" for i in range(NODES_SHOWN + 5)]
    document = graph_document(*(node_document(i, "merge") for i in ids))
    error = {"code": "WF_X", "message": "No paper."}
    done = [node_status(i, NodeStatus.COMPLETE, outputData=1) for i in ids[:-1]]
    failed = node_status(ids[-1], NodeStatus.ERROR, error=error)
    run = stored(user, "error", document=document, events=(*done, failed))
    response = admin_client.get(page_of(run))
    nodes = response.context["nodes"]
    assert len(nodes) == NODES_SHOWN
    assert nodes[0].run.node_id == ids[-1]
    assert f"{NODES_SHOWN} of {len(ids)} nodes" in response.content.decode()


def test_the_page_asks_as_much_for_a_long_run_as_for_a_short_one(
    admin_client: Client, user: User, django_assert_num_queries: Any
) -> None:
    short, long = (stored(user, events=story() * times) for times in (1, 50))
    admin_client.get(page_of(short))
    with CaptureQueriesContext(connection) as few:
        admin_client.get(page_of(short))
    with django_assert_num_queries(len(few)):
        admin_client.get(page_of(long))


@pytest.mark.parametrize(
    ("status", "query", "reloads"),
    [
        ("queued", {}, True),
        ("running", {}, True),
        ("running", {"reload": "off"}, False),
        ("running", {"after": "1"}, False),
        ("paused", {}, False),
        ("completed", {}, False),
    ],
)
def test_the_page_of_a_run_on_the_move_reloads_itself_unless_told_not_to(
    admin_client: Client,
    user: User,
    status: str,
    query: dict[str, str],
    reloads: bool,
) -> None:
    response = admin_client.get(page_of(stored(user, status)), query)
    assert ('http-equiv="refresh"' in response.content.decode()) is reloads


def test_a_run_that_is_not_there_is_not_found(admin_client: Client) -> None:
    for name in (uuid.uuid4(), "nonsense"):
        assert admin_client.get(f"/admin/runs/run/{name}/change/").status_code == 404


def test_staff_see_their_own_runs_and_no_others(user: User) -> None:
    mine = staff()
    client = signed_in(mine)
    assert client.get(page_of(stored(mine))).status_code == 200
    assert client.get(page_of(stored(user))).status_code == 404
    assert Client().get(page_of(stored(mine))).status_code == 302


# --- cancelling ---


def test_the_button_cancels_the_run_and_the_page_shows_the_receipt(user: User) -> None:
    boss = staff("runs.view_run", "runs.cancel_run")
    client, run = signed_in(boss), queued(user)
    assert cancel_of(run) in text_of(client, page_of(run))
    response = client.post(cancel_of(run), follow=True)
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_by) == ("cancelled", boss)
    html = response.content.decode()
    assert f"by {boss.username}" in html
    assert cancel_of(run) not in html


def test_a_cancelled_run_that_still_works_shows_the_receipt(
    admin_client: Client, admin_user: User
) -> None:
    run = stored(
        admin_user,
        "running",
        cancel_requested_at=timezone.now(),
        cancel_requested_by=admin_user,
    )
    assert 'id="run-cancel"' in text_of(admin_client, page_of(run))


def test_who_may_only_look_has_neither_button_nor_effect(user: User) -> None:
    client, run = signed_in(staff("runs.view_run")), queued(user)
    assert cancel_of(run) not in text_of(client, page_of(run))
    assert client.post(cancel_of(run)).status_code == 403
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("queued", None)


def test_who_may_not_look_is_told_that_there_is_no_such_run(user: User) -> None:
    client, run = signed_in(staff()), queued(user)
    assert client.post(cancel_of(run)).status_code == 404
    assert client.post(cancel_of(Run())).status_code == 404
    run.refresh_from_db()
    assert run.status == "queued"


def test_a_group_that_may_run_a_workflow_may_cancel_its_runs(user: User) -> None:
    workflow, member = WorkflowFactory.create(owner=user), staff()
    group = member.groups.create(name="runners")
    Share.objects.create(workflow=workflow, group=group, level="run")
    client, run = signed_in(member), queued(user, workflow=workflow)
    assert cancel_of(run) in text_of(client, page_of(run))
    assert client.post(cancel_of(run)).status_code == 302
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_a_run_that_ended_has_no_button_and_stays_as_it_is(
    admin_client: Client, user: User
) -> None:
    run = stored(user)
    assert cancel_of(run) not in text_of(admin_client, page_of(run))
    admin_client.post(cancel_of(run))
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("completed", None)


def test_cancelling_by_link_or_forged_form_does_nothing(admin_user: User) -> None:
    client, run = Client(enforce_csrf_checks=True), queued(admin_user)
    client.force_login(admin_user)
    assert client.get(cancel_of(run)).status_code == 405
    assert client.post(cancel_of(run)).status_code == 403
    run.refresh_from_db()
    assert run.status == "queued"


def test_outsiders_are_sent_to_sign_in(user: User) -> None:
    run = queued(user)
    for client in (Client(), signed_in(UserFactory.create())):
        assert client.post(cancel_of(run)).status_code == 302
    run.refresh_from_db()
    assert run.status == "queued"


# --- escaping ---


def test_nothing_that_a_run_says_is_taken_for_markup(admin_client: Client) -> None:
    evil = "<script>alert(1)</script>"
    document = chain(fields=[{"name": evil, "dataType": "any"}])
    document["nodes"]["in"]["name"] = evil
    workflow = WorkflowFactory.create(name=evil)
    error = {"code": evil, "message": evil, "hint": evil}
    run = stored(
        workflow.owner,
        "paused",
        document=document,
        workflow=workflow,
        inputs={evil: evil},
        result={evil: evil},
        error=error,
        events=(
            node_status("in", NodeStatus.RUNNING, inputs={evil: evil}),
            tool_call_start("in", "c", evil, evil),
            tool_call_end("in", "c", error={"message": evil}),
            tool_call_start("in", "d", evil, evil),
            tool_call_end("in", "d", result=evil),
            node_status("in", NodeStatus.ERROR, error=error, outputData=evil),
            run_error({"code": evil, "message": evil}),
        ),
    )
    Review.objects.create(
        run=run,
        node_id=evil,
        instructions=evil,
        data={"value": evil},
        opened_seq=1,
    )
    for url in (page_of(run), f"{page_of(run)}?after=1", "/admin/runs/run/"):
        html = text_of(admin_client, url)
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
