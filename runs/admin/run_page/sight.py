"""A run as somebody sees it: the row, and what they may do with it, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from runs.models import Run
from wayflow.status import RunStatus
from workflows.models import Workflow, WorkflowVersion

_WITH = (
    "workflow",
    "version",
    "owner",
    "token",
    "document",
    "cancel_requested_by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A run in the eyes of ``user``; ``newest`` is its workflow's newest version."""

    run: Run
    user: User
    newest: int | None
    may_cancel: bool
    may_repeat: bool
    may_run_newest: bool
    sees_workflow: bool

    @property
    def has_ended(self) -> bool:
        return RunStatus(self.run.status).is_terminal


def sight_of(run_id: UUID, user: User) -> Sight | None:
    """None when there is no such run, or none that ``user`` may see."""
    visible = Run.objects.visible_to(user).filter(pk=run_id)
    rows = visible.select_related(*_WITH).defer("document__content")
    run: Any = _told(rows, user).first()
    if run is None:
        return None
    return Sight(
        run=run,
        user=user,
        newest=run.newest_number,
        may_cancel=run.may_cancel,
        may_repeat=_may_repeat(run, user),
        may_run_newest=run.may_run,
        sees_workflow=run.workflow is not None
        and run.workflow.deleted_at is None
        and user.has_perm("workflows.view_workflow"),
    )


def _told(rows: QuerySet[Run], user: User) -> QuerySet[Any]:
    workflows = Workflow.objects
    cancellable = Run.objects.cancellable_by(user).filter(pk=OuterRef("pk"))
    versions = WorkflowVersion.objects.filter(workflow=OuterRef("workflow"))
    mine = {"pk": OuterRef("workflow")}
    return rows.annotate(
        may_cancel=Exists(cancellable),
        may_see=Exists(workflows.visible_to(user).filter(**mine)),
        may_run=Exists(workflows.runnable_by(user).filter(**mine)),
        may_edit=Exists(workflows.editable_by(user).filter(**mine)),
        newest_number=Subquery(versions.order_by("-number").values("number")[:1]),
    )


def _may_repeat(run: Any, user: User) -> bool:
    """Whether ``runs.subjects`` lets ``user`` run the same graph again."""
    if run.version is not None:
        return bool(run.may_run)
    if run.workflow is None:
        return user.has_perm("workflows.run_adhoc_graph")
    return run.may_see and (run.may_edit or user.has_perm("workflows.run_adhoc_graph"))
