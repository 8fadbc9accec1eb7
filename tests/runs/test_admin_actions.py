"""What staff do with a run from its page: each by POST, and each in Django's log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from runs.models import Review, Run
from tests.factories import UserFactory, WorkflowFactory
from wayflow.events import node_status, run_running
from wayflow.serializer import deserialize
from wayflow.status import NodeStatus
from workflows.models import Share, Workflow
from workflows.services import save_graph

from .admin_scenes import cancel_of, page_of, signed_in, staff, stored, text_of
from .scenes import chain, history, queued, review_graph

pytestmark = pytest.mark.django_db

ACTIONS = ("cancel", "end", "retry", "rerun")
DONE = node_status("in", NodeStatus.COMPLETE, outputData="hello", finishedAt=1)
BROKEN = {"code": "WF_X", "message": "No paper left."}
REASON = "Nobody needs it."


def action_of(run: Run, name: str) -> str:
    return reverse(f"admin:runs_run_{name}", args=[run.pk])


def decide_of(review: Review) -> str:
    return reverse("admin:runs_run_decide", args=[review.run_id, review.pk])


def logged(run: Run) -> list[str]:
    entries = LogEntry.objects.filter(object_id=str(run.pk)).order_by("pk")
    return [entry.get_change_message() for entry in entries]


def failed(owner: User, **fields: Any) -> Run:
    """A run whose first node completed, and whose last one did not."""
    return stored(owner, "error", error=BROKEN, events=(DONE,), **fields)


def asked(owner: User, data: Any = "Dear all", **fields: Any) -> Review:
    """The open review of a paused run."""
    run = stored(owner, "paused", document=review_graph(), **fields)
    return Review.objects.create(
        run=run, node_id="review", data={"value": data}, opened_seq=1
    )


def answer(data: str, branch: str = "approved", *, to: Review) -> dict[str, str]:
    """What the form of a review posts."""
    form = {"data": data, "reason": REASON}
    return {"branch": branch} | {f"review-{to.pk}-{k}": v for k, v in form.items()}


def said(response: Any) -> str:
    return " ".join(map(str, get_messages(response.wsgi_request)))


# --- cancelling ---


def test_the_button_cancels_the_run_and_the_page_shows_the_receipt(user: User) -> None:
    boss = staff("runs.view_run", "runs.cancel_run")
    client, run = signed_in(boss), queued(user)
    assert cancel_of(run) in text_of(client, page_of(run))
    response = client.post(cancel_of(run), {"reason": REASON}, follow=True)
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_by) == ("cancelled", boss)
    html = response.content.decode()
    assert f"by {boss.username}" in html
    assert cancel_of(run) not in html
    assert logged(run) == [f"Asked the run to stop. Reason: {REASON}"]


def test_a_group_that_may_run_a_workflow_may_cancel_its_runs(user: User) -> None:
    workflow, member = WorkflowFactory.create(owner=user), staff()
    group = member.groups.create(name="runners")
    Share.objects.create(workflow=workflow, group=group, level="run")
    client, run = signed_in(member), queued(user, workflow=workflow)
    assert cancel_of(run) in text_of(client, page_of(run))
    assert client.post(cancel_of(run)).status_code == 302
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_a_run_that_ended_says_why_it_cannot_be_cancelled(
    admin_client: Client, user: User
) -> None:
    run = stored(user)
    html = text_of(admin_client, page_of(run))
    assert cancel_of(run) not in html
    assert "The run is over." in html
    admin_client.post(cancel_of(run))
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("completed", None)


def test_asking_a_run_that_ended_to_stop_is_told_and_not_logged(
    admin_client: Client, user: User
) -> None:
    run = stored(user)
    assert "was over already" in said(admin_client.post(cancel_of(run)))
    assert logged(run) == []


# --- retrying ---


def test_a_retry_takes_over_what_completed_and_says_so_in_the_log(
    admin_client: Client, admin_user: User
) -> None:
    run = failed(admin_user)
    response = admin_client.post(action_of(run, "retry"), {"reason": REASON})
    made = Run.objects.get(origin=run)
    assert response["Location"] == page_of(made)
    assert (made.trigger, made.owner) == ("admin", admin_user)
    assert [r["data"].get("nodeId") for r in history(made.pk)] == [None, "in"]
    assert logged(run) == [f"Retried what failed, as run {made.pk}. Reason: {REASON}"]
    assert logged(made) == [f"Started as a repeat of run {run.pk}. Reason: {REASON}"]


def test_a_retry_reads_the_story_before_it_keeps_others_from_writing(
    admin_client: Client, admin_user: User
) -> None:
    run = failed(admin_user)
    many = {"action": "retry_selected", "confirmed": "yes", "_selected_action": run.pk}
    for url, form in ((action_of(run, "retry"), {}), ("/admin/runs/run/", many)):
        with CaptureQueriesContext(connection) as asked:
            admin_client.post(url, form)
        said = [query["sql"] for query in asked]
        reads = next(
            i for i, sql in enumerate(said) if 'FROM "runs_journalentry"' in sql
        )
        writes = next(i for i, sql in enumerate(said) if sql.startswith("SAVEPOINT"))
        assert reads < writes
    assert Run.objects.filter(origin=run).count() == 2


def test_a_retry_from_a_node_does_it_and_all_after_it_again(
    admin_client: Client, admin_user: User
) -> None:
    run = failed(admin_user)
    html = text_of(admin_client, f"{page_of(run)}?node=in")
    assert 'name="node" value="in"' in html
    admin_client.post(action_of(run, "retry"), {"node": "in"})
    made = Run.objects.get(origin=run)
    assert made.last_seq == 0
    assert logged(run) == [f"Retried node in, as run {made.pk}."]


def edited(owner: User) -> Workflow:
    """A workflow with two versions."""
    workflow = WorkflowFactory.create(owner=owner, graph=chain())
    other = deserialize(chain(fields=[{"name": "v", "default": "other"}]))
    save_graph(workflow_id=workflow.pk, graph=other, viewport=None, by=owner)
    return workflow


@pytest.mark.parametrize(("wanted", "number"), [("original", 1), ("newest", 2)])
@pytest.mark.parametrize("name", ["retry", "rerun"])
def test_what_ran_or_the_newest_version_is_run_again(
    admin_client: Client, admin_user: User, wanted: str, number: int, name: str
) -> None:
    workflow = edited(admin_user)
    first = workflow.versions.get(number=1)
    fields = {"workflow": workflow, "version": first}
    run = failed(admin_user, document=chain(), **fields)
    assert "v2, the newest" in text_of(admin_client, page_of(run))
    url = f"{action_of(run, name)}?version={wanted}"
    admin_client.post(url, {"version": wanted})
    made = Run.objects.get(origin=run)
    assert made.version is not None
    assert made.version.number == number


def test_a_run_that_goes_on_says_why_it_cannot_be_retried(
    admin_client: Client, admin_user: User
) -> None:
    run = stored(admin_user, "running", events=(run_running("r"),))
    html = text_of(admin_client, page_of(run))
    assert "Wait for its end, or cancel it first." in html
    response = admin_client.post(action_of(run, "retry"))
    assert response["Location"] == page_of(run)
    assert "The run goes on" in said(response)
    assert not Run.objects.filter(origin=run).exists()
    assert logged(run) == []


def test_a_retry_without_anything_to_do_is_refused_in_words(
    admin_client: Client, admin_user: User
) -> None:
    out = node_status("out", NodeStatus.COMPLETE, outputData=1, finishedAt=1)
    run = stored(admin_user, events=(DONE, out))
    assert "Nothing failed." in text_of(admin_client, page_of(run))
    assert "Every node" in said(admin_client.post(action_of(run, "retry")))


def test_a_way_that_was_not_taken_is_nothing_to_retry(
    admin_client: Client, admin_user: User
) -> None:
    skipped = node_status("out", NodeStatus.SKIPPED)
    run = stored(admin_user, events=(DONE, skipped))
    assert "Nothing failed." in text_of(admin_client, page_of(run))
    assert "or was skipped" in said(admin_client.post(action_of(run, "retry")))
    assert logged(run) == []


# --- running again ---


def test_the_form_has_the_inputs_of_then_and_takes_others(
    admin_client: Client, admin_user: User
) -> None:
    fields = [
        {"name": "text", "dataType": "string"},
        {"name": "items", "dataType": "json"},
    ]
    inputs = {"text": "as it was", "items": {"a": 1}, "unasked": True}
    run = stored(admin_user, document=chain(fields=fields), inputs=inputs)
    html = text_of(admin_client, action_of(run, "rerun"))
    assert "as it was" in html
    assert "&quot;a&quot;: 1" in html
    form = {"inputs-text": "otherwise", "inputs-items": "[2]", "reason": REASON}
    response = admin_client.post(action_of(run, "rerun"), form)
    made = Run.objects.get(origin=run)
    assert response["Location"] == page_of(made)
    assert made.inputs == {"text": "otherwise", "items": [2], "unasked": True}
    assert logged(run) == [f"Ran again, as run {made.pk}. Reason: {REASON}"]


def test_an_image_can_be_sent_along_as_a_file(
    admin_client: Client, admin_user: User
) -> None:
    fields = [{"name": "photo", "dataType": "image"}]
    run = stored(
        admin_user, document=chain(fields=fields), inputs={"photo": "https://x"}
    )
    html = text_of(admin_client, action_of(run, "rerun"))
    assert 'enctype="multipart/form-data"' in html
    assert 'value="https://x"' in html
    file = SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\n")
    admin_client.post(action_of(run, "rerun"), {"inputs-photo-file": file})
    made = Run.objects.get(origin=run)
    assert made.inputs["photo"].startswith("data:image/png;base64,")


def test_a_wrong_input_is_told_beside_its_field(
    admin_client: Client, admin_user: User
) -> None:
    fields = [{"name": "items", "dataType": "json"}]
    run = stored(admin_user, document=chain(fields=fields))
    response = admin_client.post(action_of(run, "rerun"), {"inputs-items": "{"})
    assert "This is not JSON" in response.content.decode()
    assert not Run.objects.filter(origin=run).exists()


# --- ending by force ---


def orphan(owner: User, **since: float) -> Run:
    """A run that a server drives which let its lease expire so long ago."""
    until = timezone.now() - timedelta(**since)
    return stored(owner, "running", host="gone", lease_expires_at=until)


def test_a_run_whose_server_is_gone_can_be_ended(
    admin_client: Client, admin_user: User
) -> None:
    run = orphan(admin_user, minutes=5)
    assert action_of(run, "end") in text_of(admin_client, page_of(run))
    admin_client.post(action_of(run, "end"), {"reason": REASON})
    run.refresh_from_db()
    assert run.status == "error"
    assert run.error["code"] == "WF_RUN_OWNER_GONE"
    assert history(run.pk)[-1]["data"]["status"] == "error"
    assert logged(run) == [f"Ended the run by force. Reason: {REASON}"]


@pytest.mark.parametrize("status", ["running", "queued", "paused"])
def test_a_run_whose_server_is_alive_or_needs_none_cannot_be_ended(
    admin_client: Client, admin_user: User, status: str
) -> None:
    lease = timezone.now() + timedelta(minutes=5)
    run = stored(admin_user, status, lease_expires_at=lease)
    html = text_of(admin_client, page_of(run))
    assert action_of(run, "end") not in html
    assert "Cancel" in html
    assert "Cancel the run instead." in said(admin_client.post(action_of(run, "end")))
    run.refresh_from_db()
    assert run.status == status
    assert logged(run) == []


def test_what_an_owner_writes_after_its_run_was_ended_is_not_heard(
    admin_client: Client, admin_user: User
) -> None:
    run = orphan(admin_user, minutes=5)
    admin_client.post(action_of(run, "end"))
    assert not Run.objects.move(run.pk, "completed", epoch=run.epoch)  # type: ignore[arg-type]


# --- answering a review ---


@pytest.mark.parametrize("branch", ["approved", "rejected"])
def test_a_review_is_answered_as_it_was_asked(
    admin_client: Client, admin_user: User, branch: str
) -> None:
    review = asked(admin_user, "Dear all,\nbye")
    assert decide_of(review) in text_of(admin_client, page_of(review.run))
    form = answer("Dear all,\r\nbye", branch, to=review)
    response = admin_client.post(decide_of(review), form)
    assert response["Location"] == page_of(review.run)
    review.refresh_from_db()
    assert (review.branch, review.decision) == (branch, {})
    assert review.decided_by == admin_user
    assert review.run.status == "queued"
    assert logged(review.run) == [f"Answered a review: {branch}. Reason: {REASON}"]


@pytest.mark.parametrize(
    ("data", "typed", "handed_on"),
    [
        ("Dear all", "Dear friends", "Dear friends"),
        ("Dear all", "", ""),
        ({"a": 1}, '{"a": 2}', {"a": 2}),
        ({"a": 1}, '{"a": true}', {"a": True}),
        ([1], "null", None),
    ],
)
def test_a_review_hands_on_edited_data(
    admin_client: Client, admin_user: User, data: Any, typed: str, handed_on: Any
) -> None:
    review = asked(admin_user, data)
    admin_client.post(decide_of(review), answer(typed, to=review))
    review.refresh_from_db()
    assert review.decision == {"value": handed_on}
    edit = "Answered a review: approved with edited data."
    assert logged(review.run) == [f"{edit} Reason: {REASON}"]


def test_json_that_says_the_same_is_not_an_edit(
    admin_client: Client, admin_user: User
) -> None:
    review = asked(admin_user, {"a": 1})
    admin_client.post(decide_of(review), answer('{"a":  1}', to=review))
    review.refresh_from_db()
    assert (review.branch, review.decision) == ("approved", {})


@pytest.mark.parametrize("data", ["Dear all", {"a": 1}])
def test_an_answer_without_the_field_is_not_an_edit(
    admin_client: Client, admin_user: User, data: Any
) -> None:
    review = asked(admin_user, data)
    admin_client.post(decide_of(review), {"branch": "approved"})
    review.refresh_from_db()
    assert (review.branch, review.decision) == ("approved", {})


@pytest.mark.parametrize("name", ["cancel", "retry", "rerun", "end", "decide"])
def test_what_cannot_be_logged_is_not_done(
    admin_user: User, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, sent = acted_on(admin_user, name)
    fails = Mock(side_effect=RuntimeError("The log is full."))
    monkeypatch.setattr("runs.admin.run_page.acting.log_action", fails)
    before = run.status
    path = decide_of(run.reviews.get()) if name == "decide" else action_of(run, name)
    with pytest.raises(RuntimeError, match="The log is full"):
        signed_in(admin_user).post(path, sent)
    run.refresh_from_db()
    assert run.status == before
    assert Run.objects.count() == 1


def acted_on(owner: User, name: str) -> tuple[Run, dict[str, str]]:
    """A run with which this can be done, and what to send for it."""
    if name == "decide":
        return asked(owner).run, {"branch": "approved"}
    if name == "end":
        return orphan(owner, minutes=5), {}
    return (stored(owner, "queued") if name == "cancel" else failed(owner)), {"v": "x"}


def test_what_is_not_json_is_told_beside_the_field_and_kept(
    admin_client: Client, admin_user: User
) -> None:
    review = asked(admin_user, {"a": 1})
    response = admin_client.post(decide_of(review), answer('{"a": oops', to=review))
    html = response.content.decode()
    assert "This is not JSON" in html
    assert "{&quot;a&quot;: oops" in html
    review.refresh_from_db()
    assert review.decided_at is None


def test_data_that_is_too_deep_is_told_beside_the_field(
    admin_client: Client, admin_user: User
) -> None:
    review = asked(admin_user, {"a": 1})
    deep = "[" * 150 + "]" * 150
    response = admin_client.post(decide_of(review), answer(deep, to=review))
    assert "must not nest over" in response.content.decode()
    review.refresh_from_db()
    assert review.decided_at is None


def test_data_too_long_for_the_page_is_approved_as_it_is(
    admin_client: Client, admin_user: User
) -> None:
    review = asked(admin_user, "y" * 300_000)
    html = text_of(admin_client, page_of(review.run))
    assert "too long to be edited here" in html
    assert html.count("y") < 120_000
    admin_client.post(decide_of(review), {"branch": "approved"})
    review.refresh_from_db()
    assert (review.branch, review.decision) == ("approved", {})


def test_who_is_slower_is_told_that_somebody_answered(
    admin_client: Client, admin_user: User
) -> None:
    review = asked(admin_user)
    admin_client.post(decide_of(review), answer("mine", to=review))
    response = admin_client.post(decide_of(review), answer("too late", to=review))
    assert response["Location"] == page_of(review.run)
    assert "was answered" in said(response)
    review.refresh_from_db()
    assert review.decision == {"value": "mine"}
    assert len(logged(review.run)) == 1


def test_an_unknown_branch_is_refused(admin_client: Client, admin_user: User) -> None:
    review = asked(admin_user)
    response = admin_client.post(decide_of(review), answer("x", "maybe", to=review))
    assert "must be one of" in response.content.decode()
    review.refresh_from_db()
    assert review.decided_at is None


def test_a_review_of_another_run_is_not_found(
    admin_client: Client, admin_user: User
) -> None:
    review, other = asked(admin_user), stored(admin_user)
    url = reverse("admin:runs_run_decide", args=[other.pk, review.pk])
    assert admin_client.post(url, {"branch": "approved"}).status_code == 404


def test_who_may_look_but_not_answer_has_neither_form_nor_effect(user: User) -> None:
    client, review = signed_in(staff("runs.view_run")), asked(user)
    html = text_of(client, page_of(review.run))
    assert decide_of(review) not in html
    assert "Dear all" in html
    response = client.post(decide_of(review), answer("x", to=review))
    assert response.status_code == 403
    review.refresh_from_db()
    assert review.decided_at is None


# --- who may, and how ---


@pytest.mark.parametrize("name", ACTIONS)
def test_who_may_only_look_has_neither_button_nor_effect(user: User, name: str) -> None:
    workflow = WorkflowFactory.create(owner=user)
    client = signed_in(staff("runs.view_run", "workflows.view_workflow"))
    for run in (
        failed(user, workflow=workflow, version=workflow.newest_version()),
        orphan(user, minutes=5),
    ):
        assert action_of(run, name) not in text_of(client, page_of(run))
        assert client.post(action_of(run, name)).status_code == 403
        assert Run.objects.get(pk=run.pk).status == run.status
        assert not Run.objects.filter(origin=run).exists()
        assert logged(run) == []


@pytest.mark.parametrize("name", ACTIONS)
def test_who_may_not_look_is_told_that_there_is_no_such_run(
    user: User, name: str
) -> None:
    client, run = signed_in(staff()), failed(user)
    assert client.post(action_of(run, name)).status_code == 404
    assert client.post(action_of(Run(), name)).status_code == 404
    assert not Run.objects.filter(origin=run).exists()


@pytest.mark.parametrize("name", ACTIONS)
def test_outsiders_are_sent_to_sign_in(user: User, name: str) -> None:
    run = queued(user)
    for client in (Client(), signed_in(UserFactory.create())):
        assert client.post(action_of(run, name)).status_code == 302
    run.refresh_from_db()
    assert run.status == "queued"


@pytest.mark.parametrize("name", ["cancel", "end", "retry", "decide"])
def test_a_link_does_nothing(admin_client: Client, admin_user: User, name: str) -> None:
    review = asked(admin_user)
    url = decide_of(review) if name == "decide" else action_of(review.run, name)
    assert admin_client.get(url).status_code == 405
    assert Run.objects.get(pk=review.run_id).status == "paused"


@pytest.mark.parametrize("name", ACTIONS)
def test_a_forged_form_does_nothing(admin_user: User, name: str) -> None:
    client, run = Client(enforce_csrf_checks=True), failed(admin_user)
    client.force_login(admin_user)
    assert client.post(action_of(run, name)).status_code == 403
    assert not Run.objects.filter(origin=run).exists()
