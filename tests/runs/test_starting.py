"""Who may start what, and what is refused before anything runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction

from access.errors import ApiError
from runs import services
from runs.host import EngineHost
from runs.models import Run, Trigger
from runs.services import Idempotency, starting
from tests.factories import UserFactory, WorkflowFactory
from wayflow.errors import CycleDetected, WayflowError
from wayflow.serializer import deserialize
from wayflow.testing import graph_document, node_document
from workflows.models import Level, Share, Workflow
from workflows.services import publish, save_graph

from .scenes import Document, chain, ended, field, grant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _host(host: EngineHost) -> None:
    """Every test has a host."""


def workflow_of(owner: User, document: Document | None = None) -> Workflow:
    made: Workflow = WorkflowFactory.create(owner=owner, graph=document or chain())
    return made


def start(workflow: Workflow, by: User, **more: Any) -> Run:
    return services.start_workflow(
        workflow_id=workflow.pk, by=by, trigger=Trigger.API, **more
    )


def post(document: Any, by: User, **more: Any) -> Run:
    return services.start_graph(graph=document, by=by, trigger=Trigger.EDITOR, **more)


def share(workflow: Workflow, user: User, level: Level) -> None:
    group = Group.objects.create(name=level)
    user.groups.add(group)
    Share.objects.create(workflow=workflow, group=group, level=level)


def refusal(caught: pytest.ExceptionInfo[ApiError]) -> tuple[int, str, str | None]:
    return caught.value.status_code, caught.value.code, caught.value.attr


def test_a_workflow_runs_its_newest_version(user: User) -> None:
    workflow = workflow_of(user)
    newer = chain(fields=[field("v", default="newer")])
    save_graph(
        workflow_id=workflow.pk, graph=deserialize(newer), viewport=None, by=user
    )
    run = ended(start(workflow, user).pk)
    assert run.result == {"v": "newer"}
    assert run.version is not None
    assert (run.workflow, run.version.number) == (workflow, 2)


def test_a_published_version_runs_before_a_newer_one(user: User) -> None:
    workflow = workflow_of(user)
    publish(workflow_id=workflow.pk, number=1, by=user)
    newer = chain(fields=[field("v", default="newer")])
    save_graph(
        workflow_id=workflow.pk, graph=deserialize(newer), viewport=None, by=user
    )
    assert ended(start(workflow, user).pk).result == {"v": "hello"}
    assert ended(start(workflow, user, number=2).pk).result == {"v": "newer"}


def test_a_version_that_is_not_there_is_refused(user: User) -> None:
    with pytest.raises(ApiError) as caught:
        start(workflow_of(user), user, number=9)
    assert refusal(caught)[:2] == (404, "WF_VERSION_NOT_FOUND")


def test_a_workflow_that_one_may_not_see_is_not_there(user: User) -> None:
    with pytest.raises(ApiError) as caught:
        start(workflow_of(UserFactory.create()), user)
    assert refusal(caught)[:2] == (404, "WF_WORKFLOW_NOT_FOUND")


def test_a_workflow_that_one_may_only_see_does_not_run(user: User) -> None:
    workflow = workflow_of(UserFactory.create())
    share(workflow, user, Level.VIEW)
    with pytest.raises(ApiError) as caught:
        start(workflow, user)
    assert caught.value.status_code == 403


def test_a_share_to_run_runs_the_saved_graph_and_no_other(user: User) -> None:
    workflow = workflow_of(UserFactory.create())
    share(workflow, user, Level.RUN)
    assert start(workflow, user).owner == user
    posted = post(chain(), user)
    assert posted.workflow == workflow
    edited = chain(fields=[field("v", default="edited")])
    with pytest.raises(ApiError) as caught:
        post(edited, user, workflow_id=workflow.pk)
    assert caught.value.status_code == 403


def test_what_an_editor_shows_of_the_newest_version_is_that_version(user: User) -> None:
    workflow = workflow_of(UserFactory.create())
    share(workflow, user, Level.RUN)
    called = {"name": workflow.name, "description": workflow.description}
    for more in ({}, {"exposedAsTool": True}, {"name": "Another"}):
        shown = chain() | {"metadata": {**called, **more}}
        if more:
            with pytest.raises(ApiError):
                post(shown, user, workflow_id=workflow.pk)
        else:
            run = post(shown, user, workflow_id=workflow.pk)
            assert run.version == workflow.newest_version()


def test_an_unsaved_edit_runs_for_those_who_may_edit(user: User) -> None:
    workflow = workflow_of(user)
    edited = chain(fields=[field("v", default="edited")])
    run = ended(post(edited, user, workflow_id=workflow.pk).pk)
    assert (run.result, run.workflow, run.version) == ({"v": "edited"}, workflow, None)


def test_a_graph_of_its_own_needs_the_permission(user: User) -> None:
    with pytest.raises(ApiError) as caught:
        post(chain(), user)
    assert caught.value.status_code == 403
    assert post(chain(), grant(user, "workflows.run_adhoc_graph")).workflow is None


def test_an_edit_of_a_workflow_that_is_not_there_is_refused(user: User) -> None:
    foreign = workflow_of(UserFactory.create())
    edited = chain(fields=[field("v", default="edited")])
    with pytest.raises(ApiError) as caught:
        post(edited, user, workflow_id=foreign.pk)
    assert caught.value.status_code == 404


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{", "WF_GRAPH_INVALID"),
        ({"nodes": []}, "WF_GRAPH_INVALID"),
        (17, "WF_GRAPH_INVALID"),
        (graph_document(node_document("n", "nobody")), "WF_AGENT_UNKNOWN_NODE_TYPE"),
    ],
)
def test_what_is_no_runnable_graph_is_refused(
    user: User, document: Any, code: str
) -> None:
    with pytest.raises((ApiError, WayflowError)) as caught:
        post(document, grant(user, "workflows.run_adhoc_graph"))
    assert isinstance(caught.value, ApiError | WayflowError)
    assert caught.value.code == code
    assert not Run.objects.exists()


def test_a_cycle_is_refused_before_anything_runs(user: User) -> None:
    cycle = graph_document(
        node_document("a", "merge", inputs=["v"], outputs=["v"]),
        node_document("b", "merge", inputs=["v"], outputs=["v"]),
        wires=["a.v -> b.v", "b.v -> a.v"],
    )
    with pytest.raises(CycleDetected, match="a → b → a"):
        start(workflow_of(user, cycle), user)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (field("x", "string"), 3),
        (field("x", "number"), "3"),
        (field("x", "number"), True),
        (field("x", "boolean"), "true"),
        (field("x", "array"), {"a": 1}),
        (field("x", "image"), 3),
        (field("x", "string", multiple=True), "a"),
        (field("x", "number", multiple=True), [1, "2"]),
    ],
)
def test_an_input_of_the_wrong_type_is_refused_by_name(
    user: User, row: dict[str, Any], value: Any
) -> None:
    workflow = workflow_of(user, chain(fields=[row]))
    with pytest.raises(ApiError) as caught:
        start(workflow, user, inputs={"x": value})
    assert refusal(caught) == (400, "WF_INPUT_WRONG_TYPE", "inputs.x")
    assert '"x"' in caught.value.message


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (field("x", "string"), "a"),
        (field("x", "number"), 1.5),
        (field("x", "number"), None),
        (field("x", "number"), ""),
        (field("x", "boolean"), False),
        (field("x", "array"), [1]),
        (field("x", "json"), {"a": 1}),
        (field("x", "any"), 3),
        (field("x", "vendor/own"), 3),
        (field("x", "string", multiple=True), ["a", "b"]),
        (field("x", "string", multiple=True), []),
    ],
)
def test_an_input_of_the_right_type_is_taken(
    user: User, row: dict[str, Any], value: Any
) -> None:
    workflow = workflow_of(user, chain(fields=[row]))
    assert start(workflow, user, inputs={"x": value}).inputs == {"x": value}


@pytest.mark.parametrize("inputs", [[], "v", 3, True])
def test_inputs_that_are_no_object_are_refused(user: User, inputs: Any) -> None:
    with pytest.raises(ApiError) as caught:
        start(workflow_of(user), user, inputs=inputs)
    assert refusal(caught) == (400, "WF_INPUTS_NOT_AN_OBJECT", "inputs")


def test_a_repeated_request_gives_the_same_run(user: User) -> None:
    workflow = workflow_of(user)
    once = Idempotency(key="k", digest="d")
    first = start(workflow, user, idempotency=once)
    assert start(workflow, user, idempotency=once) == first
    other = UserFactory.create(is_staff=True, is_superuser=True)
    assert start(workflow, other, idempotency=once) != first
    with pytest.raises(ApiError) as caught:
        start(workflow, user, idempotency=Idempotency(key="k", digest="other"))
    assert refusal(caught)[:2] == (409, "WF_IDEMPOTENCY_KEY_REUSED")


def test_the_loser_of_two_equal_requests_gets_the_winners_run(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = workflow_of(user)
    once = Idempotency(key="k", digest="d")
    first = start(workflow, user, idempotency=once)
    earlier = starting._earlier
    blind = iter([True])
    monkeypatch.setattr(
        starting,
        "_earlier",
        lambda *args: None if next(blind, False) else earlier(*args),
    )
    assert start(workflow, user, idempotency=once) == first


def test_a_run_that_is_rolled_back_is_never_driven(
    user: User, monkeypatch: pytest.MonkeyPatch, host: EngineHost
) -> None:
    submitted: list[object] = []
    monkeypatch.setattr(host, "submit", submitted.append)
    workflow = workflow_of(user)
    with transaction.atomic():
        start(workflow, user)
        transaction.set_rollback(True)
    assert (submitted, Run.objects.count()) == ([], 0)
