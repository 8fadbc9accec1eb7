"""Workflows as staff see them: a list, and a page for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import F, Model, QuerySet
from django.forms import CharField, Form, HiddenInput, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from access.errors import ApiError
from workflows.models import Level, Workflow
from workflows.services import delete_workflow, update_details

from .comparing import ComparePages
from .giving import GivePages
from .nodes import shown_graph
from .pages import is_open_to, said, user_of
from .publishing import PublishPages
from .shares import ShareInline, save_shares
from .versions import VersionPages, listed_versions, version_of

VERSIONS_SHOWN = 5


class DetailsForm(ModelForm[Workflow]):
    """What a workflow is called; remembers which state of it was shown."""

    if_match = CharField(required=False, widget=HiddenInput)

    class Meta:
        model = Workflow
        fields = ("name", "description")
        widgets = {"description": UnfoldAdminExpandableTextareaWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["if_match"] = self.instance.etag

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "if_match"]


class PublishedFilter(admin.SimpleListFilter):
    """Whether a version is published, and whether it is the newest."""

    title = "published"
    parameter_name = "published"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [
            ("newest", "The newest version"),
            ("older", "An older version"),
            ("none", "Nothing"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Workflow]
    ) -> QuerySet[Workflow]:
        published = queryset.exclude(published_version=None)
        current = {"published_version__number": F("latest_number")}
        match self.value():
            case "newest":
                return published.filter(**current)
            case "older":
                return published.exclude(**current)
            case "none":
                return queryset.filter(published_version=None)
        return queryset


@admin.register(Workflow)
class WorkflowAdmin(VersionPages, ComparePages, PublishPages, GivePages):  # type: ignore[misc]
    """Graphs are drawn in the editor; here is a look at them, and all the rest."""

    form = DetailsForm
    list_display: Any = ("name", "owner", "published", "newest", "changed")
    list_filter: ClassVar[Any] = (PublishedFilter, ("owner", AutocompleteSelectFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name", "description", "id")
    ordering = ("-updated_at",)
    fieldsets = (("Details", {"fields": ("name", "description", "if_match")}),)
    inlines = (ShareInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workflow]:
        return Workflow.objects.alive().in_list()

    def get_urls(self) -> list[URLPattern]:
        mine = [*self.version_urls(), *self.compare_urls(), *self.publish_urls()]
        return [*mine, *self.give_urls(), *super().get_urls()]

    # --- who may ---

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        """The list is for those with the permission, a page also for who may see it."""
        if super().has_view_permission(request, obj):
            return True
        return obj is not None and is_open_to(user_of(request), obj, Level.VIEW)

    def has_change_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        if obj is None:
            return bool(super().has_change_permission(request))
        return is_open_to(user_of(request), obj, Level.EDIT)

    def has_delete_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        if super().has_delete_permission(request):
            return True
        return obj is not None and obj.owner_id == request.user.pk

    # --- the list ---

    @display(description="Published", ordering="published_version__number")
    def published(self, workflow: Workflow) -> str | None:
        version = workflow.published_version
        return None if version is None else str(version)

    @display(description="Newest", ordering="latest_number")
    def newest(self, workflow: Any) -> str:
        return f"v{workflow.latest_number}"

    @display(description="Changed", ordering="updated_at")
    def changed(self, workflow: Workflow) -> str:
        return date_format(localtime(workflow.updated_at), "DATETIME_FORMAT")

    # --- one workflow ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The page of a workflow; what the services refuse is said on it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ApiError as error:
            self.message_user(request, said(error), messages.ERROR)
            return redirect(request.path)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        workflow = kwargs.get("obj")
        if workflow is not None:
            context |= self.shown(request, workflow)
        response: HttpResponse = super().render_change_form(
            request, context, *args, **kwargs
        )
        return response

    def shown(self, request: HttpRequest, workflow: Workflow) -> dict[str, Any]:
        """What the page shows above the form."""
        version = version_of(workflow, None)
        chosen = request.GET.get("node", "")
        return {
            "workflow": workflow,
            "version": version,
            "versions": listed_versions(workflow, VERSIONS_SHOWN),
            "graph": shown_graph(version.document.graph(), chosen),
            "may_edit": self.has_change_permission(request, workflow),
            "may_run": self.may_run(request, workflow),
            "may_give": self.may_give(request),
        }

    def save_model(
        self, request: HttpRequest, obj: Model, form: Form, change: bool
    ) -> None:
        workflow = cast(Workflow, obj)
        update_details(
            workflow_id=workflow.pk,
            by=user_of(request),
            name=workflow.name,
            description=workflow.description,
            if_match=form.cleaned_data["if_match"] or None,
        )

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        save_shares(request, form.instance, formset)

    # --- out of sight ---

    def get_deleted_objects(
        self, objs: Iterable[Workflow], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The workflows alone: their versions and runs stay."""
        workflows = list(objs)
        names = [str(workflow) for workflow in workflows]
        refused = {
            str(workflow)
            for workflow in workflows
            if not self.has_delete_permission(request, workflow)
        }
        return names, {"workflows": len(names)}, refused, []

    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        delete_workflow(workflow_id=obj.pk, by=user_of(request))

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Workflow]
    ) -> None:
        for workflow in queryset:
            self.delete_model(request, workflow)
