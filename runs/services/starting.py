"""Starting a run of a saved workflow or of a graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from access.errors import ApiError
from runs.executor import executor
from runs.graphs import graphs
from runs.inputs import checked_inputs
from runs.models import OnDisconnect, Run, Trigger
from runs.writing import write_atomic
from wayflow.errors import CycleDetected
from wayflow.graph import Graph, Node
from wayflow.topology import find_cycle
from workflows.catalog import registry
from workflows.models import GraphDocument, Workflow, WorkflowVersion
from workflows.services import (
    NotAllowed,
    VersionNotFound,
    WorkflowNotFound,
    digest_of,
    read_graph,
    refuse_forbidden_nodes,
    store_document,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class UnknownNodeType(ApiError):
    def __init__(self, node: Node) -> None:
        super().__init__(
            400,
            "WF_AGENT_UNKNOWN_NODE_TYPE",
            f'Node {node.id} is of the unknown type "{node.type}".',
            hint="Install what provides this node type, or remove the node.",
            attr="graph",
        )


class IdempotencyKeyReused(ApiError):
    def __init__(self) -> None:
        super().__init__(
            409,
            "WF_IDEMPOTENCY_KEY_REUSED",
            "This Idempotency-Key was used for another request.",
            hint="Use a new key for each request, and the same one to repeat it.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A caller's name for a request, and what identifies the request itself."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What is to be run."""

    graph: Graph
    document: GraphDocument
    workflow: Workflow | None
    version: WorkflowVersion | None


def start_workflow(
    *,
    workflow_id: UUID,
    by: User,
    trigger: Trigger,
    inputs: Any = None,
    number: int | None = None,
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE,
    idempotency: Idempotency | None = None,
) -> Run:
    """Run a version of a workflow: the published one, else the newest.

    With ``idempotency`` a repeated request gives the run of the first one. Raises
    WorkflowNotFound, NotAllowed, VersionNotFound, IdempotencyKeyReused and whatever is
    wrong with the graph or the inputs.
    """
    if earlier := _earlier(by, idempotency):
        return earlier
    version = _runnable_version(workflow_id, number, by)
    subject = _Subject(
        graph=graphs.load(version.document.digest),
        document=version.document,
        workflow=version.workflow,
        version=version,
    )
    return _start(
        subject,
        by=by,
        trigger=trigger,
        inputs=inputs,
        on_disconnect=on_disconnect,
        idempotency=idempotency,
    )


def start_graph(
    *,
    graph: Any,
    by: User,
    trigger: Trigger,
    inputs: Any = None,
    workflow_id: UUID | None = None,
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE,
) -> Run:
    """Run a posted graph, as an edit of a workflow or on its own.

    A graph that is a version which ``by`` may run needs no further permission. Raises
    GraphFormatError, GraphTooLarge, WorkflowNotFound, NotAllowed and whatever is wrong
    with the graph or the inputs.
    """
    posted = read_graph(graph)
    with write_atomic():
        return _start(
            _subject_of(posted, workflow_id, by),
            by=by,
            trigger=trigger,
            inputs=inputs,
            on_disconnect=on_disconnect,
        )


def _start(
    subject: _Subject,
    *,
    by: User,
    trigger: Trigger,
    inputs: Any,
    on_disconnect: OnDisconnect,
    idempotency: Idempotency | None = None,
) -> Run:
    refuse_forbidden_nodes(subject.graph, by)
    _refuse_unrunnable(subject.graph)
    run = Run(
        workflow=subject.workflow,
        version=subject.version,
        document=subject.document,
        owner=by,
        trigger=trigger,
        inputs=checked_inputs(subject.graph, inputs),
        on_disconnect=on_disconnect,
        idempotency_key=idempotency.key if idempotency else "",
        request_digest=idempotency.digest if idempotency else "",
    )
    try:
        with write_atomic():
            run.save(force_insert=True)
            transaction.on_commit(partial(executor().submit, run.pk))
    except IntegrityError:
        # Lost the race against the same request; its winner has stored a run.
        earlier = _earlier(by, idempotency)
        if earlier is None:
            raise
        return earlier
    return run


def _refuse_unrunnable(graph: Graph) -> None:
    """Raises UnknownNodeType and CycleDetected."""
    known = registry().nodes
    for node in graph.nodes.values():
        if node.type not in known:
            raise UnknownNodeType(node)
    cycle = find_cycle(graph)
    if cycle is not None:
        raise CycleDetected(cycle)


def _earlier(by: User, idempotency: Idempotency | None) -> Run | None:
    if idempotency is None:
        return None
    run = Run.objects.filter(owner=by, idempotency_key=idempotency.key).first()
    if run is not None and run.request_digest != idempotency.digest:
        raise IdempotencyKeyReused
    return run


def _runnable_version(
    workflow_id: UUID, number: int | None, by: User
) -> WorkflowVersion:
    runnable = Workflow.objects.runnable_by(by).filter(pk=workflow_id)
    versions = WorkflowVersion.objects.filter(workflow__in=runnable)
    chosen = versions.current() if number is None else versions.filter(number=number)
    version = chosen.without_content().select_related("workflow").first()
    if version is not None:
        return version
    if number is not None and runnable.exists():
        raise VersionNotFound(number)
    if Workflow.objects.visible_to(by).filter(pk=workflow_id).exists():
        raise NotAllowed("run this workflow")
    raise WorkflowNotFound


def _subject_of(graph: Graph, workflow_id: UUID | None, by: User) -> _Subject:
    digest = digest_of(graph)
    graphs.keep(digest, graph)
    runnable = Workflow.objects.runnable_by(by)
    if workflow_id is not None:
        runnable = runnable.filter(pk=workflow_id)
    saved = WorkflowVersion.objects.filter(
        document__digest=digest, workflow__in=runnable
    )
    saved = saved.without_content().select_related("workflow")
    version = saved.order_by("-created_at", "-pk").first()
    if version is not None:
        return _Subject(
            graph=graph,
            document=version.document,
            workflow=version.workflow,
            version=version,
        )
    return _Subject(
        graph=graph,
        document=store_document(graph),
        workflow=_edited(workflow_id, by),
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
