"""The version of a workflow that somebody is about to run, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from workflows.models import Workflow, WorkflowVersion
from workflows.services import NotAllowed, VersionNotFound, WorkflowNotFound

from .graphs import graphs
from .inputs import InputField, input_fields

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def runnable_version(
    workflow_id: UUID, number: int | None, by: User
) -> WorkflowVersion:
    """The version with this number; without one the published, else the newest.

    Raises WorkflowNotFound, NotAllowed and VersionNotFound.
    """
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


def asked_by(version: WorkflowVersion) -> list[InputField]:
    """The inputs that a run of ``version`` takes."""
    return input_fields(graphs.load(version.document.digest))
