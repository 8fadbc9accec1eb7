"""Running again what ran before: from the start, or from where it went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from access.errors import ApiError
from access.writing import write_atomic
from runs.graphs import graphs
from runs.models import Run, Trigger
from runs.reuse import reusable
from runs.stories import Place, done_in, story_of
from runs.subjects import subject_of_run
from wayflow.graph import NodeId
from wayflow.status import RunStatus

from .finding import found
from .starting import start_subject

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from access.models import Token


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
            "Every node of the run completed or was skipped.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a run that ended had completed or skipped, and where its journal says so."""

    run_id: UUID
    done: Mapping[NodeId, Place]


def past_of(*, run_id: UUID, by: User) -> Past:
    """What ``retry`` needs to know of a run; it never changes.

    To read it may take a while: who retries in a transaction reads it before. Raises
    RunNotFound, NotAllowed and RunNotEnded.
    """
    run = _repeatable(run_id, by)
    if not RunStatus(run.status).is_terminal:
        raise RunNotEnded
    return Past(run_id=run_id, done=done_in(run_id))


def rerun(
    *,
    run_id: UUID,
    by: User,
    trigger: Trigger,
    inputs: Any = None,
    latest: bool = False,
    token: Token | None = None,
) -> Run:
    """Run the same again from the start; ``inputs`` None are those of then.

    Raises RunNotFound, NotAllowed, WorkflowNotFound and what is wrong with the inputs.
    """
    _repeatable(run_id, by)
    with write_atomic():
        origin = _held(run_id, by)
        return start_subject(
            subject_of_run(origin, by, latest=latest),
            by=by,
            trigger=trigger,
            token=token,
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
    token: Token | None = None,
    past: Past | None = None,
) -> Run:
    """Run again what failed or was not reached, or ``node_id``, and all after it.

    What else completed or was skipped is taken over, as far as the graph says the same
    of it. ``past`` is that of the run, for who has read it. Raises NothingToRetry,
    NodeNotFound and what ``past_of`` and ``rerun`` raise, and ValueError for the past
    of another run.
    """
    if past is None:
        past = past_of(run_id=run_id, by=by)
    if past.run_id != run_id:
        raise ValueError(f"The past of run {past.run_id} is not that of {run_id}.")
    told = past.done
    with write_atomic():
        origin = _held(run_id, by)
        before = graphs.load(origin.document.digest)
        subject = subject_of_run(origin, by, latest=latest)
        if node_id is not None and node_id not in subject.graph.nodes:
            raise NodeNotFound(node_id)
        again = before.nodes.keys() - told if node_id is None else {NodeId(node_id)}
        kept = reusable(before, subject.graph, again)
        if len(kept) == len(subject.graph.nodes):
            raise NothingToRetry
        return start_subject(
            subject,
            by=by,
            trigger=trigger,
            token=token,
            inputs=origin.inputs,
            origin=origin,
            story=story_of(run_id, told, kept),
        )


def _repeatable(run_id: UUID, by: User) -> Run:
    return found(Run.objects.visible_to(by), run_id, by, "see this run")


def _held(run_id: UUID, by: User) -> Run:
    """The run, which nobody deletes until the transaction ends, nor its graph.

    Raises RunNotFound, for it may be gone by now.
    """
    Run.objects.select_for_update(no_key=True).filter(pk=run_id).first()
    return _repeatable(run_id, by)
