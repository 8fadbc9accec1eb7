"""Workflows as staff see them, with how they ran and a way to run them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from access.errors import ApiError
from runs import services
from runs.models import STATUS_CHOICES, Run, Trigger
from runs.runnable import asked_by, runnable_version
from wayflow.errors import WayflowError
from workflows.admin import WorkflowAdmin, number_in
from workflows.admin.comparing import version_choice
from workflows.admin.pages import is_open_to, user_of
from workflows.models import Level, Workflow, WorkflowVersion
from workflows.services import NotAllowed, VersionNotFound, WorkflowNotFound

from .columns import badge
from .input_form import InputForm
from .tokens import tokens_that_used
from .workflow_runs import latest_runs, shown_touched_runs, with_latest_runs

NEVER = "never"

admin.site.unregister(Workflow)


class LastRunFilter(admin.SimpleListFilter):
    """How the last run of a workflow stands."""

    title = "last run"
    parameter_name = "last_run"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [*STATUS_CHOICES, (NEVER, "Never run")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Workflow]
    ) -> QuerySet[Workflow]:
        wanted = self.value()
        if not wanted:
            return queryset
        return queryset.filter(**{"last_status": None if wanted == NEVER else wanted})


@admin.register(Workflow)
class RunnableWorkflowAdmin(WorkflowAdmin):
    """Design time's own pages of workflows, and what run time knows of them."""

    list_display: Any = (
        "name",
        "owner",
        "published",
        "newest",
        "last_run",
        "success",
        "changed",
    )
    list_filter: ClassVar[Any] = (LastRunFilter, *WorkflowAdmin.list_filter)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workflow]:
        return with_latest_runs(super().get_queryset(request), user_of(request))

    def get_urls(self) -> list[URLPattern]:
        run = self.admin_site.admin_view(self.run_view)
        mine = path("<uuid:workflow_id>/run/", run, name="workflows_workflow_run")
        return [mine, *super().get_urls()]

    def may_run(self, request: HttpRequest, workflow: Workflow) -> bool:
        return is_open_to(user_of(request), workflow, Level.RUN)

    # --- the list ---

    @display(description="Last run", ordering="last_status")
    def last_run(self, workflow: Any) -> SafeString | None:
        if workflow.last_status is None:
            return None
        url = reverse("admin:runs_run_change", args=[workflow.last_run_id])
        return format_html('<a href="{}">{}</a>', url, badge(workflow.last_status))

    @display(description="Success", ordering="success")
    def success(self, workflow: Any) -> str | None:
        share: float | None = workflow.success
        return None if share is None else f"{share:.0%}"

    # --- one workflow ---

    def shown(self, request: HttpRequest, workflow: Workflow) -> dict[str, Any]:
        latest = latest_runs(workflow, user_of(request))
        return {
            **super().shown(request, workflow),
            "latest": latest,
            "used_tokens": tokens_that_used(workflow, user_of(request)),
            "lists_runs": request.user.has_perm("runs.view_run"),
        }

    def touched(self, request: HttpRequest, workflow: Workflow) -> dict[str, Any]:
        return {"touched": shown_touched_runs(workflow, user_of(request))}

    def run_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        """Ask for the inputs; a POST starts the run and shows it."""
        number = number_in(request, "version")
        try:
            version = runnable_version(workflow_id, number, user_of(request))
            form = InputForm(
                asked_by(version),
                request.POST if request.method == "POST" else None,
                request.FILES if request.method == "POST" else None,
            )
            if request.method == "POST" and form.is_valid():
                started = self._started(request, form, version, number)
                if started is not None:
                    return redirect("admin:runs_run_change", started.pk)
        except (WorkflowNotFound, VersionNotFound) as error:
            raise Http404(error.message) from None
        except NotAllowed:
            raise PermissionDenied from None
        workflow = version.workflow
        return self.page(
            request,
            workflow,
            "run",
            f"Run {workflow.name}",
            form=form,
            version=version,
            choice=version_choice(workflow, "version", version.number),
        )

    def _started(
        self,
        request: HttpRequest,
        form: InputForm,
        version: WorkflowVersion,
        number: int | None,
    ) -> Run | None:
        """The run; None when the form now says why there is none."""
        try:
            run = services.start_workflow(
                workflow_id=version.workflow_id,
                number=number,
                by=user_of(request),
                trigger=Trigger.ADMIN,
                inputs=form.inputs(),
            )
        except (WorkflowNotFound, VersionNotFound, NotAllowed):
            raise
        except (ApiError, WayflowError) as error:
            form.refuse(error)
            return None
        self.log_change(request, version.workflow, f"Started run {run.pk}, {version}.")
        return run
