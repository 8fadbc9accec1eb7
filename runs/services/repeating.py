"""Running again what ran before: from the start, or from where it went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, Any
from uuid import UUID

from access.errors import ApiError
from runs.graphs import graphs
from runs.models import JournalEntry, Run, Trigger
from runs.records import Told, told
from runs.reuse import reusable, unfinished
from runs.subjects import subject_of_run
from runs.writing import write_atomic
from wayflow.graph import NodeId
from wayflow.status import NodeStatus, RunStatus

from .finding import found
from .starting import start_subject

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class RunNotEnded(ApiError):
    def __init__(self) -> None:
        super().__init__(
            409,
            "WF_RUN_NOT_ENDED",
            "The run goes on; only a run that ended can be retried.",
            hint="Wait for its end, or cancel it first.",
        )


class NothingToRetry(ApiError):
    def __init__(self) -> None:
        super().__init__(
            409,
            "WF_RUN_NOTHING_TO_RETRY",
            "Every node of the run completed.",
            hint="Name the node to start from, or run the workflow anew.",
            attr="nodeId",
        )


class NodeNotFound(ApiError):
    def __init__(self, node_id: str) -> None:
        super().__init__(
            404,
            "WF_NODE_NOT_FOUND",
            f"The graph to run has no node {node_id!r}.",
            attr="nodeId",
        )


def rerun(
    *,
    run_id: UUID,
    by: User,
    trigger: Trigger,
    inputs: Any = None,
    latest: bool = False,
) -> Run:
    """Run the same again from the start; ``inputs`` None are those of then.

    Raises RunNotFound, NotAllowed, WorkflowNotFound and what is wrong with the inputs.
    """
    origin = _repeatable(run_id, by)
    with write_atomic():
        return start_subject(
            subject_of_run(origin, by, latest=latest),
            by=by,
            trigger=trigger,
            inputs=origin.inputs if inputs is None else inputs,
            origin=origin,
        )


def retry(
    *,
    run_id: UUID,
    by: User,
    trigger: Trigger,
    node_id: str | None = None,
    latest: bool = False,
) -> Run:
    """Run again what did not complete, or ``node_id`` and all that depends on it.

    What else completed is taken over, as far as the graph says the same of it. Raises
    RunNotEnded, NothingToRetry, NodeNotFound and what ``rerun`` raises.
    """
    origin = _repeatable(run_id, by)
    if not RunStatus(origin.status).is_terminal:
        raise RunNotEnded
    entries = JournalEntry.objects.filter(run=origin).order_by("first_seq")
    records = list(told(entries.values_list("events", flat=True)))
    before = graphs.load(origin.document.digest)
    with write_atomic():
        subject = subject_of_run(origin, by, latest=latest)
        if node_id is not None and node_id not in subject.graph.nodes:
            raise NodeNotFound(node_id)
        again = unfinished(before, records) if node_id is None else {NodeId(node_id)}
        kept = reusable(before, subject.graph, again)
        if len(kept) == len(subject.graph.nodes):
            raise NothingToRetry
        return start_subject(
            subject,
            by=by,
            trigger=trigger,
            inputs=origin.inputs,
            origin=origin,
            story=list(_completions(records, kept)),
        )


def _repeatable(run_id: UUID, by: User) -> Run:
    return found(Run.objects.visible_to(by), run_id, by, "see this run")


def _completions(records: list[Told], kept: Set[NodeId]) -> Iterator[Told]:
    for event, private in records:
        data = event["data"]
        if data.get("nodeId") in kept and data.get("status") == NodeStatus.COMPLETE:
            yield event, private
