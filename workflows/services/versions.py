"""Finding, naming and restoring versions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from access.errors import ApiError
from access.writing import write_atomic
from workflows.models import Workflow, WorkflowVersion

from .editing import save_graph
from .locking import editable

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class VersionNotFound(ApiError):
    def __init__(self, number: object) -> None:
        super().__init__(
            404, "WF_VERSION_NOT_FOUND", f"The workflow has no version {number}."
        )


def find_version(workflow: Workflow, number: int | None) -> WorkflowVersion:
    """The version with this number, its document with it; None means the newest.

    Raises VersionNotFound.
    """
    versions = workflow.versions.select_related("author", "document")
    chosen = versions if number is None else versions.filter(number=number)
    version = chosen.order_by("-number").first()
    if version is None:
        raise VersionNotFound(number)
    return version


@write_atomic()
def name_version(
    *, workflow_id: UUID, number: int, label: str, by: User
) -> WorkflowVersion:
    """Give the version a label, which keeps it from thinning out; an empty one is none.

    Raises WorkflowNotFound, NotAllowed and VersionNotFound.
    """
    version = find_version(editable(workflow_id, by), number)
    version.rename(label)
    return version


@write_atomic()
def restore_version(
    *, workflow_id: UUID, number: int, by: User, if_match: str | None = None
) -> Workflow:
    """Make the graph of this version the newest again, as a version of its own.

    Raises WorkflowNotFound, NotAllowed, PreconditionFailed, VersionNotFound and
    NodeForbidden.
    """
    workflow = editable(workflow_id, by, if_match=if_match)
    return save_graph(
        workflow_id=workflow_id,
        graph=find_version(workflow, number).document.graph(),
        viewport=None,
        by=by,
    )
