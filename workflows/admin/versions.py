"""The pages of a workflow's versions: list, look at, name, restore."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from unfold.widgets import UnfoldAdminTextInputWidget

from workflows import services
from workflows.diff import diff_graphs
from workflows.models import Workflow, WorkflowVersion

from .changes import changes_of
from .nodes import shown_graph
from .pages import WorkflowPages, number_in, user_of

VERSIONS_AT_ONCE = 50
LONGEST_LABEL = 200


class VersionPages(WorkflowPages):
    """What staff do with the versions of a workflow."""

    def version_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[Callable[..., HttpResponse], str]] = {
            "versions/": (self.versions_view, "versions"),
            "versions/<int:number>/": (self.version_view, "version"),
            "versions/<int:number>/name/": (self.name_view, "name"),
            "versions/<int:number>/restore/": (self.restore_view, "restore"),
        }
        return [
            path(
                f"<uuid:workflow_id>/{address}",
                self.admin_site.admin_view(view),
                name=f"workflows_workflow_{name}",
            )
            for address, (view, name) in views.items()
        ]

    def versions_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        """The versions, newest first; ``?before=`` goes on to older ones."""
        workflow = self.workflow_of(request, workflow_id)
        before = number_in(request, "before")
        versions = listed_versions(workflow, VERSIONS_AT_ONCE + 1, before)
        more = len(versions) > VERSIONS_AT_ONCE
        versions = versions[:VERSIONS_AT_ONCE]
        return self.page(
            request,
            workflow,
            "versions",
            f"Versions of {workflow.name}",
            versions=versions,
            older=versions[-1].number if more else None,
            is_first=before is None,
        )

    def version_view(
        self, request: HttpRequest, workflow_id: UUID, number: int
    ) -> HttpResponse:
        """One version: its graph, its nodes, and what can be done with it."""
        workflow = self.workflow_of(request, workflow_id)
        version = version_of(workflow, number)
        label = UnfoldAdminTextInputWidget(attrs={"maxlength": LONGEST_LABEL})
        return self.page(
            request,
            workflow,
            "version",
            f"{workflow.name}, {version}",
            version=version,
            graph=shown_graph(version.document.graph(), request.GET.get("node", "")),
            label=label.render("label", version.label, {"id": "label"}),
        )

    def name_view(
        self, request: HttpRequest, workflow_id: UUID, number: int
    ) -> HttpResponse:
        """Give the version a label, or take its label away."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        workflow = self.changeable(request, workflow_id)
        given = request.POST.get("label", "").replace("\0", "")
        label = given.strip()[:LONGEST_LABEL]
        named, unnamed = f"Named v{number}: {label}.", f"Took the name off v{number}."
        self.carry_out(
            request,
            workflow,
            named if label else unnamed,
            lambda: services.name_version(
                workflow_id=workflow_id, number=number, label=label, by=user_of(request)
            ),
        )
        return redirect("admin:workflows_workflow_version", workflow_id, number)

    def restore_view(
        self, request: HttpRequest, workflow_id: UUID, number: int
    ) -> HttpResponse:
        """Show what restoring the version would change; a POST restores it."""
        workflow = self.changeable(request, workflow_id)
        version = version_of(workflow, number)
        if request.method == "POST":
            done = self.carry_out(
                request,
                workflow,
                f"Restored v{number} as the newest version.",
                lambda: services.restore_version(
                    workflow_id=workflow_id,
                    number=number,
                    by=user_of(request),
                    if_match=request.POST.get("if_match") or None,
                ),
            )
            if done:
                return redirect("admin:workflows_workflow_change", workflow_id)
            return redirect(request.path)
        newest = version_of(workflow, None)
        before, after = newest.document.graph(), version.document.graph()
        return self.page(
            request,
            workflow,
            "restore",
            f"Restore {version} of {workflow.name}",
            version=version,
            newest=newest,
            confirm=f"Restore {version}",
            changes=changes_of(diff_graphs(before, after), before, after),
        )


def listed_versions(
    workflow: Workflow, most: int, before: int | None = None
) -> list[WorkflowVersion]:
    """The newest versions of ``workflow``, or those that came before one."""
    versions = workflow.versions.without_content().select_related("author")
    if before is not None:
        versions = versions.filter(number__lt=before)
    return list(versions.order_by("-number")[:most])


def version_of(workflow: Workflow, number: int | None) -> WorkflowVersion:
    """The version with this number; None means the newest. Raises Http404."""
    try:
        return services.find_version(workflow, number)
    except services.VersionNotFound as error:
        raise Http404(error.message) from None
