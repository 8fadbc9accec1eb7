"""Runs as staff see them: to look at and to cancel."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
)
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    MultipleChoicesDropdownFilter,
)
from unfold.decorators import display
from unfold.views import ChangeList

from runs import services
from runs.models import TERMINAL_VALUES, Run
from workflows.services import NotAllowed

from .excerpt import spelled
from .run_page import STATUS_COLOURS, duration_of, page_of

LONGEST_NAME = 60


class RunChangeList(ChangeList):
    """The list, without the columns that may be large."""

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: Any = None
    ) -> QuerySet[Run]:
        runs: QuerySet[Run] = super().get_queryset(request, exclude_parameters)
        return runs.defer("document__content", "inputs", "result", "error")


@admin.register(Run)
class RunAdmin(ModelAdmin):
    """Nothing here can be edited: a run is started, cancelled and looked at."""

    list_display = (
        "short_id",
        "workflow_version",
        "state",
        "trigger",
        "owner",
        "queued",
        "took",
    )
    list_filter = (
        ("status", MultipleChoicesDropdownFilter),
        ("trigger", MultipleChoicesDropdownFilter),
        ("workflow", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("id__startswith", "workflow__name", "error")
    ordering = ("-created_at", "-id")
    actions = ("cancel_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        visible = Run.objects.visible_to(cast(User, request.user))
        rows = visible.select_related("workflow", "version", "owner", "document")
        return rows.defer("document__content")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return RunChangeList

    def get_urls(self) -> list[URLPattern]:
        cancel = self.admin_site.admin_view(self.cancel_view)
        mine = [path("<uuid:run_id>/cancel/", cancel, name="runs_run_cancel")]
        return mine + super().get_urls()

    # --- who may ---

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Run | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Run | None = None
    ) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        """The list is for those with the permission, a run also for who may see it."""
        if request.user.has_perm("runs.view_run"):
            return True
        visible = Run.objects.visible_to(cast(User, request.user))
        return obj is not None and visible.filter(pk=obj.pk).exists()

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("runs.cancel_run")

    # --- the list ---

    @display(description="Run")
    def short_id(self, run: Run) -> str:
        return str(run.pk)[:8]

    @display(description="Workflow", ordering="workflow__name")
    def workflow_version(self, run: Run) -> str:
        if run.workflow is None:
            return "A graph of its own"
        name = Truncator(run.workflow.name).chars(LONGEST_NAME)
        return f"{name} (edited)" if run.version is None else f"{name} {run.version}"

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def state(self, run: Run) -> str:
        return run.status

    @display(description="Queued", ordering="created_at")
    def queued(self, run: Run) -> SafeString:
        return _unbroken(date_format(localtime(run.created_at), "j M Y, H:i"))

    @display(description="Duration")
    def took(self, run: Run) -> SafeString:
        return _unbroken(spelled(duration_of(run, timezone.now())) or "-")

    @admin.action(description="Cancel the selected runs", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        ended = queryset.filter(status__in=TERMINAL_VALUES).count()
        going = queryset.exclude(status__in=TERMINAL_VALUES)
        asked = refused = 0
        for run_id in list(going.order_by("pk").values_list("pk", flat=True)):
            try:
                services.request_cancel(run_id=run_id, by=cast(User, request.user))
                asked += 1
            except (services.RunNotFound, NotAllowed):
                refused += 1
        self._report(request, asked=asked, ended=ended, refused=refused)

    def _report(
        self, request: HttpRequest, *, asked: int, ended: int, refused: int
    ) -> None:
        if asked:
            text = f"{_runs(asked)} asked to stop."
            self.message_user(request, text, messages.SUCCESS)
        if ended:
            text = f"{_runs(ended)} not asked: already over."
            self.message_user(request, text, messages.INFO)
        if refused:
            text = f"{_runs(refused)} not asked: you may not cancel them."
            self.message_user(request, text, messages.WARNING)

    # --- one run ---

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a run, which only ever reads."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404("There is no such run.")
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **page_of(run, request, timezone.now()),
            "opts": self.opts,
            "title": f"Run {self.short_id(run)}",
        }
        return TemplateResponse(request, "admin/runs/run/page.html", context)

    def cancel_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Ask the run to stop, and show it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            services.request_cancel(run_id=run_id, by=cast(User, request.user))
        except services.RunNotFound as error:
            raise Http404(error.message) from None
        except NotAllowed:
            raise PermissionDenied from None
        return redirect("admin:runs_run_change", run_id)


def _unbroken(text: str) -> SafeString:
    return format_html('<span class="whitespace-nowrap">{}</span>', text)


def _runs(count: int) -> str:
    return "1 run was" if count == 1 else f"{count} runs were"
