"""What run time stores: runs, what they said, and the reviews they wait for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone

from wayflow.status import TERMINAL, RunStatus, sources_of
from workflows.fields import JsonTextField
from workflows.models import ALLOWING, Level, Share

from .feed_events import note

if TYPE_CHECKING:
    from django.contrib.auth.models import User

STATUS_CHOICES = [(status.value, status.name.title()) for status in RunStatus]
TERMINAL_VALUES = sorted(status.value for status in TERMINAL)
OPEN_VALUES = sorted(status.value for status in RunStatus if status not in TERMINAL)


class Trigger(models.TextChoices):
    """What started a run."""

    EDITOR = "editor", "Editor"
    API = "api", "API"
    ADMIN = "admin", "Admin"
    PYTHON = "python", "Python"


class OnDisconnect(models.TextChoices):
    """What becomes of a run whose client goes away."""

    CANCEL = "cancel", "Cancel"
    CONTINUE = "continue", "Continue"


class RunQuerySet(models.QuerySet["Run"]):
    """Words for asking about runs, and the guarded moves."""

    def move(
        self,
        run_id: uuid.UUID,
        target: RunStatus,
        *,
        epoch: int | None = None,
        **changes: Any,
    ) -> bool:
        """Move one run to ``target`` where the table of moves allows it.

        A move to RUNNING is a claim and begins a new epoch; any other leaves the run
        without an owner. ``changes`` are further fields to set. With ``epoch`` only the
        owner of that one may. False: somebody was faster, and nothing changed.
        """
        movable = self.filter(pk=run_id, status__in=sources_of(target))
        if epoch is not None:
            movable = movable.filter(epoch=epoch)
        if target is RunStatus.RUNNING:
            changes["epoch"] = F("epoch") + 1
        else:
            changes |= {"host": "", "lease_expires_at": None}
        if target is RunStatus.PAUSED:
            changes["takeovers"] = 0
        if target in TERMINAL:
            now = Value(timezone.now(), models.DateTimeField())
            changes |= {"finished_at": now, "duration": now - F("started_at")}
        moved = bool(movable.update(status=target, **changes))
        if moved:
            note(run_id, target)
        return moved

    def visible_to(self, user: User) -> RunQuerySet:
        """Their own, those shared with them and those that ask them; for staff, all."""
        if user.is_staff and user.has_perm("runs.view_run"):
            return self
        asking = Review.objects.naming(user).values("run")
        return self.filter(Q(pk__in=asking) | self._shared(user, Level.VIEW))

    def cancellable_by(self, user: User) -> RunQuerySet:
        if user.is_staff and user.has_perm("runs.cancel_run"):
            return self
        return self.open_to(user, Level.RUN)

    def open_to(self, user: User, level: Level) -> RunQuerySet:
        """Their own and those of workflows shared with them at ``level``."""
        return self.filter(self._shared(user, level))

    def _shared(self, user: User, level: Level) -> Q:
        shares = Share.objects.filter(group__user=user, level__in=ALLOWING[level])
        return Q(owner=user) | Q(workflow__in=shares.values("workflow"))


class Run(models.Model):
    """One execution of one graph. The row is the verdict, the journal the story.

    ``last_seq`` is the number of the last durable event. ``epoch`` counts the claims;
    only the owner of the newest one may write, until ``lease_expires_at``.
    ``takeovers`` counts the owners that died with it since it last paused or got on;
    ``taken_over_seq`` is what ``last_seq`` was at the last of them. ``origin``
    is the run that this one repeats, wholly or in part. ``duration`` is that from its
    start to its end, null until then and for one that never started. ``token`` is the
    one with which it was asked for, if it was by one that is still there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workflow = models.ForeignKey(
        "workflows.Workflow",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="runs",
    )
    version = models.ForeignKey(
        "workflows.WorkflowVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="runs",
    )
    document = models.ForeignKey(
        "workflows.GraphDocument", on_delete=models.PROTECT, related_name="runs"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="runs"
    )
    status = models.CharField(
        max_length=16, choices=STATUS_CHOICES, default=RunStatus.QUEUED.value
    )
    trigger = models.CharField(max_length=16, choices=Trigger.choices)
    token = models.ForeignKey(
        "access.Token",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
    )
    on_disconnect = models.CharField(
        max_length=16, choices=OnDisconnect.choices, default=OnDisconnect.CONTINUE
    )
    inputs = JsonTextField(default=dict)
    result = JsonTextField(null=True)
    error = JsonTextField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    duration = models.DurationField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    cancel_observed_at = models.DateTimeField(null=True)
    origin = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="repeats"
    )
    last_seq = models.PositiveBigIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    takeovers = models.PositiveSmallIntegerField(default=0)
    taken_over_seq = models.PositiveBigIntegerField(default=0)
    host = models.CharField(max_length=64, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=255, blank=True, default="")
    request_digest = models.CharField(max_length=64, blank=True, default="")

    objects: ClassVar[models.Manager[Run]] = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        permissions = [("cancel_run", "Can cancel run")]
        constraints = [
            models.CheckConstraint(
                name="runs_run_status_known",
                condition=Q(status__in=[status.value for status in RunStatus]),
            ),
            models.CheckConstraint(
                name="runs_run_finished_when_ended",
                condition=Q(status__in=TERMINAL_VALUES, finished_at__isnull=False)
                | (~Q(status__in=TERMINAL_VALUES) & Q(finished_at=None)),
            ),
            models.UniqueConstraint(
                name="runs_run_one_per_idempotency_key",
                fields=["owner", "idempotency_key"],
                condition=~Q(idempotency_key=""),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="runs_run_owner"),
            models.Index(fields=["workflow", "-created_at"], name="runs_run_workflow"),
            models.Index(fields=["-created_at", "-id"], name="runs_run_newest"),
            models.Index(
                fields=["status", "-created_at", "-id"], name="runs_run_status"
            ),
            models.Index(
                name="runs_run_longest",
                fields=["-duration", "-id"],
                condition=Q(duration__isnull=False),
            ),
            models.Index(
                fields=["owner", "status", "created_at"], name="runs_run_turn"
            ),
            models.Index(
                name="runs_run_by_token",
                fields=["workflow", "token", "created_at"],
                condition=Q(token__isnull=False),
            ),
            models.Index(
                name="runs_run_open",
                fields=["status", "lease_expires_at"],
                condition=~Q(status__in=TERMINAL_VALUES),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)[:8]


class JournalEntry(models.Model):
    """The events of one run that one commit made durable.

    ``events`` is a JSON array of ``{event, data, private?, stored?}``, numbered from
    ``first_seq`` to ``last_seq``; ``stored`` says which big values lie beside it.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="journal")
    first_seq = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    events = models.TextField()

    class Meta:
        ordering = ("run", "first_seq")
        verbose_name_plural = "journal entries"
        constraints = [
            models.UniqueConstraint(
                name="runs_journalentry_once", fields=["run", "first_seq"]
            ),
            models.CheckConstraint(
                name="runs_journalentry_forward",
                condition=Q(last_seq__gte=F("first_seq")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.first_seq} to {self.last_seq}"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Words for asking about reviews."""

    def open(self) -> ReviewQuerySet:
        """Those that wait for an answer."""
        return self.filter(decided_at=None, run__status=RunStatus.PAUSED)

    def naming(self, user: User) -> ReviewQuerySet:
        """Those that name the user, or a group of theirs, as who may answer."""
        by_name = self.model.users.through.objects.filter(user=user)
        by_group = self.model.groups.through.objects.filter(group__user=user)
        return self.filter(
            Q(pk__in=by_name.values("review")) | Q(pk__in=by_group.values("review"))
        )

    def answerable_by(self, user: User) -> ReviewQuerySet:
        """Those a user may decide: named ones, or who may run it where none is named.

        Staff with the permission may decide any.
        """
        if user.is_staff and user.has_perm("runs.change_review"):
            return self
        # One look for each review: the runs open to a user can be very many.
        theirs = Run.objects.open_to(user, Level.RUN).filter(pk=OuterRef("run"))
        for_anybody = self.filter(Exists(theirs), users=None, groups=None)
        return self.filter(
            Q(pk__in=for_anybody.values("pk"))
            | Q(pk__in=self.naming(user).values("pk"))
        )


class Review(models.Model):
    """A question of a run to a person, and the answer.

    ``opened_seq`` is the number of the event that asked it. ``data`` and ``decision``
    are wrapped as ``{"value": …}``, for they may be absent. Only ``users`` and
    ``groups`` may answer, where there are any. At ``expires_at`` the review is decided
    by nobody, with ``expiry_branch``.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reviews")
    node_id = models.TextField()
    instructions = models.TextField(blank=True)
    data = JsonTextField(default=dict)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_seq = models.PositiveBigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="decided_reviews",
    )
    branch = models.CharField(max_length=255, blank=True, default="")
    decision = JsonTextField(default=dict)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    groups = models.ManyToManyField("auth.Group", related_name="+")
    expires_at = models.DateTimeField(null=True)
    expiry_branch = models.CharField(max_length=255, blank=True, default="")

    objects: ClassVar[models.Manager[Review]] = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ("opened_at", "id")
        constraints = [
            models.UniqueConstraint(
                name="runs_review_once", fields=["run", "node_id", "opened_seq"]
            ),
        ]
        indexes = [
            models.Index(
                name="runs_review_due",
                fields=["expires_at"],
                condition=Q(decided_at=None, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} of {str(self.run_id)[:8]}"

    def wire(self) -> dict[str, Any]:
        """The question as a paused ``run_status`` carries it."""
        asked = {"data": self.data["value"]} if "value" in self.data else {}
        return {
            "runId": str(self.run_id),
            "nodeId": self.node_id,
            "instructions": self.instructions,
            **asked,
        }
