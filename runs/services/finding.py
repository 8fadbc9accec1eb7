"""Finding the run that somebody wants to do something with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from access.errors import ApiError
from runs.models import Run, RunQuerySet
from workflows.services import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class RunNotFound(ApiError):
    def __init__(self) -> None:
        super().__init__(404, "WF_RUN_NOT_FOUND", "There is no such run.")


def found(allowed: RunQuerySet, run_id: UUID, by: User, what: str) -> Run:
    """The run, if it is among the ``allowed`` for doing ``what``.

    Raises RunNotFound, and NotAllowed when ``by`` may at least see it.
    """
    run = allowed.filter(pk=run_id).first()
    if run is None:
        if Run.objects.visible_to(by).filter(pk=run_id).exists():
            raise NotAllowed(what)
        raise RunNotFound
    return run
