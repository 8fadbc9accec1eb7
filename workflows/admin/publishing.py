"""The pages that choose which version runs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from workflows import services
from workflows.models import Workflow

from .changes import changes_of
from .comparing import version_choice
from .pages import WorkflowPages, number_in, user_of


class PublishPages(WorkflowPages):
    """To publish a version after a look at what that means, and to take it back."""

    def publish_urls(self) -> list[URLPattern]:
        views = {"publish": self.publish_view, "unpublish": self.unpublish_view}
        return [
            path(
                f"<uuid:workflow_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"workflows_workflow_{name}",
            )
            for name, view in views.items()
        ]

    def touched(self, request: HttpRequest, workflow: Workflow) -> dict[str, Any]:
        """What else to tell on the page: design time itself knows of no runs."""
        return {}

    def publish_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        """What publishing ``?version=``, or the newest, means; a POST does it."""
        workflow = self.workflow_of(request, workflow_id)
        found = self._preview(request, workflow_id)
        version = found.version
        if request.method == "POST":
            done = self.carry_out(
                request,
                workflow,
                f"Published {version}.",
                lambda: services.publish(
                    workflow_id=workflow_id,
                    number=version.number,
                    by=user_of(request),
                    if_match=request.POST.get("if_match") or None,
                ),
            )
            if done:
                return redirect("admin:workflows_workflow_change", workflow_id)
            return redirect(f"{request.path}?version={version.number}")
        running = found.published or services.find_version(workflow, None)
        before, after = running.document.graph(), version.document.graph()
        return self.page(
            request,
            workflow,
            "publish",
            f"Publish {version} of {workflow.name}",
            found=found,
            confirm=f"Publish {version}",
            running=running,
            changes=changes_of(found.diff, before, after),
            choice=version_choice(workflow, "version", version.number),
            **self.touched(request, workflow),
        )

    def unpublish_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        """Say what unpublishing means; a POST does it."""
        workflow = self.changeable(request, workflow_id)
        if request.method == "POST":
            done = self.carry_out(
                request,
                workflow,
                f"Unpublished {workflow.published_version or 'nothing'}.",
                lambda: services.unpublish(
                    workflow_id=workflow_id,
                    by=user_of(request),
                    if_match=request.POST.get("if_match") or None,
                ),
            )
            if done:
                return redirect("admin:workflows_workflow_change", workflow_id)
            return redirect(request.path)
        return self.page(request, workflow, "unpublish", f"Unpublish {workflow.name}")

    def _preview(self, request: HttpRequest, workflow_id: UUID) -> services.Publication:
        try:
            return services.preview_publication(
                workflow_id=workflow_id,
                number=number_in(request, "version"),
                by=user_of(request),
            )
        except (services.WorkflowNotFound, services.VersionNotFound) as error:
            raise Http404(error.message) from None
        except services.NotAllowed:
            raise PermissionDenied from None
