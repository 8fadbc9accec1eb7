"""What publishing a version would mean, before anybody does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse

from access.endpoint import Call, endpoint
from access.queries import QueryRefused
from runs.models import Review, RunQuerySet
from runs.touched import counts_of, touched_runs
from workflows.models import WorkflowVersion
from workflows.services import WorkflowNotFound, preview_publication

from .answers import json_answer, time_text
from .reading import uuid_or_none

MOST = 100
"""Runs that are shown; the counts are of all."""

LARGEST_VERSION = 2**31 - 1


@endpoint(methods=("GET",))
def preflight(call: Call, workflow_id: str) -> HttpResponse:
    """What publishing a version would mean: the newest, or that of `version`.

    Tells what is published now, how the version differs from what runs now, what
    validation finds in it, and why it cannot be published, if so. Beside these are the
    paused and queued runs of the workflow, the oldest 100 of them: each keeps its own
    version and ends on it, whatever is published. For those who may edit the workflow.
    """
    known = uuid_or_none(workflow_id)
    if known is None:
        raise WorkflowNotFound
    found = preview_publication(
        workflow_id=known, number=_version(call.request), by=call.user
    )
    touched = touched_runs(known, call.user)
    obstacle = found.obstacle
    return json_answer(
        {
            "version": _shown_version(found.version),
            "published": _shown_version(found.published),
            "diff": found.diff.data(),
            "issues": [issue.data() for issue in found.issues],
            "obstacle": None
            if obstacle is None
            else {"code": obstacle.code, "message": obstacle.message},
            "runs": {"counts": counts_of(touched), "first": _first(touched)},
        }
    )


def _version(request: HttpRequest) -> int | None:
    """What ``?version=`` asks for. Raises QueryRefused, as for all else."""
    for name in request.GET:
        if name != "version":
            raise QueryRefused(name, "is unknown")
    given = request.GET.get("version")
    if given is None:
        return None
    is_number = given.isascii() and given.isdigit() and len(given) <= 10
    if not is_number or not 1 <= int(given) <= LARGEST_VERSION:
        raise QueryRefused("version", "must be the number of a version")
    return int(given)


def _shown_version(version: WorkflowVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    return {
        "number": version.number,
        "label": version.label,
        "createdAt": time_text(version.created_at),
    }


def _first(runs: RunQuerySet) -> list[dict[str, Any]]:
    asked = Review.objects.filter(run=OuterRef("pk"), decided_at=None)
    opened = Subquery(asked.order_by("-opened_seq").values("opened_at")[:1])
    oldest = runs.annotate(since=Coalesce(opened, "created_at"))
    rows: list[tuple[UUID, str, int | None, str, datetime]] = list(
        oldest.values_list(
            "pk", "status", "version__number", "owner__username", "since"
        )[:MOST]
    )
    return [
        {
            "id": str(run_id),
            "status": status,
            "version": number,
            "owner": owner,
            "since": time_text(since),
        }
        for run_id, status, number, owner, since in rows
    ]
