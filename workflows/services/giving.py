"""Giving workflows to others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from access.errors import ApiError
from access.writing import write_atomic
from workflows.models import Workflow

from .locking import held

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class OwnerInactive(ApiError):
    def __init__(self, user: User) -> None:
        super().__init__(
            400,
            "WF_OWNER_INACTIVE",
            f'The user "{user.get_username()}" is not active.',
            hint="Choose somebody who can sign in.",
            attr="owner",
        )


@write_atomic()
def give_workflow(
    *, workflow_id: UUID, to: User, by: User, if_match: str | None = None
) -> Workflow:
    """Make ``to`` the owner. Who owned it sees it no more, unless a group lets them.

    Raises WorkflowNotFound, NotAllowed, PreconditionFailed and OwnerInactive.
    """
    may = Workflow.objects.givable_by(by)
    workflow = held(may, workflow_id, by, "give this workflow", if_match=if_match)
    if not to.is_active:
        raise OwnerInactive(to)
    workflow.owner = to
    workflow.save(update_fields=["owner"])
    return workflow
