"""Ending by hand a run whose owner is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from access.errors import ApiError
from runs.models import Run
from runs.settling import settle
from wayflow.errors import WayflowError
from wayflow.status import RunStatus

from .finding import found

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class RunNotOrphaned(ApiError):
    def __init__(self) -> None:
        super().__init__(
            409,
            "WF_RUN_NOT_ORPHANED",
            "The run has an owner that is alive, or needs none.",
            hint="Cancel the run instead.",
        )


class OwnerGone(WayflowError):
    """Somebody ended the run, for the server that drove it was gone."""

    code = "WF_RUN_OWNER_GONE"
    hint = "Retry the run: what completed is taken over."

    def __init__(self) -> None:
        super().__init__("The server that drove the run is gone; the run was ended.")


def end_orphan(*, run_id: UUID, by: User) -> None:
    """End a run in ``error`` whose owner let its lease expire.

    Without this, the next owner takes it up where it stands. Raises RunNotFound,
    NotAllowed and RunNotOrphaned.
    """
    found(Run.objects.cancellable_by(by), run_id, by, "end this run")
    running = Run.objects.filter(status=RunStatus.RUNNING)
    dead = running.filter(lease_expires_at__lt=timezone.now())
    if not settle(dead, run_id, RunStatus.ERROR, error=OwnerGone().data()):
        raise RunNotOrphaned
