"""Whose turn it is: how many runs of a user go at once, and how many may wait."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import BooleanField, Count, F, OuterRef, Subquery, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, RowNumber

from access.errors import ApiError
from wayflow.status import RunStatus

from .models import Run, RunQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RETRY_SECONDS = 5
"""When somebody who was refused may ask again."""


class QueueFull(ApiError):
    """The caller has as many runs waiting as one user may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            429,
            "WF_QUEUE_FULL",
            f"{limit} of your runs wait to start already.",
            hint="Start the run again when some of them have ended.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )


class ServerBusy(ApiError):
    """As many runs wait as may, of all users together."""

    def __init__(self) -> None:
        super().__init__(
            503,
            "WF_SERVER_BUSY",
            "Too many runs wait to start.",
            hint="Start the run again a little later.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )


def refuse_when_full(owner: User) -> None:
    """Raises QueueFull and ServerBusy when no further run may be queued.

    Of several starts at the same moment a few too many may pass.
    """
    of_one: int = settings.WAYFLOW["QUEUE_PER_USER"]
    of_all: int = settings.WAYFLOW["QUEUE_LENGTH"]
    if not (of_one or of_all):
        return
    table = connection.ops.quote_name(Run._meta.db_table)
    queued = f"SELECT 1 FROM {table} WHERE status = '{RunStatus.QUEUED.value}'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT COUNT(*) FROM ({queued} AND owner_id = %s LIMIT %s) mine),"
            f" (SELECT COUNT(*) FROM ({queued} LIMIT %s) everyones)",
            [owner.pk, of_one, of_all],
        )
        ((mine, everyones),) = cursor.fetchall()
    if of_one and mine >= of_one:
        raise QueueFull(of_one)
    if of_all and everyones >= of_all:
        raise ServerBusy


def whose_owner_has_room(runs: RunQuerySet) -> RunQuerySet:
    """Those of ``runs`` whose owner has fewer running than may be.

    To be sure of it hold the turn of the owner, with ``hold_turn``.
    """
    limit = settings.WAYFLOW["RUNS_PER_USER"]
    if not limit:
        return runs
    table = connection.ops.quote_name(Run._meta.db_table)
    # The same made of querysets costs half as much as the claim itself.
    has_room = RawSQL(
        f"NOT EXISTS (SELECT 1 FROM {table} other WHERE other.owner_id ="
        f" {table}.owner_id AND other.status = '{RunStatus.RUNNING.value}'"
        " LIMIT 1 OFFSET %s)",
        [limit - 1],
        output_field=BooleanField(),
    )
    return runs.filter(has_room)


def hold_turn(run_id: UUID) -> None:
    """Have others who claim runs of the same owner wait for this transaction."""
    # Where there is one writer at a time, it is this transaction already.
    if settings.WAYFLOW["RUNS_PER_USER"] and connection.features.has_select_for_update:
        owners = get_user_model().objects.filter(runs=run_id).order_by()
        list(owners.select_for_update(of=("self",), no_key=True).values_list("pk"))


def next_of(owner_id: int) -> list[UUID] | None:
    """The oldest queued runs of a user, as many as may start now; None: none waits."""
    waiting = _queued().filter(owner=owner_id).order_by("created_at", "pk")
    if not waiting.exists():
        return None
    room = settings.WAYFLOW["RUNS_PER_USER"] - _running().filter(owner=owner_id).count()
    return list(waiting.values_list("pk", flat=True)[: max(room, 0)])


def next_of_all(*, queued_before: datetime, most: int) -> list[UUID]:
    """Queued runs that may start now: each user's oldest, then their second, and so on.

    Those for which their owner has no room are left out.
    """
    turn = Window(RowNumber(), partition_by="owner", order_by=("created_at", "pk"))
    waiting = _queued().filter(created_at__lt=queued_before).annotate(turn=turn)
    if limit := settings.WAYFLOW["RUNS_PER_USER"]:
        running = _running().filter(owner=OuterRef("owner")).values("owner")
        counted = Subquery(running.annotate(many=Count("pk")).values("many"))
        waiting = waiting.annotate(running=Coalesce(counted, 0))
        waiting = waiting.filter(turn__lte=limit - F("running"))
    fairly = waiting.order_by("turn", "created_at", "pk")
    return list(fairly.values_list("pk", flat=True)[:most])


def _queued() -> RunQuerySet:
    return Run.objects.filter(status=RunStatus.QUEUED)


def _running() -> RunQuerySet:
    return Run.objects.filter(status=RunStatus.RUNNING).order_by()
