"""What design time stores: graphs by content, workflows, versions and shares."""

from __future__ import annotations

import uuid
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from access.fields import ScrubbedCharField, ScrubbedTextField
from wayflow.graph import Graph
from wayflow.jsontext import json_bytes
from wayflow.serializer import graph_of

from .fields import JsonTextField

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Level(models.TextChoices):
    """What a share lets its group do; each level includes those before it."""

    VIEW = "view", "View"
    RUN = "run", "Run"
    EDIT = "edit", "Edit"


ALLOWING: dict[Level, tuple[Level, ...]] = {
    Level.VIEW: (Level.VIEW, Level.RUN, Level.EDIT),
    Level.RUN: (Level.RUN, Level.EDIT),
    Level.EDIT: (Level.EDIT,),
}

STAFF_PERMISSIONS = {
    Level.VIEW: "workflows.view_workflow",
    Level.RUN: "workflows.run_workflow",
    Level.EDIT: "workflows.change_workflow",
}


CLAIM = timedelta(days=1)
"""How long a graph is kept that nobody refers to: whoever stored it is about to."""


class GraphDocument(models.Model):
    """A graph's content, stored once however many versions and runs point at it.

    Whoever stores it claims it, at ``claimed_at`` or not much later.
    """

    digest = models.CharField(max_length=64, unique=True)
    content = JsonTextField()
    node_count = models.PositiveIntegerField()
    is_tool = models.BooleanField(default=False)
    claimed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest[:12]

    def graph(self) -> Graph:
        """The graph, just as it was stored."""
        return graph_of(self.content)


class WorkflowQuerySet(models.QuerySet["Workflow"]):
    """Words for asking about workflows; those by user leave deleted ones out."""

    def alive(self) -> WorkflowQuerySet:
        """Not deleted."""
        return self.filter(deleted_at=None)

    def visible_to(self, user: User) -> WorkflowQuerySet:
        return self._open_to(user, Level.VIEW)

    def runnable_by(self, user: User) -> WorkflowQuerySet:
        return self._open_to(user, Level.RUN)

    def editable_by(self, user: User) -> WorkflowQuerySet:
        return self._open_to(user, Level.EDIT)

    def deletable_by(self, user: User) -> WorkflowQuerySet:
        return self._owned_by(user, "workflows.delete_workflow")

    def shareable_by(self, user: User) -> WorkflowQuerySet:
        return self._owned_by(user, "workflows.change_share")

    def givable_by(self, user: User) -> WorkflowQuerySet:
        """For staff alone: nobody is made the owner of what they know nothing of."""
        rules = user.is_staff and user.has_perm("workflows.give_workflow")
        return self.alive() if rules else self.none()

    def in_list(self) -> WorkflowQuerySet:
        """With all that a list tells: ``latest_number`` is that of the newest version.

        Each comes in one query, so that what is told of it belongs together.
        """
        told = self.select_related("owner", "published_version")
        return told._with_newest("number", "latest_number")

    def in_detail(self) -> WorkflowQuerySet:
        """As in a list; ``newest_content`` is the graph of the newest version."""
        return self.in_list()._with_newest("document__content", "newest_content")

    def _with_newest(self, field: str, name: str) -> WorkflowQuerySet:
        versions = WorkflowVersion.objects.filter(workflow=OuterRef("pk"))
        newest = versions.order_by("-number").values(field)[:1]
        return self.annotate(**{name: Subquery(newest)})

    def _owned_by(self, user: User, permission: str) -> WorkflowQuerySet:
        """Their own; for staff with the permission all of them."""
        rules = user.is_staff and user.has_perm(permission)
        return self.alive() if rules else self.alive().filter(owner=user)

    def _open_to(self, user: User, level: Level) -> WorkflowQuerySet:
        if user.is_staff and user.has_perm(STAFF_PERMISSIONS[level]):
            return self.alive()
        shares = Share.objects.filter(group__user=user, level__in=ALLOWING[level])
        shared = Q(pk__in=shares.values("workflow"))
        return self.alive().filter(Q(owner=user) | shared)


class Workflow(models.Model):
    """What people edit; its graphs are its versions.

    ``revision`` counts changes of graph, name and description, not of the viewport: to
    look elsewhere in one window must not turn away the work done in another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = ScrubbedCharField(max_length=200)
    description = ScrubbedTextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="workflows"
    )
    groups = models.ManyToManyField(Group, through="Share", related_name="workflows")
    viewport = JsonTextField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    published_version = models.ForeignKey(
        "WorkflowVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Workflow]] = WorkflowQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        permissions = (
            ("run_workflow", "Can run workflow"),
            ("give_workflow", "Can give workflow another owner"),
            ("run_adhoc_graph", "Can run ad-hoc graphs"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(revision__gte=1), name="workflow_revision_from_1"
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="workflow_name_not_empty"
            ),
        )

    def __str__(self) -> str:
        return str(self.name)

    @property
    def etag(self) -> str:
        """The entity tag of its present state: the revision, then all that is none."""
        rest = json_bytes([self.viewport, self.published_version_id, self.owner_id])
        return f'"{self.revision}-{sha256(rest).hexdigest()[:8]}"'

    def newest_version(self) -> WorkflowVersion:
        """The version with the highest number, its document with it."""
        return self.versions.select_related("document").latest("number")


class ImmutableVersion(TypeError):
    """A version never changes but for its label; a changed graph is a new version."""


class WorkflowVersionQuerySet(models.QuerySet["WorkflowVersion"]):
    """Words for asking about versions."""

    def current(self) -> WorkflowVersionQuerySet:
        """The one that runs, of each workflow: the published, else the newest."""
        siblings = WorkflowVersion.objects.filter(workflow=OuterRef("workflow"))
        newest = Subquery(siblings.order_by("-number").values("pk")[:1])
        return self.filter(pk=Coalesce(F("workflow__published_version"), newest))

    def without_content(self) -> WorkflowVersionQuerySet:
        """With their documents, but not the graphs in them."""
        return self.select_related("document").defer("document__content")


class WorkflowVersion(models.Model):
    """One state of a workflow's graph, which never changes; its label may."""

    workflow = models.ForeignKey(
        Workflow, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    document = models.ForeignKey(
        GraphDocument, on_delete=models.PROTECT, related_name="versions"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    label = ScrubbedCharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[WorkflowVersion]] = (
        WorkflowVersionQuerySet.as_manager()
    )

    class Meta:
        ordering = ("workflow", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=("workflow", "number"), name="version_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="version_number_from_1"
            ),
        )

    def __str__(self) -> str:
        return f"v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, once. Raises ImmutableVersion."""
        if not self._state.adding:
            raise ImmutableVersion(ImmutableVersion.__doc__)
        super().save(*args, **kwargs)

    def rename(self, label: str) -> None:
        """Store another label, and nothing else."""
        self.label = label
        super().save(update_fields=["label"])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises ImmutableVersion: versions go with their workflow."""
        raise ImmutableVersion(ImmutableVersion.__doc__)


class Share(models.Model):
    """Opens a workflow to a group."""

    workflow = models.ForeignKey(
        Workflow, on_delete=models.CASCADE, related_name="shares"
    )
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="workflow_shares"
    )
    level = models.CharField(max_length=4, choices=Level.choices, default=Level.VIEW)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("workflow", "group"), name="share_group_once"
            ),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in Level]),
                name="share_level_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.group}: {self.get_level_display()}"
