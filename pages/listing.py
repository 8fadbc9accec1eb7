"""The workflows that somebody may see, as the list shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Q, Subquery
from django.http import QueryDict

from access.queries import LONGEST_SEARCH
from runs.models import Run
from workflows.models import Workflow, WorkflowQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS: Final = 50
NEWEST: Final = "newest_run_id"

ORDERS: Final = {
    "changed": ("Last changed", ("-updated_at", "-pk")),
    "name": ("Name", ("name", "-pk")),
    "newest": ("Newest first", ("-created_at", "-pk")),
}
WHOSE: Final = {"": "All", "mine": "Mine", "shared": "Shared with me"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the list was asked for; what makes no sense is not wanted."""

    words: str
    order: str
    whose: str
    page: str

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        words = query.get("q", "")[:LONGEST_SEARCH].strip()
        order, whose = query.get("order", ""), query.get("whose", "")
        return cls(
            words=words,
            order=order if order in ORDERS else next(iter(ORDERS)),
            whose=whose if whose in WHOSE else "",
            page=query.get("page", "1"),
        )

    @property
    def narrows(self) -> bool:
        """Whether there may be more workflows than are asked for."""
        return bool(self.words or self.whose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A workflow in a row: its newest run, if there is one, and what may be done."""

    workflow: Workflow
    run: Run | None
    may_edit: bool
    may_delete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of the list."""

    rows: tuple[Listed, ...]
    page: Page[Workflow]


def list_workflows(wanted: Wanted, by: User) -> Listing:
    """The page that is wanted, or the one nearest to it, with six queries."""
    found = _wanted(Workflow.objects.visible_to(by), wanted, by)
    runs = Run.objects.visible_to(by).filter(workflow=OuterRef("pk"))
    newest = Subquery(runs.order_by("-created_at", "-id").values("pk")[:1])
    told = found.in_list().annotate(**{NEWEST: newest})
    _, order = ORDERS[wanted.order]
    page = Paginator(told.order_by(*order), ROWS).get_page(wanted.page)
    return Listing(rows=tuple(_rows(list(page), by)), page=page)


def _wanted(workflows: WorkflowQuerySet, wanted: Wanted, by: User) -> WorkflowQuerySet:
    if wanted.whose == "mine":
        workflows = workflows.filter(owner=by)
    elif wanted.whose == "shared":
        workflows = workflows.exclude(owner=by)
    for word in wanted.words.split():
        workflows = workflows.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(owner__username__icontains=word)
        )
    return workflows


def _rows(workflows: list[Workflow], by: User) -> list[Listed]:
    ids = [workflow.pk for workflow in workflows]
    newest: dict[UUID, UUID | None] = {
        workflow.pk: getattr(workflow, NEWEST) for workflow in workflows
    }
    few = Run.objects.only("status", "created_at")
    runs = few.in_bulk([run_id for run_id in newest.values() if run_id])
    editable = _ids(Workflow.objects.editable_by(by), ids)
    deletable = _ids(Workflow.objects.deletable_by(by), ids)
    return [
        Listed(
            workflow=workflow,
            run=runs.get(newest[workflow.pk]),
            may_edit=workflow.pk in editable,
            may_delete=workflow.pk in deletable,
        )
        for workflow in workflows
    ]


def _ids(allowed: WorkflowQuerySet, among: list[UUID]) -> set[UUID]:
    return set(allowed.filter(pk__in=among).values_list("pk", flat=True))
