"""Who changes what somebody else has changed is told so, and shown what it is now."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from tests.factories import UserFactory, WorkflowFactory, graph_document
from workflows import services
from workflows.models import Workflow

from .calling import of, refused, send

CHANGES = [
    ("PATCH", (), {"name": "B"}),
    ("PATCH", (), {"graph": graph_document(field="w")}),
    ("DELETE", (), None),
    ("POST", ("publish",), {}),
    ("DELETE", ("publish",), None),
    ("POST", ("versions", "1", "restore"), None),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "more", "body"), CHANGES)
def test_a_stale_change_is_refused_with_the_present_state(
    caller: Client, user: User, method: str, more: tuple[str, ...], body: Any
) -> None:
    workflow = WorkflowFactory.create(owner=user, name="A")
    old = caller.get(of(workflow))["ETag"]
    services.update_details(workflow_id=workflow.pk, by=user, name="New")
    now = caller.get(of(workflow))
    for stale in (old, '"0"', 'W/"9-x", "8"', "nonsense", '"1"'):
        response = send(
            caller, method, of(workflow, *more), body, **{"If-Match": stale}
        )
        assert refused(response) == (412, "WF_WORKFLOW_CHANGED", None)
        assert response["ETag"] == now["ETag"]
        assert response.json()["current"] == now.json()
    assert caller.get(of(workflow)).json() == now.json()


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "more", "body"), CHANGES)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"7", {}', "*"])
def test_a_change_of_the_present_state_is_made(
    caller: Client,
    user: User,
    method: str,
    more: tuple[str, ...],
    body: Any,
    form: str,
) -> None:
    workflow = WorkflowFactory.create(owner=user)
    match = {"If-Match": form.format(workflow.etag)}
    response = send(caller, method, of(workflow, *more), body, **match)
    assert response.status_code in (200, 204)


@pytest.mark.django_db
def test_the_present_state_is_for_those_who_may_change_it(client: Client) -> None:
    workflow = WorkflowFactory.create()
    client.force_login(UserFactory.create())
    stale = {"If-Match": '"9"'}
    response = send(client, "PATCH", of(workflow), {"name": "B"}, **stale)
    assert response.status_code == 404
    assert "current" not in response.json()


@pytest.mark.django_db
def test_what_is_known_is_not_sent_again(caller: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    etag = caller.get(of(workflow))["ETag"]
    for known in (etag, f"W/{etag}", f'"9", {etag}', "*"):
        response = caller.get(of(workflow), headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == etag
    for other in ('"1"', '"9"', "nonsense", ""):
        response = caller.get(of(workflow), headers={"If-None-Match": other})
        assert response.status_code == 200


@pytest.mark.django_db
def test_whatever_is_shown_has_a_tag_of_its_own(caller: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    tags = [caller.get(of(workflow))["ETag"]]
    moved = {"graph": graph_document(), "viewport": {"zoom": 2}}
    for method, more, body in (
        ("PATCH", (), {"description": "D"}),
        ("PATCH", (), {"graph": moved}),
        ("PATCH", (), {"graph": graph_document(field="w")}),
        ("POST", ("publish",), {"version": 1}),
        ("POST", ("publish",), {"version": 2}),
    ):
        # To look elsewhere, or to publish, does not turn away who edits.
        match = {"If-Match": tags[-1]}
        assert (
            send(caller, method, of(workflow, *more), body, **match).status_code == 200
        )
        tags.append(caller.get(of(workflow))["ETag"])
    assert len({*tags}) == len(tags)
    drawn = send(caller, "PATCH", of(workflow), {"name": "N"}, **{"If-Match": tags[-3]})
    assert drawn.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_savers_that_know_the_same_state_one_wins() -> None:
    workflow = WorkflowFactory.create()
    owner, etag = workflow.owner, workflow.etag
    start = threading.Barrier(6)
    outcomes: list[int] = []

    def save(number: int) -> None:
        client = Client()
        client.force_login(owner)
        graph = graph_document(field=f"f{number}")
        start.wait(60)
        try:
            response = send(
                client, "PATCH", of(workflow), {"graph": graph}, **{"If-Match": etag}
            )
            outcomes.append(response.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == [200, 412, 412, 412, 412, 412]
    assert Workflow.objects.get().versions.count() == 2
