"""Choosing the version that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from access.errors import ApiError
from workflows.models import Workflow

from .locking import editable

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class VersionNotFound(ApiError):
    def __init__(self, number: object) -> None:
        super().__init__(
            404, "WF_VERSION_NOT_FOUND", f"The workflow has no version {number}."
        )


@transaction.atomic
def publish(*, workflow_id: UUID, number: int | None, by: User) -> Workflow:
    """Let the version with this number run from now on; None means the newest.

    Raises WorkflowNotFound, NotAllowed and VersionNotFound.
    """
    workflow = editable(workflow_id, by)
    versions = workflow.versions.all()
    version = (versions if number is None else versions.filter(number=number)).first()
    if version is None:
        raise VersionNotFound(number)
    workflow.published_version = version
    workflow.save(update_fields=["published_version"])
    return workflow
