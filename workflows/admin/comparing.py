"""The page that shows what is different between two versions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from workflows.diff import diff_graphs
from workflows.models import Workflow, WorkflowVersion

from .changes import changes_of, pictures_of
from .pages import WorkflowPages, number_in
from .versions import version_of

VERSIONS_OFFERED = 100


class ComparePages(WorkflowPages):
    """Any two versions beside each other."""

    def compare_urls(self) -> list[URLPattern]:
        return [
            path(
                "<uuid:workflow_id>/compare/",
                self.admin_site.admin_view(self.compare_view),
                name="workflows_workflow_compare",
            )
        ]

    def compare_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        """``?from=`` and ``?to=``: else the newest, and what runs or came before it."""
        workflow = self.workflow_of(request, workflow_id)
        last = version_of(workflow, number_in(request, "to"))
        first = version_of(
            workflow, number_in(request, "from") or _base(workflow, last)
        )
        before, after = first.document.graph(), last.document.graph()
        diff = diff_graphs(before, after)
        return self.page(
            request,
            workflow,
            "compare",
            f"{first} and {last} of {workflow.name}",
            first=first,
            last=last,
            changes=changes_of(diff, before, after),
            pictures=pictures_of(diff, before, after),
            first_choice=version_choice(workflow, "from", first.number),
            last_choice=version_choice(workflow, "to", last.number),
        )


def _base(workflow: Workflow, last: WorkflowVersion) -> int:
    """What to compare with when nothing is said."""
    number = last.number
    published = workflow.published_version
    if published is not None and published.number != number:
        return published.number
    earlier = workflow.versions.filter(number__lt=number).order_by("-number")
    return earlier.values_list("number", flat=True).first() or number


def version_choice(workflow: Workflow, name: str, number: int) -> SafeString | None:
    """The field to choose a version with, if there is a choice: of the newest ones."""
    versions = workflow.versions.order_by("-number").values_list("number", "label")
    offered = dict(versions[:VERSIONS_OFFERED])
    offered.setdefault(number, "")
    if len(offered) == 1:
        return None
    published = workflow.published_version
    marked = None if published is None else published.number
    choices = [
        (n, f"v{n}{' (published)' if n == marked else ''} {label}".strip())
        for n, label in offered.items()
    ]
    select = UnfoldAdminSelectWidget(choices=choices)
    return select.render(name, number, {"id": name})
