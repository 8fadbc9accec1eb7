"""What is to be run, and who may run it: a version, a graph, or what ran before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from wayflow.graph import Graph
from workflows.models import GraphDocument, Workflow, WorkflowVersion
from workflows.services import (
    NotAllowed,
    WorkflowNotFound,
    digest_of,
    newest_as_called,
    store_document,
)

from .graphs import graphs
from .models import Run
from .runnable import runnable_version

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A graph to run; without a version it is an edit, without a workflow its own."""

    graph: Graph
    document: GraphDocument
    workflow: Workflow | None
    version: WorkflowVersion | None


def subject_of_version(version: WorkflowVersion) -> Subject:
    return Subject(
        graph=graphs.load(version.document.digest),
        document=version.document,
        workflow=version.workflow,
        version=version,
    )


def subject_of_graph(graph: Graph, workflow_id: UUID | None, by: User) -> Subject:
    """A posted graph: a version that ``by`` may run, or else an edit or its own.

    Raises WorkflowNotFound and NotAllowed.
    """
    digest = digest_of(graph)
    runnable = Workflow.objects.runnable_by(by)
    if workflow_id is not None:
        runnable = runnable.filter(pk=workflow_id)
    saved = WorkflowVersion.objects.filter(
        document__digest=digest, workflow__in=runnable
    )
    saved = saved.without_content().select_related("workflow")
    version = saved.order_by("-created_at", "-pk").first()
    if version is not None:
        graphs.keep(digest, graph)
        return subject_of_version(version)
    # An editor shows the newest as the workflow is called, and posts what it shows.
    saving = runnable.first() if workflow_id is not None else None
    if saving is not None and (newest := newest_as_called(saving, graph)):
        return subject_of_version(newest)
    workflow = _edited(workflow_id, by)
    return Subject(
        graph=graphs.keep(digest, graph),
        document=store_document(graph),
        workflow=workflow,
        version=None,
    )


def subject_of_run(run: Run, by: User, *, latest: bool) -> Subject:
    """What ``run`` ran, or the newest version of its workflow.

    Raises WorkflowNotFound, NotAllowed and VersionNotFound, for permissions change.
    """
    if latest and run.workflow is not None:
        newest = run.workflow.newest_version()
        return subject_of_version(runnable_version(run.workflow.pk, newest.number, by))
    if run.workflow is not None and run.version is not None:
        number = run.version.number
        return subject_of_version(runnable_version(run.workflow.pk, number, by))
    return Subject(
        graph=graphs.load(run.document.digest),
        document=run.document,
        workflow=_edited(run.workflow_id, by),
        version=None,
    )


def _edited(workflow_id: UUID | None, by: User) -> Workflow | None:
    """The workflow of which an unsaved graph is an edit; None for a graph of its own.

    Raises WorkflowNotFound and NotAllowed.
    """
    anything = by.has_perm("workflows.run_adhoc_graph")
    if workflow_id is None:
        if not anything:
            raise NotAllowed("run graphs that are not saved")
        return None
    workflow = Workflow.objects.visible_to(by).filter(pk=workflow_id).first()
    if workflow is None:
        raise WorkflowNotFound
    editable = Workflow.objects.editable_by(by).filter(pk=workflow_id)
    if not anything and not editable.exists():
        raise NotAllowed("run an edited graph of this workflow")
    return workflow
