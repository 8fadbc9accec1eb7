"""Starting a run of a saved workflow or of a graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from access.errors import ApiError
from access.writing import write_atomic
from runs.executor import executor
from runs.feed_events import note
from runs.inputs import checked_inputs
from runs.models import OnDisconnect, Run, Trigger
from runs.reviews import terms_of
from runs.runnable import runnable_version
from runs.stories import Story
from runs.subjects import Subject, subject_of_graph, subject_of_version
from runs.turns import refuse_when_full
from wayflow.errors import CycleDetected
from wayflow.graph import Graph, Node
from wayflow.topology import find_cycle
from workflows.catalog import registry
from workflows.models import GraphDocument
from workflows.services import read_graph, refuse_forbidden_nodes

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from access.models import Token

Asked = ParamSpec("Asked")


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


def _looking_twice(start: Callable[Asked, Run]) -> Callable[Asked, Run]:
    """``start``, once more if what it found was deleted before its run referred to it.

    A version that thins out, and its graph, may go at just that moment.
    """

    @wraps(start)
    def started(*args: Asked.args, **kwargs: Asked.kwargs) -> Run:
        try:
            return start(*args, **kwargs)
        except (IntegrityError, GraphDocument.DoesNotExist):
            return start(*args, **kwargs)

    return started


@_looking_twice
def start_workflow(
    *,
    workflow_id: UUID,
    by: User,
    trigger: Trigger,
    inputs: Any = None,
    number: int | None = None,
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE,
    idempotency: Idempotency | None = None,
    run_id: UUID | None = None,
    token: Token | None = None,
) -> Run:
    """Run a version of a workflow: the published one, else the newest.

    The run gets the id ``run_id``, if one is given, and remembers the ``token`` that
    asked for it. With ``idempotency`` a repeated request gives the run of the first
    one. Raises WorkflowNotFound, NotAllowed,
    VersionNotFound, IdempotencyKeyReused and whatever is wrong with the graph or the
    inputs.
    """
    if earlier := _earlier(by, idempotency):
        return earlier
    return start_subject(
        subject_of_version(runnable_version(workflow_id, number, by)),
        by=by,
        trigger=trigger,
        inputs=inputs,
        on_disconnect=on_disconnect,
        idempotency=idempotency,
        run_id=run_id,
        token=token,
    )


@_looking_twice
def start_graph(
    *,
    graph: Any,
    by: User,
    trigger: Trigger,
    inputs: Any = None,
    workflow_id: UUID | None = None,
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE,
    run_id: UUID | None = None,
    token: Token | None = None,
) -> Run:
    """Run a posted graph, as an edit of a workflow or on its own.

    A graph that is a version which ``by`` may run needs no further permission. Raises
    GraphFormatError, GraphTooLarge, WorkflowNotFound, NotAllowed and whatever is wrong
    with the graph or the inputs.
    """
    posted = read_graph(graph)
    with write_atomic():
        return start_subject(
            subject_of_graph(posted, workflow_id, by),
            by=by,
            trigger=trigger,
            inputs=inputs,
            on_disconnect=on_disconnect,
            run_id=run_id,
            token=token,
        )


def start_subject(
    subject: Subject,
    *,
    by: User,
    trigger: Trigger,
    inputs: Any,
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE,
    idempotency: Idempotency | None = None,
    origin: Run | None = None,
    story: Story | None = None,
    run_id: UUID | None = None,
    token: Token | None = None,
) -> Run:
    """Queue a run. It goes on from ``story``, if there is one of ``origin``.

    Raises QueueFull, ServerBusy and what is wrong with the graph or the inputs.
    """
    refuse_when_full(by)
    refuse_forbidden_nodes(subject.graph, by)
    _refuse_unrunnable(subject.graph)
    run = Run(
        id=run_id or uuid4(),
        workflow=subject.workflow,
        version=subject.version,
        document=subject.document,
        owner=by,
        trigger=trigger,
        token=token,
        inputs=checked_inputs(subject.graph, inputs),
        on_disconnect=on_disconnect,
        idempotency_key=idempotency.key if idempotency else "",
        request_digest=idempotency.digest if idempotency else "",
        origin=origin,
    )
    try:
        with write_atomic():
            run.save(force_insert=True)
            note(run.pk, run.status)
            if story is not None:
                run.last_seq = story.tell(run.pk)
                run.save(update_fields=["last_seq"])
            transaction.on_commit(partial(executor().submit, run.pk))
    except IntegrityError:
        # Lost the race against the same request; its winner has stored a run.
        earlier = _earlier(by, idempotency)
        if earlier is None:
            raise
        return earlier
    return run


def _refuse_unrunnable(graph: Graph) -> None:
    """Raises UnknownNodeType, ReviewTermsInvalid and CycleDetected."""
    known = registry().nodes
    for node in graph.nodes.values():
        if node.type not in known:
            raise UnknownNodeType(node)
        terms_of(node)
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
