"""Opening workflows to groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet

from access.errors import ApiError
from access.writing import write_atomic
from workflows.models import Level, Share, Workflow

from .locking import held

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class GroupUnknown(ApiError):
    def __init__(self, name: str) -> None:
        super().__init__(
            400,
            "WF_GROUP_UNKNOWN",
            f'There is no group "{name}" among those that you can share with.',
            hint="You can share with groups of which you are a member.",
            attr="shares",
        )


def shares_of(*, workflow_id: UUID, by: User) -> QuerySet[Share]:
    """The groups to which the workflow is open, by name.

    Raises WorkflowNotFound and NotAllowed.
    """
    with write_atomic():
        return _shares(_shareable(workflow_id, by))


@write_atomic()
def share_workflow(
    *, workflow_id: UUID, levels: Mapping[str, Level], by: User
) -> QuerySet[Share]:
    """Open the workflow to these groups, by name, and to no others.

    An owner can name the groups they are a member of, and those it is open to already;
    staff with the permission can name all. Raises WorkflowNotFound, NotAllowed and
    GroupUnknown.
    """
    workflow = _shareable(workflow_id, by)
    known = {group.name: group for group in _groups(workflow, by, levels)}
    for name in levels:
        if name not in known:
            raise GroupUnknown(name)
    workflow.shares.exclude(group__name__in=levels).delete()
    for name, level in levels.items():
        Share.objects.update_or_create(
            workflow=workflow, group=known[name], defaults={"level": level}
        )
    return _shares(workflow)


def _shareable(workflow_id: UUID, by: User) -> Workflow:
    may = Workflow.objects.shareable_by(by)
    return held(may, workflow_id, by, "share this workflow")


def _shares(workflow: Workflow) -> QuerySet[Share]:
    return workflow.shares.select_related("group").order_by("group__name")


def _groups(
    workflow: Workflow, by: User, names: Mapping[str, Level]
) -> QuerySet[Group]:
    groups = Group.objects.filter(name__in=names)
    if by.is_staff and by.has_perm("workflows.change_share"):
        return groups
    shared = Share.objects.filter(workflow=workflow).values("group")
    return groups.filter(Q(user=by) | Q(pk__in=shared)).distinct()
