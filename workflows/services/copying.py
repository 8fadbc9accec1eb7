"""Making a workflow out of another."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from workflows.models import Workflow

from .editing import NAME_LENGTH, create_workflow
from .locking import WorkflowNotFound
from .versions import find_version

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def duplicate_workflow(
    *, workflow_id: UUID, by: User, name: str = "", number: int | None = None
) -> Workflow:
    """A new workflow of ``by``, with the graph of this version; None means the newest.

    Nobody else sees it, and nothing of it is published. Raises WorkflowNotFound,
    VersionNotFound and NodeForbidden.
    """
    original = Workflow.objects.visible_to(by).filter(pk=workflow_id).first()
    if original is None:
        raise WorkflowNotFound
    return create_workflow(
        graph=find_version(original, number).document.graph(),
        owner=by,
        name=name or f"Copy of {original.name}"[:NAME_LENGTH],
        description=original.description,
        viewport=original.viewport,
    )
