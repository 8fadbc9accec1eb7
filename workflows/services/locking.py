"""Taking hold of a workflow in order to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.http import parse_etags

from access.errors import ApiError
from workflows.models import Workflow, WorkflowQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class WorkflowNotFound(ApiError):
    def __init__(self) -> None:
        super().__init__(404, "WF_WORKFLOW_NOT_FOUND", "There is no such workflow.")


class NotAllowed(ApiError):
    def __init__(self, what: str) -> None:
        super().__init__(403, "permission_denied", f"You may not {what}.")


class PreconditionFailed(ApiError):
    """The caller's ``If-Match`` names no state that is still the present one."""

    def __init__(self, workflow: Workflow | None) -> None:
        super().__init__(
            412,
            "WF_WORKFLOW_CHANGED",
            "The workflow was changed since you loaded it."
            if workflow
            else "The workflow to be changed does not exist.",
            hint="Load it again and repeat your change.",
            headers={"ETag": workflow.etag} if workflow else None,
        )
        self.workflow = workflow


def editable(workflow_id: UUID, by: User, *, if_match: str | None = None) -> Workflow:
    """The workflow, held until the transaction ends, for a change by ``by``.

    Raises WorkflowNotFound, NotAllowed and PreconditionFailed.
    """
    may = Workflow.objects.editable_by(by)
    return held(may, workflow_id, by, "change this workflow", if_match=if_match)


def held(
    allowed: WorkflowQuerySet,
    workflow_id: UUID,
    by: User,
    what: str,
    *,
    if_match: str | None = None,
) -> Workflow:
    """The workflow, if it is among the ``allowed`` for doing ``what``.

    Raises WorkflowNotFound, NotAllowed and PreconditionFailed.
    """
    workflow = allowed.select_for_update().filter(pk=workflow_id).first()
    if workflow is None:
        if Workflow.objects.visible_to(by).filter(pk=workflow_id).exists():
            raise NotAllowed(what)
        raise WorkflowNotFound
    if if_match is not None and not _matches(if_match, workflow.revision):
        raise PreconditionFailed(workflow)
    return workflow


def _matches(if_match: str, revision: int) -> bool:
    """Whether one of the tags is of this revision: what else it tells is no change."""
    tags = parse_etags(if_match)
    # A proxy that compresses turns a tag into a weak one.
    named = [tag.removeprefix("W/").strip('"').partition("-")[0] for tag in tags]
    return "*" in tags or str(revision) in named
