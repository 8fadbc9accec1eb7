"""The runs that a run repeats, up to the first of them, and those that repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.urls import reverse

from runs.models import Run

from .colours import STATUS_COLOURS
from .sight import Sight

FAR = 100
"""How many repeats of repeats are followed back."""

ORIGINS_SHOWN = 5
REPEATS_SHOWN = 5

_LINE = """
WITH RECURSIVE line(id, origin_id, far) AS (
    SELECT id, origin_id, 0 FROM runs_run WHERE id = %s
    UNION ALL
    SELECT older.id, older.origin_id, far + 1
    FROM runs_run older JOIN line ON older.id = line.origin_id WHERE far < %s
)
SELECT id FROM line WHERE far > 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """A related run, and what it is to the one of the page."""

    run: Run
    what: str

    @property
    def colour(self) -> str:
        return STATUS_COLOURS.get(self.run.status, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Those that the viewer may see.

    ``origins`` begin with the run that this one repeats and end with the first of all;
    ``unshown`` lie between the two. ``repeats`` are the newest of ``repeat_count``,
    which ``repeats_href`` lists, for those who may open the list.
    """

    origins: Sequence[Kin]
    unshown: int
    repeats: Sequence[Kin]
    repeat_count: int
    repeats_href: str | None


def family_of(sight: Sight) -> Family:
    """In two queries, one of them for a run that repeats another."""
    run = sight.run
    older = [] if run.origin_id is None else _origins(sight)
    near, first = older[: ORIGINS_SHOWN - 1], older[ORIGINS_SHOWN - 1 :][-1:]
    repeats: list[Any] = list(
        _seen(sight)
        .filter(origin=run.pk)
        .annotate(total=Window(Count("pk")))
        .order_by("-created_at", "-pk")[:REPEATS_SHOWN]
    )
    return Family(
        origins=[Kin(run=o, what=_what(o, run.origin_id)) for o in near + first],
        unshown=len(older) - len(near + first),
        repeats=[Kin(run=repeat, what="Repeated as") for repeat in repeats],
        repeat_count=repeats[0].total if repeats else 0,
        repeats_href=_list_of_repeats(sight),
    )


def _what(origin: Run, nearest: UUID | None) -> str:
    if origin.pk == nearest:
        return "Repeats"
    return "Earlier" if origin.origin_id else "At first"


def _origins(sight: Sight) -> list[Run]:
    """From the nearest to the first, or to one that the viewer may not see."""
    pk = Run._meta.pk.get_db_prep_value(sight.run.pk, connection)
    rows = _seen(sight).filter(pk__in=RawSQL(_LINE, [pk, FAR]))
    seen = {run.pk: run for run in rows}
    line, next_id = [], sight.run.origin_id
    while next_id in seen:
        line.append(seen[next_id])
        next_id = line[-1].origin_id
    return line


def _seen(sight: Sight) -> QuerySet[Run]:
    """The runs that the viewer may see, without what may be large."""
    rows = Run.objects.visible_to(sight.user).select_related("owner")
    return rows.only("status", "created_at", "origin", "owner__username")


def _list_of_repeats(sight: Sight) -> str | None:
    if not sight.user.has_perm("runs.view_run"):
        return None
    return f"{reverse('admin:runs_run_changelist')}?origin={sight.run.pk}"
