"""Choosing the version that runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from access.errors import ApiError
from access.writing import write_atomic
from wayflow.errors import CycleDetected
from wayflow.graph import Graph
from wayflow.topology import find_cycle
from wayflow.validation import Issue, validate_graph
from workflows.catalog import registry, tools_of
from workflows.diff import GraphDiff, diff_graphs
from workflows.models import Workflow, WorkflowVersion

from .locking import NotAllowed, WorkflowNotFound, editable
from .permissions import refuse_forbidden_nodes
from .versions import find_version

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class VersionNotRunnable(ApiError):
    """No run of the version could even begin."""

    def __init__(self, version: WorkflowVersion, reason: str) -> None:
        super().__init__(
            409,
            "WF_VERSION_NOT_RUNNABLE",
            f"Version {version.number} cannot run: {reason}",
            hint="Mend the graph, save it, and publish the new version.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What it would mean to publish a version.

    ``published`` is the version that it would replace, if there is one, and ``diff``
    is how it differs from that, or else from the newest one, which runs until then.
    ``obstacle`` says why the version cannot be published; None if it can.
    """

    version: WorkflowVersion
    published: WorkflowVersion | None
    diff: GraphDiff
    issues: tuple[Issue, ...]
    obstacle: ApiError | None


@write_atomic()
def publish(
    *, workflow_id: UUID, number: int | None, by: User, if_match: str | None = None
) -> Workflow:
    """Let the version with this number run from now on; None means the newest.

    Raises WorkflowNotFound, NotAllowed, PreconditionFailed, VersionNotFound,
    NodeForbidden and VersionNotRunnable.
    """
    workflow = editable(workflow_id, by, if_match=if_match)
    version = find_version(workflow, number)
    _refuse(version, version.document.graph(), by)
    _set_published(workflow, version)
    return workflow


@write_atomic()
def unpublish(*, workflow_id: UUID, by: User, if_match: str | None = None) -> Workflow:
    """Let the newest version run from now on, whichever that is. Idempotent.

    Raises WorkflowNotFound, NotAllowed and PreconditionFailed.
    """
    workflow = editable(workflow_id, by, if_match=if_match)
    _set_published(workflow, None)
    return workflow


def preview_publication(
    *, workflow_id: UUID, number: int | None, by: User
) -> Publication:
    """What ``publish`` would do; changes nothing.

    Raises WorkflowNotFound, NotAllowed and VersionNotFound.
    """
    workflow = Workflow.objects.editable_by(by).filter(pk=workflow_id).first()
    if workflow is None:
        if Workflow.objects.visible_to(by).filter(pk=workflow_id).exists():
            raise NotAllowed("publish this workflow")
        raise WorkflowNotFound
    version = find_version(workflow, number)
    graph = version.document.graph()
    running = workflow.published_version or workflow.newest_version()
    issues = validate_graph(graph, tools=tools_of(graph, by), registry=registry())
    return Publication(
        version=version,
        published=workflow.published_version,
        diff=diff_graphs(running.document.graph(), graph),
        issues=tuple(issues),
        obstacle=_obstacle(version, graph, by),
    )


def _set_published(workflow: Workflow, version: WorkflowVersion | None) -> None:
    workflow.published_version = version
    workflow.save(update_fields=["published_version"])


def _obstacle(version: WorkflowVersion, graph: Graph, by: User) -> ApiError | None:
    try:
        _refuse(version, graph, by)
    except ApiError as error:
        return error
    return None


def _refuse(version: WorkflowVersion, graph: Graph, by: User) -> None:
    """Raises NodeForbidden and VersionNotRunnable."""
    refuse_forbidden_nodes(graph, by)
    known = registry().nodes
    for node in graph.nodes.values():
        if node.type not in known:
            reason = f'node {node.id} is of the unknown type "{node.type}".'
            raise VersionNotRunnable(version, reason)
    cycle = find_cycle(graph)
    if cycle is not None:
        raise VersionNotRunnable(version, CycleDetected(cycle).message)
