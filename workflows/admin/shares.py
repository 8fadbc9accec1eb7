"""The groups to which a workflow is open, as a part of its page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import ForeignKey, Q, QuerySet
from django.forms import BaseInlineFormSet, ModelChoiceField
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from workflows.models import Level, Share, Workflow
from workflows.services import share_workflow, shares_of

from .pages import user_of


class ShareFormSet(PaginationInlineFormSet):
    """The rows, which all offer the same groups: they are asked for once."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        field = form.fields.get("group")
        if field is not None:
            field.choices = self._offered(field)

    def _offered(self, field: Any) -> list[tuple[Any, str]]:
        if not hasattr(self, "_choices"):
            self._choices = [(str(value), label) for value, label in field.choices]
        return self._choices


class ShareInline(TabularInline):
    """For the owner, and for staff with the permission."""

    model = Share
    formset = ShareFormSet
    extra = 0
    verbose_name = "group"
    verbose_name_plural = "Groups that may view, run or edit it"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Share]:
        shares: QuerySet[Share] = super().get_queryset(request)
        return shares.select_related("group")

    def has_view_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        return _may_share(request, obj) or request.user.has_perm("workflows.view_share")

    def has_add_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        return _may_share(request, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        return _may_share(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        return _may_share(request, obj)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        user = user_of(request)
        if db_field.name == "group" and not user.has_perm("workflows.change_share"):
            owned = Share.objects.filter(workflow__owner=user).values("group")
            groups = Group.objects.filter(Q(user=user) | Q(pk__in=owned))
            kwargs["queryset"] = groups.distinct()
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field


def save_shares(
    request: HttpRequest, workflow: Workflow, formset: BaseInlineFormSet[Any, Any, Any]
) -> None:
    """Do with the groups what the form says; others are as open as they are.

    Raises what ``share_workflow`` raises.
    """
    formset.save(commit=False)
    changed = [share for share, _ in formset.changed_objects]
    given = [*formset.new_objects, *changed]
    if not (given or formset.deleted_objects):
        return
    user = user_of(request)
    gone = {share.pk for share in [*changed, *formset.deleted_objects]}
    kept = shares_of(workflow_id=workflow.pk, by=user).exclude(pk__in=gone)
    levels = {share.group.name: Level(share.level) for share in [*kept, *given]}
    share_workflow(workflow_id=workflow.pk, levels=levels, by=user)


def _may_share(request: HttpRequest, workflow: Workflow | None) -> bool:
    user = user_of(request)
    if user.has_perm("workflows.change_share"):
        return True
    return workflow is not None and workflow.owner_id == user.pk
