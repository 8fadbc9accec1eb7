"""The page of a run in the admin: what it shows, and to whom."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.action_log import log_action
from runs.admin.run_page.drawer import VALUE_LIMIT as NODE_VALUE_LIMIT
from runs.admin.run_page.family import ORIGINS_SHOWN, REPEATS_SHOWN
from runs.admin.run_page.journal import EVENT_LIMIT, EVENTS_AT_ONCE
from runs.admin.run_page.page import LARGEST_PICTURE, VALUE_LIMIT
from runs.admin.run_page.timeline import LANES_SHOWN
from runs.models import Review, Run
from tests.factories import TokenFactory, UserFactory, WorkflowFactory
from wayflow.events import (
    Event,
    edge_status,
    model_usage,
    node_attempt,
    node_status,
    run_ended,
    run_error,
    run_running,
    tool_call_end,
    tool_call_start,
)
from wayflow.serializer import deserialize
from wayflow.status import EdgeStatus, NodeStatus, RunStatus
from wayflow.testing import graph_document, node_document
from workflows.services import save_graph

from .admin_scenes import page_of, signed_in, staff, stored, tell, text_of
from .scenes import chain, field, queued, review_graph

pytestmark = pytest.mark.django_db

BROKEN = {"code": "WF_X", "message": "No paper left.", "hint": "Buy some."}
MOST_QUERIES = 10


def story(output: Any = "hi") -> tuple[Event, ...]:
    """What a run of the shortest graph tells."""
    return (
        run_running("r"),
        node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=1_000),
        node_status("in", NodeStatus.COMPLETE, outputData=output, finishedAt=2_500),
        run_ended(RunStatus.COMPLETED, {"v": output}),
    )


def told_at(run: Run, *seconds: float) -> list[int]:
    """Moments of the run, in ms since the epoch, by seconds after its start."""
    assert run.started_at is not None
    return [int((run.started_at.timestamp() + s) * 1000) for s in seconds]


def events_of(run: Run) -> str:
    return reverse("admin:runs_run_events", args=[run.pk])


def value_of(run: Run) -> str:
    return reverse("admin:runs_run_value", args=[run.pk])


# --- the run ---


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


def test_the_way_to_the_page_names_the_run_and_people_as_they_are_spelled(
    admin_client: Client, admin_user: User
) -> None:
    run = stored(admin_user, id=uuid.UUID("a614714b-0000-4000-8000-000000000000"))
    html = text_of(admin_client, page_of(run))
    assert re.search(r">\s*a614714b\s*</a>", html)
    assert "A614714b" not in html
    url = reverse("admin:auth_user_change", args=[admin_user.pk])
    assert re.search(r">\s*admin\s*</a>", text_of(admin_client, url))


def test_a_run_of_an_older_version_links_to_what_changed_since(
    admin_client: Client, user: User
) -> None:
    workflow = WorkflowFactory.create(owner=user, graph=chain())
    first = workflow.newest_version()
    run = stored(user, workflow=workflow, version=first)
    compare = reverse("admin:workflows_workflow_compare", args=[workflow.pk])
    assert compare not in text_of(admin_client, page_of(run))
    other = deserialize(chain(fields=[{"name": "v", "default": "other"}]))
    save_graph(workflow_id=workflow.pk, graph=other, viewport=None, by=user)
    assert f"{compare}?from=1&amp;to=2" in text_of(admin_client, page_of(run))


def test_the_time_is_split_into_queued_running_and_waiting(
    admin_client: Client, user: User
) -> None:
    now = timezone.now()
    run = stored(
        user,
        document=review_graph(),
        created_at=now - timedelta(seconds=10),
        started_at=now - timedelta(seconds=9),
        finished_at=now,
    )
    Review.objects.create(
        run=run,
        node_id="review",
        opened_seq=1,
        opened_at=now - timedelta(seconds=7),
        decided_at=now - timedelta(seconds=2),
    )
    spans = admin_client.get(page_of(run)).context["spans"]
    assert [(span.kind, span.took) for span in spans] == [
        ("queued", "1.0 s"),
        ("running", "4.0 s"),
        ("waiting", "5.0 s"),
    ]
    assert [(span.x, span.width) for span in spans] == [
        (0, 100),
        (100, 400),
        (500, 500),
    ]


def test_a_failed_run_shows_its_error_and_the_way_to_the_node(
    admin_client: Client, user: User
) -> None:
    failed = node_status("in", NodeStatus.ERROR, error=BROKEN)
    run = stored(user, "error", error=BROKEN, events=(failed,))
    html = text_of(admin_client, page_of(run))
    for words in BROKEN.values():
        assert words in html
    assert 'href="?node=in#node">Go to the node' in html


def test_the_receipt_of_a_cancel_names_what_it_interrupted(
    admin_client: Client, admin_user: User
) -> None:
    now = timezone.now()
    stopped = node_status("in", NodeStatus.CANCELLED, finishedAt=1_000)
    run = stored(
        admin_user,
        "cancelled",
        events=(stopped,),
        cancel_requested_at=now,
        cancel_requested_by=admin_user,
        cancel_observed_at=now,
    )
    html = text_of(admin_client, page_of(run))
    assert "Cancel asked for" in html
    assert f"by {admin_user.username}" in html
    assert "heard at" in html
    assert 'Interrupted: <a class="text-link" href="?node=in#node">' in html


def test_a_cancel_that_nobody_heard_yet_says_so(
    admin_client: Client, admin_user: User
) -> None:
    asked = timezone.now()
    run = stored(admin_user, "running", cancel_requested_at=asked)
    assert "not heard yet" in text_of(admin_client, page_of(run))


def line(user: User, length: int) -> list[Run]:
    """Runs of which each repeats the one before it."""
    runs: list[Run] = []
    for _ in range(length):
        runs.append(stored(user, origin=runs[-1] if runs else None))
    return runs


def test_a_run_shows_what_it_repeats_up_to_the_first(
    admin_client: Client, user: User
) -> None:
    first, second, third = line(user, 3)
    family = admin_client.get(page_of(third)).context["family"]
    assert [(kin.run, kin.what) for kin in family.origins] == [
        (second, "Repeats"),
        (first, "At first"),
    ]
    assert (family.unshown, family.repeats) == (0, [])
    html = text_of(admin_client, page_of(third))
    assert page_of(second) in html
    assert page_of(first) in html


def test_of_a_long_line_of_repeats_the_nearest_and_the_first_are_shown(
    admin_client: Client, user: User
) -> None:
    runs = line(user, ORIGINS_SHOWN + 4)
    response = admin_client.get(page_of(runs[-1]))
    shown = [kin.run for kin in response.context["family"].origins]
    assert shown == [*runs[-2 : -ORIGINS_SHOWN - 1 : -1], runs[0]]
    assert "3 more lie between." in response.content.decode()


def test_a_run_shows_its_newest_repeats_and_the_way_to_all_of_them(
    admin_client: Client, user: User
) -> None:
    first = stored(user)
    repeats = [stored(user, origin=first) for _ in range(REPEATS_SHOWN + 2)]
    response = admin_client.get(page_of(first))
    family = response.context["family"]
    assert [kin.run for kin in family.repeats] == repeats[: -REPEATS_SHOWN - 1 : -1]
    html = response.content.decode()
    assert f"All {len(repeats)} repeats of this run" in html
    listed = admin_client.get(family.repeats_href).context["cl"].queryset
    assert set(listed) == set(repeats)


def test_who_may_not_open_the_list_is_not_led_there(user: User) -> None:
    mine = staff()
    first = stored(mine)
    for _ in range(2):
        stored(mine, origin=first)
    html = text_of(signed_in(mine), page_of(first))
    assert "2 repeats of this run in all" in html
    assert "?origin=" not in html


def test_a_related_run_that_one_may_not_see_is_not_named(user: User) -> None:
    mine = staff()
    run = stored(mine, origin=stored(user))
    html = text_of(signed_in(mine), page_of(run))
    assert str(run.origin_id)[:8] not in html


# --- the graph ---


def test_the_graph_is_painted_with_the_states_of_nodes_and_edges(
    admin_client: Client, user: User
) -> None:
    document = chain()
    (edge_id,) = document["edges"]
    events = (
        node_status("in", NodeStatus.COMPLETE, outputData=1, finishedAt=1),
        edge_status(edge_id, EdgeStatus.ACTIVE),
        node_status("out", NodeStatus.RUNNING, inputs={}, startedAt=2),
    )
    run = stored(user, "running", document=document, events=events)
    html = text_of(admin_client, page_of(run))
    assert 'data-node-id="in" data-state="complete"' in html
    assert 'data-node-id="out" data-state="running"' in html
    assert f'data-edge-id="{edge_id}" data-state="active"' in html


def test_in_a_run_that_ended_nothing_is_at_work(
    admin_client: Client, user: User
) -> None:
    begun = node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=1)
    run = stored(user, "error", error=BROKEN, events=(begun,))
    html = text_of(admin_client, page_of(run))
    assert 'data-node-id="in" data-state="cancelled"' in html
    assert 'data-state="running"' not in html


def test_a_very_large_graph_is_drawn_when_asked_for(
    admin_client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored(user, document=chain())
    monkeypatch.setattr("runs.admin.run_page.page.LARGEST_PICTURE", 1)
    assert "data-node-id" not in text_of(admin_client, page_of(run))
    assert "data-node-id" in text_of(admin_client, f"{page_of(run)}?picture=1")
    assert LARGEST_PICTURE == 3_000


# --- the timeline ---


def ten_seconds(user: User, status: str = "completed") -> Run:
    """A run that took so long."""
    now = timezone.now()
    began = now - timedelta(seconds=10)
    return stored(user, status, started_at=began, finished_at=now)


def bars_of(client: Client, run: Run) -> list[tuple[str, int, int]]:
    """The bars of the first node: what they are, where they begin, how wide."""
    lane = client.get(page_of(run)).context["timeline"].lanes[0]
    return [(bar.kind, bar.x, bar.width) for bar in lane.bars]


def test_each_attempt_has_a_bar_and_the_pause_a_thin_one(
    admin_client: Client, user: User
) -> None:
    run = ten_seconds(user)
    begin, failed, again, end = told_at(run, 2, 4, 5, 10)
    tell(
        run,
        node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=begin),
        node_attempt("in", 1, {"code": "WF_X", "message": "No."}, failed, again),
        node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=again),
        node_status("in", NodeStatus.COMPLETE, finishedAt=end),
    )
    assert bars_of(admin_client, run) == [
        ("failed", 200, 200),
        ("pause", 400, 100),
        ("complete", 500, 500),
    ]
    response = admin_client.get(page_of(run))
    lane = response.context["timeline"].lanes[0]
    assert (lane.node.attempts, lane.duration) == (2, "8.0 s")
    assert "waited for the next attempt, 1.0 s" in response.content.decode()
    assert response.content.decode().count('y="4" height="2"') == 1


def test_a_run_that_was_cancelled_between_two_attempts_interrupted_none(
    admin_client: Client, user: User
) -> None:
    run = ten_seconds(user, "cancelled")
    begin, failed, again = told_at(run, 0, 4, 3_600)
    tell(
        run,
        node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=begin),
        node_attempt("in", 1, {"code": "WF_X", "message": "No."}, failed, again),
    )
    assert bars_of(admin_client, run) == [("failed", 0, 400), ("pause", 400, 600)]


def test_an_attempt_of_which_nobody_told_when_it_failed_lasts_until_the_next(
    admin_client: Client, user: User
) -> None:
    run = ten_seconds(user)
    begin, again, end = told_at(run, 2, 5, 10)
    attempt = node_attempt("in", 1, {"code": "WF_X", "message": "No."}, 0, again)
    del attempt["data"]["failedAt"]
    tell(
        run,
        node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=begin),
        attempt,
        node_status("in", NodeStatus.RUNNING, inputs={}, startedAt=again),
        node_status("in", NodeStatus.COMPLETE, finishedAt=end),
    )
    assert bars_of(admin_client, run) == [
        ("failed", 200, 300),
        ("complete", 500, 500),
    ]


def test_waiting_for_a_person_is_a_bar_of_its_own(
    admin_client: Client, user: User
) -> None:
    now = timezone.now()
    run = stored(
        user,
        document=review_graph(),
        started_at=now - timedelta(seconds=10),
        finished_at=now,
    )
    begin, end = told_at(run, 0, 10)
    tell(
        run,
        node_status("review", NodeStatus.RUNNING, inputs={}, startedAt=begin),
        node_status("review", NodeStatus.WAITING),
        node_status("review", NodeStatus.COMPLETE, finishedAt=end),
    )
    opened = now - timedelta(seconds=9)
    Review.objects.create(run=run, node_id="review", opened_seq=2, opened_at=opened)
    lane = admin_client.get(page_of(run)).context["timeline"].lanes[0]
    assert [(bar.kind, bar.x) for bar in lane.bars] == [
        ("complete", 0),
        ("waiting", 100),
    ]


def test_nodes_without_a_time_say_why(admin_client: Client, user: User) -> None:
    events = (
        node_status("in", NodeStatus.COMPLETE, outputData=1, finishedAt=1),
        node_status("review", NodeStatus.SKIPPED),
    )
    run = stored(user, document=review_graph(), events=events)
    lanes = admin_client.get(page_of(run)).context["timeline"].lanes
    assert [(lane.node.node_id, lane.note) for lane in lanes] == [
        ("in", "taken over"),
        ("review", "skipped"),
        ("yes", "not reached"),
        ("no", "not reached"),
    ]


def test_a_long_timeline_comes_in_pages_and_by_state(
    admin_client: Client, user: User
) -> None:
    ids = [f"n{i}" for i in range(LANES_SHOWN + 5)]
    document = graph_document(*(node_document(i, "merge") for i in ids))
    done = [node_status(i, NodeStatus.COMPLETE, finishedAt=1) for i in ids[:-1]]
    failed = node_status(ids[-1], NodeStatus.ERROR, error=BROKEN)
    run = stored(user, "error", document=document, events=(*done, failed))

    first = admin_client.get(page_of(run)).context["timeline"]
    assert (len(first.lanes), first.total) == (LANES_SHOWN, len(ids))
    rest = admin_client.get(page_of(run) + first.next_href).context["timeline"]
    assert [lane.node.node_id for lane in rest.lanes] == ids[LANES_SHOWN:]
    only = admin_client.get(page_of(run), {"show": "error"}).context["timeline"]
    assert [lane.node.node_id for lane in only.lanes] == [ids[-1]]


@pytest.mark.parametrize("row", ["x", "-1", "9" * 30, "²", "99999"])
def test_a_senseless_row_of_the_timeline_is_one_that_there_is(
    admin_client: Client, user: User, row: str
) -> None:
    timeline = admin_client.get(page_of(stored(user)), {"row": row, "show": "no"})
    assert timeline.context["timeline"].lanes


# --- a node ---


def test_a_node_shows_its_values_calls_tokens_and_failures(
    admin_client: Client, user: User
) -> None:
    events = (
        node_attempt("in", 1, {"code": "WF_Y", "message": "Too busy."}, 800, 900),
        node_status("in", NodeStatus.RUNNING, inputs={"v": "given"}, startedAt=1_000),
        tool_call_start("in", "c", "search", {"words": "paper"}),
        tool_call_end("in", "c", result="found some", durationMs=7),
        model_usage("in", "small-model", 120, 34),
        node_status("in", NodeStatus.COMPLETE, outputData="made", finishedAt=2_500),
    )
    run = stored(user, events=events)
    response = admin_client.get(page_of(run), {"node": "in"})
    drawer = response.context["drawer"]
    assert (drawer.node.status, drawer.duration) == ("complete", "1.5 s")
    html = response.content.decode()
    for words in ("given", "made", "search", "found some", "7 ms", "small-model"):
        assert words in html
    for words in ("Attempt 1 failed", "Too busy.", ">120<", ">34<"):
        assert words in html


def test_of_a_value_that_was_cut_off_the_page_shows_the_beginning(
    admin_client: Client, user: User
) -> None:
    cut = {"__truncated": True, "size": 40_000, "preview": "Once upon a time"}
    done = node_status("in", NodeStatus.COMPLETE, outputData=cut, finishedAt=1)
    html = text_of(admin_client, f"{page_of(stored(user, events=(done,)))}?node=in")
    assert ">Once upon a time</pre>" in html
    assert "The first 16 of 40000 characters." in html
    assert "__truncated" not in html


def test_the_node_in_trouble_is_shown_unless_another_is_chosen(
    admin_client: Client, user: User
) -> None:
    events = (*story()[:3], node_status("out", NodeStatus.ERROR, error=BROKEN))
    run = stored(user, "error", events=events)
    chosen = [
        admin_client.get(page_of(run), query).context["drawer"].node.node_id
        for query in ({}, {"node": "in"}, {"node": "nonsense"})
    ]
    assert chosen == ["out", "in", "out"]


def test_before_it_began_the_page_of_a_run_says_so(
    admin_client: Client, user: User
) -> None:
    html = text_of(admin_client, page_of(queued(user)))
    assert "No node has begun." in html
    assert "Not yet" in html


def test_the_model_that_a_node_is_to_ask_is_shown_before_it_answered(
    admin_client: Client, user: User
) -> None:
    document = chain("llm")
    document["nodes"]["llm"]["data"] = {"model": "some-model"}
    run = stored(user, "running", document=document)
    assert "some-model" in text_of(admin_client, f"{page_of(run)}?node=llm")


# --- live ---


def test_the_live_part_is_the_page_without_its_frame_and_picture(
    admin_client: Client, user: User
) -> None:
    run = stored(user, "running", events=story()[:2])
    html = text_of(admin_client, f"{page_of(run)}?part=live")
    assert "<html" not in html
    assert "data-node-id" not in html
    for name in ("head", "outcome", "nodes"):
        assert f'data-part="{name}"' in html


def test_the_page_says_after_which_event_it_is_to_be_followed(
    admin_client: Client, user: User
) -> None:
    run = stored(user, "running", events=story()[:2])
    html = text_of(admin_client, page_of(run))
    assert 'data-seq="2"' in html
    assert f'data-events="/api/runs/{run.pk}/events"' in html
    assert 'data-ended="no"' in html
    assert "http-equiv" not in html


def test_the_page_of_a_run_that_ended_is_not_to_be_followed(
    admin_client: Client, user: User
) -> None:
    assert 'data-ended="yes"' in text_of(admin_client, page_of(stored(user)))


def test_no_script_and_no_style_is_written_into_the_part_of_the_page(
    admin_client: Client, user: User
) -> None:
    run = stored(user, "error", error=BROKEN, events=story())
    html = text_of(admin_client, f"{page_of(run)}?part=live")
    for forbidden in (" style=", "<script", " onclick=", "javascript:"):
        assert forbidden not in html


# --- bounds ---


def test_large_values_are_cut_and_can_be_had_in_full(
    admin_client: Client, user: User
) -> None:
    large = "y" * (VALUE_LIMIT * 3)
    run = stored(user, inputs={"v": large}, result={"v": large}, events=story(large))
    html = text_of(admin_client, page_of(run))
    size = len('{\n  "v": ""\n}') + len(large)
    assert f"The first {VALUE_LIMIT} of {size} characters." in html
    assert html.count("y") < VALUE_LIMIT * 2 + NODE_VALUE_LIMIT + 20_000
    assert large in text_of(admin_client, f"{value_of(run)}?of=result")


def test_a_run_of_2000_nodes_and_a_large_output_takes_few_queries(
    admin_client: Client, user: User
) -> None:
    ids = [f"n{i}" for i in range(2_000)]
    document = graph_document(*(node_document(i, "merge") for i in ids))
    events = [
        event
        for i in ids
        for event in (
            node_status(i, NodeStatus.RUNNING, inputs={}, startedAt=1_000),
            node_status(i, NodeStatus.COMPLETE, outputData="z", finishedAt=1_001),
        )
    ]
    large = "y" * 1_000_000
    end = node_status(ids[-1], NodeStatus.COMPLETE, outputData=large, finishedAt=2)
    workflow = WorkflowFactory.create(owner=user)
    run = stored(
        user,
        document=document,
        events=(*events, end),
        workflow=workflow,
        version=workflow.newest_version(),
        result={"v": large},
        origin=stored(user),
    )
    with CaptureQueriesContext(connection) as asked:
        page = admin_client.get(page_of(run), {"node": ids[-1]})
    assert len(asked) <= MOST_QUERIES, [query["sql"][:200] for query in asked]
    assert len(page.content) < 2_500_000
    with CaptureQueriesContext(connection) as asked:
        part = admin_client.get(page_of(run), {"node": ids[-1], "part": "live"})
    assert len(asked) <= MOST_QUERIES
    assert len(part.content) < 300_000


# --- values in full ---


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"of": "inputs"}, '{\n  "a": 1\n}'),
        ({"of": "result"}, '{\n  "b": 2\n}'),
        ({"of": "error"}, '{\n  "code": "WF_X"\n}'),
        ({"of": "inputs", "node": "in"}, '{\n  "v": "given"\n}'),
        ({"of": "calls", "node": "in"}, "[]"),
        ({"of": "data", "review": "1"}, "as asked"),
    ],
)
def test_a_value_in_full_is_plain_text(
    admin_client: Client, user: User, query: dict[str, str], text: str
) -> None:
    begun = node_status("in", NodeStatus.RUNNING, inputs={"v": "given"}, startedAt=1)
    run = stored(
        user,
        inputs={"a": 1},
        result={"b": 2},
        error={"code": "WF_X"},
        events=(begun,),
    )
    Review.objects.create(
        pk=1, run=run, node_id="in", data={"value": "as asked"}, opened_seq=1
    )
    answer = admin_client.get(value_of(run), query)
    assert answer.content.decode() == text
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("inline")
    saved = admin_client.get(value_of(run), {**query, "download": "1"})
    assert saved["Content-Disposition"].startswith("attachment")


def test_a_node_s_output_in_full_is_what_it_gave_by_port(
    admin_client: Client, user: User
) -> None:
    run = stored(user)
    done = node_status("in", NodeStatus.COMPLETE, outputData="cut off", finishedAt=1)
    tell(run, done, private={"outputs": {"v": "all of it"}})
    answer = admin_client.get(value_of(run), {"of": "outputs", "node": "in"})
    assert answer.content.decode() == '{\n  "v": "all of it"\n}'


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"of": "owner"},
        {"of": "result"},
        {"of": "outputs", "node": "in"},
        {"of": "shown", "node": "in"},
        {"of": "inputs", "node": "nonsense"},
        {"of": "data", "review": "9"},
    ],
)
def test_a_value_that_there_is_not_is_not_found(
    admin_client: Client, user: User, query: dict[str, str]
) -> None:
    assert admin_client.get(value_of(stored(user)), query).status_code == 404


# --- events ---


def test_the_events_are_shown_with_numbers_names_and_data(
    admin_client: Client, user: User
) -> None:
    run = stored(user, events=story())
    response = admin_client.get(events_of(run))
    journal = response.context["journal"]
    assert [(event.seq, event.name) for event in journal.events] == [
        (1, "run_status"),
        (2, "node_status"),
        (3, "node_status"),
        (4, "run_status"),
    ]
    html = response.content.decode()
    assert "{&quot;status&quot;:&quot;running&quot;" in html
    assert f'href="/api/runs/{run.pk}/events.ndjson"' in html
    assert events_of(run) in text_of(admin_client, page_of(run))


def test_many_events_come_in_pages(admin_client: Client, user: User) -> None:
    edge = edge_status("e", EdgeStatus.ACTIVE)
    total = EVENTS_AT_ONCE * 2 + 3
    run = stored(user, events=(edge,) * total)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        journal = admin_client.get(events_of(run), {"after": after}).context["journal"]
        assert len(journal.events) <= EVENTS_AT_ONCE
        seen += [event.seq for event in journal.events]
        after = journal.next
    assert seen == list(range(1, total + 1))
    newest = admin_client.get(events_of(run)).context["journal"].newest
    last = admin_client.get(events_of(run), {"after": newest}).context["journal"]
    assert last.events[-1].seq == total


def test_a_large_event_is_cut(admin_client: Client, user: User) -> None:
    run = stored(user, events=story("y" * 30_000))
    html = text_of(admin_client, events_of(run))
    assert f"The first {EVENT_LIMIT} of " in html
    assert html.count("y") < 15_000


# --- who may look ---


def test_a_run_that_is_not_there_is_not_found(admin_client: Client) -> None:
    for name in (uuid.uuid4(), "nonsense"):
        assert admin_client.get(f"/admin/runs/run/{name}/change/").status_code == 404


@pytest.mark.parametrize("address", [page_of, events_of, value_of])
def test_staff_see_their_own_runs_and_no_others(user: User, address: Any) -> None:
    mine = staff()
    client = signed_in(mine)
    query = {"of": "inputs"}
    assert client.get(address(stored(mine)), query).status_code == 200
    assert client.get(address(stored(user)), query).status_code == 404
    assert Client().get(address(stored(mine)), query).status_code == 302


@pytest.mark.parametrize("address", [page_of, events_of, value_of])
def test_what_only_reads_takes_no_post(
    admin_client: Client, user: User, address: Any
) -> None:
    assert admin_client.post(address(stored(user))).status_code == 405


# --- escaping ---


EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1)//<b>",
)


def hostile(evil: str) -> Run:
    """A run in which whatever somebody else may choose is ``evil``."""
    owner = UserFactory.create(username=evil)
    document = graph_document(
        node_document("in", "input", {"fields": [field(evil), field("v")]}),
        node_document(evil, "llm", {"model": evil, "prompt": evil}),
    )
    document["nodes"]["in"]["name"] = document["nodes"][evil]["name"] = evil
    workflow = WorkflowFactory.create(name=evil, owner=owner)
    error: Any = {"code": evil, "message": evil, "hint": evil}
    told = tuple(
        event
        for id in ("in", evil)
        for event in (
            node_status(id, NodeStatus.RUNNING, inputs={evil: evil}, startedAt=1),
            node_attempt(id, 1, error, 2, 3),
            node_status(id, NodeStatus.RUNNING, inputs={evil: evil}, startedAt=4),
            model_usage(id, evil, 1, 1),
            tool_call_start(id, "c", evil, evil),
            tool_call_end(id, "c", error={"message": evil}),
            tool_call_start(id, "d", evil, evil),
            tool_call_end(id, "d", result=evil),
            node_status(id, NodeStatus.ERROR, error=error, outputData=evil),
        )
    )
    run = stored(
        owner,
        "paused",
        document=document,
        workflow=workflow,
        version=workflow.newest_version(),
        token=TokenFactory.create(owner=owner, name=evil),
        inputs={evil: evil},
        result={evil: evil},
        error=error,
        origin=stored(owner),
        cancel_requested_at=timezone.now(),
        cancel_requested_by=owner,
        events=(*told, Event(event=evil, data={evil: evil}), run_error(error)),
    )
    Review.objects.create(
        run=run, node_id=evil, instructions=evil, data={"value": evil}, opened_seq=1
    )
    Review.objects.create(
        run=run,
        node_id=evil,
        opened_seq=2,
        decided_at=timezone.now(),
        decided_by=owner,
        branch=evil,
    )
    stored(owner, "error", origin=run)
    log_action(owner, [run], evil, reason=evil)
    return run


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("below", ["change", "events", "rerun", "history"])
def test_nothing_that_a_run_says_is_taken_for_markup(
    admin_client: Client, evil: str, below: str
) -> None:
    run = hostile(evil)
    url = f"/admin/runs/run/{run.pk}/{below}/"
    for node_id in ("in", evil):
        for part in ("", "live"):
            query = {"node": node_id, "part": part, "show": evil, "row": evil}
            html = admin_client.get(url, query).content.decode()
            assert "&lt;" in html
            assert evil not in html
            assert not re.search(r"(href|src|action)=[\"']?\s*javascript:", html)


@pytest.mark.parametrize("evil", EVIL)
def test_a_refused_answer_is_told_as_text(
    admin_client: Client, admin_user: User, evil: str
) -> None:
    run = hostile(evil)
    review = run.reviews.earliest("pk")
    url = reverse("admin:runs_run_decide", args=[run.pk, review.pk])
    html = admin_client.post(url, {"branch": evil}).content.decode()
    assert "must be one of" in html
    assert evil not in html


@pytest.mark.parametrize("evil", EVIL)
def test_a_value_in_full_is_never_a_page(admin_client: Client, evil: str) -> None:
    run = hostile(evil)
    for query in ({"of": "inputs"}, {"of": "calls", "node": evil}):
        answer = admin_client.get(value_of(run), query)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("below", ["change", "events", "rerun"])
def test_the_way_to_a_page_of_a_run_ends_at_the_run(
    admin_client: Client, admin_user: User, below: str
) -> None:
    run = stored(admin_user)
    html = text_of(admin_client, f"/admin/runs/run/{run.pk}/{below}/")
    way = html[html.index('id="header-inner"') :]
    end = re.search(rf'<a href="{page_of(run)}"[^>]*>\s*(\w+)\s*</a', way)
    assert end is not None
    assert end[1].lower() == str(run.pk)[:8]
