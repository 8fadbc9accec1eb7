"""The list of runs as staff see it: what goes on, and what went wrong."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    MultipleChoicesDropdownFilter,
)
from unfold.decorators import display
from unfold.views import ChangeList

from runs.models import Run
from runs.stuck import with_signs

from .bulk_actions import RunBulkActions, selected
from .columns import badges, duration, state, what_ran
from .run_filters import (
    PRESET,
    PRESETS,
    DurationFilter,
    OriginFilter,
    PresetFilter,
    QueuedFilter,
    VersionFilter,
    WhoFilter,
    found_by,
)

LISTED = 50
COUNTED = 10_000
"""How many runs of a list can be paged through; older ones are found by filters."""


class RunChangeList(ChangeList):
    """The list, without the columns that may be large."""

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: Any = None
    ) -> QuerySet[Run]:
        runs: QuerySet[Run] = super().get_queryset(request, exclude_parameters)
        return runs.defer("document__content", "inputs", "result", "error")


class NewestPaginator(Paginator[Run]):
    """Pages of the first runs of a list: to count all of them would take too long."""

    template_name = "admin/runs/run_list/pagination.html"

    @cached_property
    def count(self) -> int:
        runs = cast("QuerySet[Run]", self.object_list)
        return runs.order_by().values("pk")[:COUNTED].count()

    @property
    def is_cut(self) -> bool:
        """Whether there may be more."""
        return self.count == COUNTED


class RunListAdmin(RunBulkActions):
    """Nothing here can be edited: runs are found, looked at and acted on."""

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
        PresetFilter,
        ("status", MultipleChoicesDropdownFilter),
        ("workflow", AutocompleteSelectFilter),
        VersionFilter,
        ("trigger", MultipleChoicesDropdownFilter),
        WhoFilter,
        QueuedFilter,
        DurationFilter,
        OriginFilter,
    )
    list_filter_submit = True
    list_filter_sheet = True
    list_per_page = LISTED
    list_before_template: Any = "admin/runs/run_list/head.html"
    paginator = NewestPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("id", "error", "inputs")
    search_help_text = "Id, workflow, error or input"
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        visible = Run.objects.visible_to(cast(User, request.user))
        rows = visible.select_related("workflow", "version", "owner", "document")
        return with_signs(rows.defer("document__content"), timezone.now())

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Run], bool]:
        return found_by(search_term, queryset), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return RunChangeList

    def get_urls(self) -> list[URLPattern]:
        statuses = self.admin_site.admin_view(self.statuses_view)
        mine = [path("statuses/", statuses, name="runs_run_statuses")]
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

    # --- the columns ---

    @display(description="Run")
    def short_id(self, run: Run) -> str:
        return str(run.pk)[:8]

    @display(description="Workflow", ordering="workflow__name")
    def workflow_version(self, run: Run) -> str:
        return what_ran(run)

    @display(description="Status", ordering="status")
    def state(self, run: Run) -> SafeString:
        return state(run)

    @display(description="Queued", ordering="created_at")
    def queued(self, run: Run) -> SafeString:
        when = date_format(localtime(run.created_at), "j M Y, H:i")
        return format_html('<span class="whitespace-nowrap">{}</span>', when)

    @display(description="Duration", ordering="duration")
    def took(self, run: Run) -> SafeString:
        shown = '<span class="whitespace-nowrap" data-duration="{}">{}</span>'
        return format_html(shown, run.pk, duration(run))

    # --- the page ---

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; a POST asks whether to go on with an action, and then does it."""
        selected(request)
        context = {
            "presets": _tabs(request.GET.get(PRESET, "")),
            "badges": badges(),
            **(extra_context or {}),
        }
        answer: HttpResponse = super().changelist_view(request, context)
        return answer

    def statuses_view(self, request: HttpRequest) -> JsonResponse:
        """How the runs of the page in the browser stand, by their ids."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("ids", "").split(",")[:LISTED]
        try:
            ids = [UUID(id) for id in asked if id]
        except ValueError:
            raise BadRequest("The ids must be those of runs.") from None
        visible = Run.objects.visible_to(cast(User, request.user)).filter(pk__in=ids)
        runs = visible.only("status", "started_at", "finished_at")
        return JsonResponse(
            {
                str(run.pk): {"status": run.status, "duration": duration(run)}
                for run in runs
            }
        )


def _tabs(chosen: str) -> list[dict[str, Any]]:
    url = reverse("admin:runs_run_changelist")
    return [
        {
            "title": title,
            "link": f"{url}?{PRESET}={preset}" if preset else url,
            "has_permission": True,
            "active": preset == chosen,
        }
        for preset, title in (("", "All"), *PRESETS)
    ]
