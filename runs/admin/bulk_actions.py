"""Acting on many runs of the list: asked for once more, then done and counted."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from runs.models import Run

from .bulk import CANCEL, MOST, RETRY, BulkAction, sentences
from .columns import state, what_ran

SHOWN_TO_CONFIRM = 20


class RunBulkActions(ModelAdmin):
    """The first POST of an action shows what it would do; the second does it."""

    actions = ("cancel_selected", "retry_selected")

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("runs.cancel_run")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Each run is looked at again: who may run its workflow may retry it."""
        may = request.user.has_perm
        return may("workflows.run_workflow") or may("workflows.run_adhoc_graph")

    @admin.action(description="Cancel the selected runs", permissions=["cancel"])
    def cancel_selected(
        self, request: HttpRequest, queryset: QuerySet[Run]
    ) -> HttpResponse | None:
        return self._act(request, queryset, CANCEL)

    @admin.action(description="Retry the selected runs", permissions=["retry"])
    def retry_selected(
        self, request: HttpRequest, queryset: QuerySet[Run]
    ) -> HttpResponse | None:
        return self._act(request, queryset, RETRY)

    def _act(
        self, request: HttpRequest, queryset: QuerySet[Run], action: BulkAction
    ) -> HttpResponse | None:
        if request.POST.get("confirmed") != "yes":
            return self._asking(request, queryset, action)
        # By their ids: a run that went on meanwhile may fit the filters no longer.
        ids = selected(request)[:MOST]
        reason = request.POST.get("reason", "")
        tally = action.carry_out(ids, cast(User, request.user), reason)
        done, refused = sentences(action, tally)
        if done:
            self.message_user(request, done, messages.SUCCESS)
        for sentence in refused:
            self.message_user(request, sentence, messages.WARNING)
        return None

    def _asking(
        self, request: HttpRequest, queryset: QuerySet[Run], action: BulkAction
    ) -> HttpResponse:
        ids = list(queryset.values_list("pk", flat=True)[: MOST + 1])
        shown = queryset.defer("document__content", "inputs", "result", "error")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": action.title,
            "bulk": action,
            "ids": ids[:MOST],
            "most": MOST,
            "is_cut": len(ids) > MOST,
            "rows": [
                {"run": run, "name": what_ran(run), "state": state(run)}
                for run in shown[:SHOWN_TO_CONFIRM]
            ],
            "unshown": max(len(ids[:MOST]) - SHOWN_TO_CONFIRM, 0),
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/runs/run_list/confirm.html", context)


def selected(request: HttpRequest) -> list[UUID]:
    """The ids of the selected runs. Raises BadRequest."""
    try:
        return [UUID(id) for id in request.POST.getlist(ACTION_CHECKBOX_NAME)]
    except ValueError:
        raise BadRequest("A selected run has no id that can be one.") from None
