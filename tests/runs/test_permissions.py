"""Node types and tools that demand a permission: asked for before any handler works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from runs import claims, services
from runs.host import EngineHost
from runs.models import Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow import Context, Node, NodeType
from wayflow.checkpoint import Decision
from wayflow.registry import installed
from wayflow.serializer import deserialize
from wayflow.testing import graph_document, node_document
from workflows import catalog
from workflows import services as design
from workflows.models import Share, Workflow

from .scenes import Document, chain, ended, field, grant, queued
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)

NEEDED = "auth.add_group"


@pytest.fixture
def worked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The nodes of type ``guarded`` that worked; it demands a permission."""
    nodes: list[str] = []

    async def work(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
        nodes.append(node.id)
        return inputs.get("v", "done")

    guarded = NodeType(type="guarded", handler=work, permission=NEEDED)
    types = {**installed._nodes, "guarded": guarded}
    monkeypatch.setattr(installed, "_nodes", types)
    catalog.registry.cache_clear()
    return nodes


@pytest.fixture
def working(worked: list[str], host: EngineHost) -> EngineHost:
    """The host, which knows ``guarded``."""
    return host


@pytest.fixture
def holder(worked: list[str]) -> User:
    """Somebody who may use ``guarded``."""
    user: User = UserFactory.create()
    return grant(user, NEEDED, "workflows.run_adhoc_graph")


@pytest.fixture
def workflow(holder: User) -> Workflow:
    """The holder's: its second version uses ``guarded``, its newest does not."""
    made: Workflow = WorkflowFactory.create(owner=holder, graph=chain())
    for document in (chain("guarded"), chain(fields=[field("v", default="bye")])):
        design.save_graph(
            workflow_id=made.pk, graph=deserialize(document), viewport=None, by=holder
        )
    return made


def without(user: User) -> User:
    """``user``, with no permission any more and no memory of it."""
    user.user_permissions.clear()
    return grant(user, "workflows.run_adhoc_graph")


GUARDED = deserialize(chain("guarded"))

Act = Callable[[Workflow, User], object]
ACTS: dict[str, Act] = {
    "create": lambda w, u: design.create_workflow(graph=GUARDED, owner=u),
    "save": lambda w, u: design.save_graph(
        workflow_id=w.pk, graph=GUARDED, viewport=None, by=u
    ),
    "put": lambda w, u: design.put_graph(
        workflow_id=w.pk, graph=GUARDED, viewport=None, by=u
    ),
    "restore": lambda w, u: design.restore_version(workflow_id=w.pk, number=2, by=u),
    "duplicate": lambda w, u: design.duplicate_workflow(
        workflow_id=w.pk, number=2, by=u
    ),
    "publish": lambda w, u: design.publish(workflow_id=w.pk, number=2, by=u),
    "start": lambda w, u: services.start_workflow(
        workflow_id=w.pk, number=2, by=u, trigger=Trigger.API
    ),
    "start an edit": lambda w, u: services.start_graph(
        graph=chain("guarded", "gate"), workflow_id=w.pk, by=u, trigger=Trigger.EDITOR
    ),
    "start a graph": lambda w, u: services.start_graph(
        graph=chain("guarded", "gate"), by=u, trigger=Trigger.EDITOR
    ),
    "rerun": lambda w, u: services.rerun(run_id=_ran(w).pk, by=u, trigger=Trigger.API),
    "retry": lambda w, u: services.retry(run_id=_ran(w).pk, by=u, trigger=Trigger.API),
}


def _ran(workflow: Workflow) -> Run:
    """A run of the version that uses ``guarded``, which failed."""
    version = workflow.versions.get(number=2)
    return queued(
        workflow.owner,
        chain("guarded"),
        workflow=workflow,
        version=version,
        status="error",
        finished_at=timezone.now(),
    )


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_nothing_begins_without_the_permission(
    workflow: Workflow, holder: User, worked: list[str], act: Act
) -> None:
    versions, runs = workflow.versions.count(), Run.objects.count()
    with pytest.raises(design.NodeForbidden, match=NEEDED):
        act(workflow, without(holder))
    assert workflow.versions.count() == versions
    assert not Run.objects.exclude(status="error").exists()
    assert Workflow.objects.count() == 1
    assert worked == []
    assert runs == 0


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_with_the_permission_all_of_it_may_be_done(
    workflow: Workflow, holder: User, act: Act
) -> None:
    act(workflow, User.objects.get(pk=holder.pk))


def test_whoever_runs_a_shared_workflow_needs_the_permission_too(
    workflow: Workflow, worked: list[str]
) -> None:
    runner: User = UserFactory.create()
    group = runner.groups.create(name="runners")
    Share.objects.create(workflow=workflow, group=group, level="run")
    with pytest.raises(design.NodeForbidden):
        services.start_workflow(
            workflow_id=workflow.pk, number=2, by=runner, trigger=Trigger.API
        )
    assert worked == []


# --- workflows as tools ---


def caller_of(tool: str) -> Document:
    """A graph whose node selects a tool."""
    return graph_document(
        node_document("in", "input", {"fields": [field("v")]}, outputs=["v"]),
        node_document("asks", "gate", {"tools": [tool]}, inputs=["v"], outputs=["v"]),
        wires=["in.v -> asks.v"],
    )


@pytest.fixture
def exposed(holder: User) -> Workflow:
    """A workflow that uses ``guarded``, as the tool ``inner``."""
    graph = {**chain("guarded"), "metadata": {"exposedAsTool": True}}
    made: Workflow = WorkflowFactory.create(owner=holder, graph=graph, name="inner")
    return made


def test_a_workflow_as_a_tool_asks_for_what_its_nodes_ask_for(
    exposed: Workflow, holder: User
) -> None:
    assert "inner" in dict(catalog.offered_tools(holder))
    WorkflowFactory.create(owner=holder, graph=caller_of("inner"))
    former = without(holder)
    assert "inner" not in dict(catalog.offered_tools(former))
    with pytest.raises(design.NodeForbidden, match=rf"asks .*inner.*guarded.*{NEEDED}"):
        WorkflowFactory.create(owner=former, graph=caller_of("inner"))
    with pytest.raises(design.NodeForbidden):
        services.start_graph(
            graph=caller_of("inner"), by=former, trigger=Trigger.EDITOR
        )


def test_a_workflow_that_cannot_be_called_asks_for_nothing(exposed: Workflow) -> None:
    stranger: User = UserFactory.create()
    assert "inner" not in dict(catalog.offered_tools(stranger))
    WorkflowFactory.create(owner=stranger, graph=caller_of("inner"))


# --- what changes while a run waits ---


def paused(owner: User) -> UUID:
    """A run that asks a person before its guarded node."""
    graph = graph_document(
        node_document("in", "input", {"fields": [field("v")]}, outputs=["v"]),
        node_document(
            "review",
            "humanInTheLoop",
            inputs=["input"],
            outputs=["approved", "rejected"],
        ),
        node_document("after", "guarded", inputs=["v"], outputs=["v"]),
        wires=["in.v -> review.input", "review.approved -> after.v"],
    )
    run = services.start_graph(
        graph=graph, by=owner, trigger=Trigger.API, inputs={"v": 1}
    )
    assert ended(run.pk).status == "paused"
    return run.pk


def approve(run_id: UUID, by: User) -> Run:
    services.decide(run_id=run_id, decision=Decision("approved"), by=by)
    return ended(run_id)


@pytest.mark.usefixtures("working")
def test_a_run_goes_on_after_its_review_with_the_permission(
    holder: User, worked: list[str]
) -> None:
    assert approve(paused(holder), holder).status == "completed"
    assert worked == ["after"]


@pytest.mark.usefixtures("working")
def test_a_run_does_not_go_on_when_its_owner_lost_the_permission(
    holder: User, worked: list[str]
) -> None:
    run_id = paused(holder)
    run = approve(run_id, without(holder))
    assert (run.status, run.error["code"]) == ("error", "WF_RUN_OWNER_REFUSED")
    assert NEEDED in run.error["message"]
    assert worked == []


@pytest.mark.usefixtures("working")
def test_a_run_does_not_go_on_when_its_owner_was_deactivated(
    holder: User, worked: list[str]
) -> None:
    run_id = paused(holder)
    User.objects.filter(pk=holder.pk).update(is_active=False)
    admin: User = UserFactory.create(is_superuser=True, is_staff=True)
    run = approve(run_id, admin)
    assert (run.status, run.error["code"]) == ("error", "WF_RUN_OWNER_REFUSED")
    assert worked == []


def test_a_run_in_the_queue_is_looked_at_again_when_it_is_taken_up(
    worked: list[str], holder: User, working: EngineHost
) -> None:
    run = queued(holder, chain("guarded"))
    without(holder)
    working.submit(run.pk)
    assert ended(run.pk).error["code"] == "WF_RUN_OWNER_REFUSED"
    assert worked == []


def test_a_run_taken_over_is_looked_at_again(
    worked: list[str], holder: User, working: EngineHost
) -> None:
    run = queued(holder, chain("guarded"))
    claim = claims.claim(run.pk, host="gone", now=timezone.now())
    assert claim is not None
    assert claims.give_back(run.pk, epoch=claim.epoch)
    User.objects.filter(pk=holder.pk).update(is_active=False)
    working.submit(run.pk)
    assert ended(run.pk).error["code"] == "WF_RUN_OWNER_REFUSED"
    assert worked == []
