"""Workflows as staff see them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Count, Model, QuerySet
from django.forms import Form
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from .models import Share, Workflow, WorkflowVersion
from .services import delete_workflow, update_details


class VersionInline(TabularInline):
    """The versions of a workflow, to look at."""

    model = WorkflowVersion
    fk_name = "workflow"
    tab = True
    per_page: Any = 20
    fields = ("number", "label", "author", "node_count", "created_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        versions: QuerySet[WorkflowVersion] = super().get_queryset(request)
        return versions.select_related("author", "document").defer("document__content")

    @display(description="Nodes")
    def node_count(self, version: WorkflowVersion) -> int:
        return version.document.node_count

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShareInline(TabularInline):
    """The groups to which a workflow is open."""

    model = Share
    tab = True
    extra = 0


@admin.register(Workflow)
class WorkflowAdmin(ModelAdmin):
    """Graphs are drawn in the editor; here are names, shares and a look at the rest."""

    list_display = ("name", "owner", "version_count", "published", "updated_at")
    list_select_related = ("owner", "published_version")
    list_filter = ("owner",)
    search_fields = ("name", "description", "id")
    ordering = ("-updated_at",)
    fieldsets = (
        (None, {"fields": ("name", "description", "owner", "published_version")}),
        ("Graph", {"classes": ("tab",), "fields": ("graph",)}),
    )
    readonly_fields = ("owner", "published_version", "graph")
    inlines = (VersionInline, ShareInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workflow]:
        workflows: QuerySet[Workflow] = super().get_queryset(request)
        return workflows.filter(deleted_at=None).annotate(
            version_total=Count("versions")
        )

    @display(description="Versions", ordering="version_total")
    def version_count(self, workflow: Any) -> str:
        return str(workflow.version_total)

    @display(description="Published", ordering="published_version__number")
    def published(self, workflow: Workflow) -> str | None:
        version = workflow.published_version
        return None if version is None else str(version)

    @display(description="Newest version")
    def graph(self, workflow: Workflow) -> SafeString:
        content = workflow.newest_version().document.content
        text = json.dumps(content, indent=2, ensure_ascii=False)
        return format_html('<pre style="overflow: auto">{}</pre>', text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Model, form: Form, change: bool
    ) -> None:
        workflow = cast(Workflow, obj)
        update_details(
            workflow_id=workflow.pk,
            by=cast(User, request.user),
            name=workflow.name,
            description=workflow.description,
        )

    def get_deleted_objects(
        self, objs: Iterable[Workflow], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The workflows alone: their versions and runs stay."""
        names = [str(workflow) for workflow in objs]
        return names, {"workflows": len(names)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        delete_workflow(workflow_id=obj.pk, by=cast(User, request.user))

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Workflow]
    ) -> None:
        for workflow in queryset:
            self.delete_model(request, workflow)
