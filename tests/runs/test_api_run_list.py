"""The list of runs: every filter, every order, and pages that stay right."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from runs.models import Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow.status import RunStatus
from wayflow.testing import graph_document as graph_of
from wayflow.testing import node_document
from workflows.models import Workflow, WorkflowVersion

from .scenes import grant, queued

pytestmark = pytest.mark.django_db

LIST = "/api/runs"
NOW = timezone.now()
MINUTE = timedelta(minutes=1)

EndedRun = Callable[..., Run]


@pytest.fixture
def browser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def over(user: User) -> EndedRun:
    """Makes a run that took so many seconds, until NOW if nothing else is said."""

    def make(seconds: float, **fields: Any) -> Run:
        finished_at = fields.pop("finished_at", NOW)
        took = timedelta(seconds=seconds)
        return queued(
            user,
            **{"status": RunStatus.COMPLETED.value} | fields,
            started_at=finished_at - took,
            finished_at=finished_at,
            duration=took,
        )

    return make


def listed(client: Client, **query: Any) -> list[str]:
    """The ids in the list, as they come."""
    response = client.get(f"{LIST}?{urlencode(query, doseq=True)}")
    assert response.status_code == 200, response.content
    return [run["id"] for run in response.json()["results"]]


def refused(client: Client, query: str) -> tuple[int, str, str | None]:
    """Status, code and attribute of the answer."""
    response = client.get(f"{LIST}?{query}")
    (error,) = response.json()["errors"]
    return response.status_code, error["code"], error["attr"]


def ids_of(*runs: Run) -> list[str]:
    return [str(run.pk) for run in runs]


def spelled(at: datetime) -> str:
    return at.isoformat()


# --- filters ---


@pytest.mark.parametrize(
    "query", ["status=error,cancelled", "status=error&status=cancelled"]
)
def test_several_statuses_are_any_of_them(
    browser: Client, user: User, over: EndedRun, query: str
) -> None:
    failed, stopped = over(1, status="error"), over(1, status="cancelled")
    over(1), queued(user)
    response = browser.get(f"{LIST}?{query}").json()
    assert [run["id"] for run in response["results"]] == ids_of(stopped, failed)


def test_several_triggers_are_any_of_them(browser: Client, user: User) -> None:
    by_api, by_editor, _ = (queued(user) for _ in range(3))
    Run.objects.filter(pk=by_api.pk).update(trigger=Trigger.API)
    Run.objects.filter(pk=by_editor.pk).update(trigger=Trigger.EDITOR)
    assert listed(browser, trigger="api,editor") == ids_of(by_editor, by_api)


def version_of(workflow: Workflow, number: int) -> WorkflowVersion:
    version, _ = WorkflowVersion.objects.get_or_create(
        workflow=workflow,
        number=number,
        defaults={"document": workflow.newest_version().document},
    )
    return version


def test_runs_of_one_version_are_found_by_its_number(
    browser: Client, user: User
) -> None:
    one, other = (WorkflowFactory.create(owner=user) for _ in range(2))
    runs = [
        queued(user, workflow=w, version=version_of(w, number))
        for w, number in ((one, 1), (one, 2), (other, 2))
    ]
    assert listed(browser, workflow=one.pk, version=2) == ids_of(runs[1])


def test_a_version_without_a_workflow_is_refused(browser: Client) -> None:
    assert refused(browser, "version=1") == (400, "WF_QUERY_REFUSED", "version")


def test_runs_are_found_by_who_started_them(client: Client, user: User) -> None:
    other = UserFactory.create(username="other")
    mine, theirs = queued(user), queued(other)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(grant(user, "runs.view_run"))
    assert listed(client) == ids_of(theirs, mine)
    assert listed(client, owner="other") == ids_of(theirs)
    assert listed(client, owner="nobody") == []


@pytest.mark.parametrize(
    "text", ["QUOTA is", '"gpt"', "WF_X", "zurück", "line\nbreak", "100%_"]
)
def test_runs_are_found_by_what_is_in_their_error(
    browser: Client, over: EndedRun, text: str
) -> None:
    message = 'Quota is over: "gpt" kommt nicht zurück\nline\nbreak 100%_'
    failed = over(1, status="error", error={"code": "WF_X", "message": message})
    over(1, status="error", error={"code": "WF_Y", "message": "Other. 100 %"})
    over(1, result={"v": message})
    assert listed(browser, error=text) == ids_of(failed)


@pytest.mark.parametrize("column", ["created", "started", "finished"])
def test_runs_are_found_by_their_times(
    browser: Client, user: User, column: str
) -> None:
    ended: dict[str, Any] = {"status": "completed", "finished_at": NOW}
    old, new = (
        queued(user, **{**ended, f"{column}_at": NOW + at}) for at in (-MINUTE, MINUTE)
    )
    assert listed(browser, **{f"{column}After": spelled(NOW)}) == ids_of(new)
    assert listed(browser, **{f"{column}Before": spelled(NOW)}) == ids_of(old)
    both = {f"{column}After": spelled(NOW), f"{column}Before": spelled(NOW)}
    assert listed(browser, **both) == []


def test_runs_are_found_by_how_long_they_took(
    browser: Client, user: User, over: EndedRun
) -> None:
    short, long = over(0.5), over(90)
    queued(user, status="running", started_at=NOW - timedelta(hours=1))
    queued(user, status="cancelled", finished_at=NOW)
    assert listed(browser, longerThan=1) == ids_of(long)
    assert listed(browser, shorterThan=1.5) == ids_of(short)
    assert listed(browser, longerThan=0.1, shorterThan="1e1") == ids_of(short)
    assert listed(browser, longerThan=90) == []


def test_the_repeats_of_a_run_are_found(browser: Client, user: User) -> None:
    origin = queued(user)
    repeat = queued(user, origin=origin)
    assert listed(browser, origin=origin.pk) == ids_of(repeat)
    assert listed(browser, origin=uuid4()) == []


def test_every_filter_at_once_still_takes_three_queries(
    browser: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    query = {
        "workflow": WorkflowFactory.create(owner=user).pk,
        "version": 1,
        "status": "error,cancelled",
        "trigger": "api,python",
        "owner": user.username,
        "error": "quota",
        "search": "some words",
        "origin": uuid4(),
        "longerThan": 1,
        "shorterThan": 2,
        **{
            f"{column}{side}": spelled(NOW)
            for column in ("created", "started", "finished")
            for side in ("After", "Before")
        },
    }
    with django_assert_num_queries(3):  # session, user, runs
        assert listed(browser, **query) == []


def test_an_ended_run_tells_how_long_it_took(browser: Client, over: EndedRun) -> None:
    over(1.2345)
    assert browser.get(LIST).json()["results"][0]["durationMs"] == 1_234


# --- refusals ---


@pytest.mark.parametrize("name", ["state", "workflow_id", "page", "limit "])
def test_an_unknown_parameter_is_refused(browser: Client, name: str) -> None:
    expected = (400, "WF_QUERY_REFUSED", name)
    assert refused(browser, f"{quote(name)}=1") == expected


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("status=done", "status"),
        ("status=error,done", "status"),
        ("trigger=cron", "trigger"),
        ("workflow=1", "workflow"),
        ("workflow=%00", "workflow"),
        ("origin=x", "origin"),
        ("version=0&workflow=" + str(uuid4()), "version"),
        ("version=1.5&workflow=" + str(uuid4()), "version"),
        ("version=99999999999999999999&workflow=" + str(uuid4()), "version"),
        ("owner=%00", "owner"),
        ("owner=" + "x" * 151, "owner"),
        ("error=%00", "error"),
        ("error=" + "x" * 201, "error"),
        ("createdAfter=0001-01-01T00:00:00%2B23:59", "createdAfter"),
        ("startedBefore=9999-12-31T23:59:59-23:59", "startedBefore"),
        ("finishedAfter=soon", "finishedAfter"),
        ("longerThan=nan", "longerThan"),
        ("longerThan=-1", "longerThan"),
        ("shorterThan=1e300", "shorterThan"),
        ("ordering=fastest", "ordering"),
        ("search=" + "x" * 201, "search"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_by_name(
    browser: Client, query: str, name: str
) -> None:
    status, _, attr = refused(browser, query)
    assert (status, attr) == (400, name)


NAMES = [
    "workflow version status trigger owner error search origin createdAfter cursor",
    "createdBefore startedAfter finishedBefore longerThan shorterThan ordering limit",
]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(" ".join(NAMES).split()),
    value=st.one_of(
        st.binary(max_size=30),
        st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.integers().map(lambda number: str(number).encode()),
        st.sampled_from([b"\xed\xa0\x80", b"\x00", b"9" * 5_000, b"-0", b"1e999"]),
    ),
)
def test_no_query_string_makes_the_server_fail(
    browser: Client, name: str, value: bytes
) -> None:
    assert browser.get(f"{LIST}?{name}={quote(value)}").status_code in (200, 400, 404)


@pytest.mark.parametrize("ordering", ["newest", "longest"])
@pytest.mark.parametrize(
    "position", ["x", "%00", "1e9", "0001-01-01 00:00:00+23:59", "2026-01-01", "-"]
)
def test_a_cursor_that_nobody_gave_out_is_not_found(
    browser: Client, ordering: str, position: str
) -> None:
    cursor = base64.b64encode(f"p={position}".encode()).decode()
    response = browser.get(f"{LIST}?ordering={ordering}&cursor={quote(cursor)}")
    assert response.status_code == 404


# --- orders and pages ---


def test_the_order_can_be_chosen(browser: Client, user: User, over: EndedRun) -> None:
    runs = [over(2), over(30), over(10), queued(user)]
    first, second, third, open_one = runs
    assert listed(browser, ordering="newest") == ids_of(*runs[::-1])
    assert listed(browser, ordering="oldest") == ids_of(*runs)
    assert listed(browser, ordering="longest") == ids_of(second, third, first)
    assert str(open_one.pk) not in listed(browser, ordering="longest")


@pytest.mark.parametrize("ordering", ["newest", "oldest", "longest"])
def test_pages_stay_right_whatever_happens_between_them(
    browser: Client, user: User, over: EndedRun, ordering: str
) -> None:
    before = [over(n % 4, created_at=NOW + n * MINUTE) for n in range(8)]
    expected = listed(browser, ordering=ordering)
    assert len(expected) == len(before)
    page = browser.get(f"{LIST}?ordering={ordering}&limit=3").json()
    seen = [run["id"] for run in page["results"]]
    while page["next"]:
        # These belong onto pages that were read already, or after the last.
        at = MINUTE * (-1 if ordering == "oldest" else 100 + len(seen))
        over(1_000, created_at=NOW + at)
        page = browser.get(page["next"]).json()
        seen += [run["id"] for run in page["results"]]
    assert seen == expected


def test_one_can_go_back_through_the_pages_of_the_longest(
    browser: Client, over: EndedRun
) -> None:
    for seconds in (86_400 * 3 + 0.5, 5, 5, 0.000_001, 0):
        over(seconds)
    first = browser.get(f"{LIST}?ordering=longest&limit=2").json()
    second = browser.get(first["next"]).json()
    third = browser.get(second["next"]).json()
    assert third["next"] is None
    assert browser.get(third["previous"]).json()["results"] == second["results"]
    back = browser.get(second["previous"]).json()
    assert back["results"] == first["results"]


def test_a_cursor_of_another_order_is_not_found(
    browser: Client, over: EndedRun
) -> None:
    over(1), over(2), over(3)
    following = browser.get(f"{LIST}?limit=1").json()["next"]
    response = browser.get(following + "&ordering=longest")
    assert response.status_code == 404


def test_the_duration_is_stored_when_a_run_ends(user: User) -> None:
    run = queued(user)
    assert Run.objects.move(run.pk, RunStatus.RUNNING, started_at=NOW - 2 * MINUTE)
    assert Run.objects.move(run.pk, RunStatus.COMPLETED, result={})
    run.refresh_from_db()
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.duration == run.finished_at - run.started_at
    never = queued(user)
    assert Run.objects.move(never.pk, RunStatus.CANCELLED, result={})
    assert Run.objects.get(pk=never.pk).duration is None


def test_a_graph_that_is_no_version_is_shown_without_one(
    browser: Client, user: User
) -> None:
    queued(user, graph_of(node_document("in", "input", outputs=["v"])))
    assert browser.get(LIST).json()["results"][0]["version"] is None
