"""Why staff did something: one field on their forms, which Django's log keeps."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.forms import CharField, TextInput
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm

from access.action_log import LONGEST_REASON, told


def reason_in(request: HttpRequest) -> str:
    """What was written into the field of the form that was sent; empty if nothing."""
    return request.POST.get("reason", "")


class ReasonedAdmin(ModelAdmin):
    """Asks for a reason wherever something is added, changed or deleted, and logs it.

    Pages of its own include ``admin/reason.html`` in their forms.
    """

    keeps_reasons = True
    delete_confirmation_template = "admin/reasoned_delete.html"
    delete_selected_confirmation_template = "admin/reasoned_delete_selected.html"

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return super().log_addition(request, obj, _reasoned(request, message))

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return super().log_change(request, obj, _reasoned(request, message))

    def log_deletions(
        self, request: HttpRequest, queryset: QuerySet[Model]
    ) -> list[LogEntry]:
        message = told("Deleted.", reason_in(request))
        return LogEntry.objects.log_actions(
            cast(User, request.user).pk, queryset, DELETION, message
        )


class ReasonedActionForm(ActionForm):
    """The choice of an action for the selected rows, and a line for the reason."""

    reason = CharField(
        label="",
        required=False,
        widget=TextInput(
            attrs={
                "aria-label": "Reason, for the log (optional)",
                "autocomplete": "off",
                "class": "bg-white/20 px-2 py-1 rounded-default text-sm text-white",
                "maxlength": LONGEST_REASON,
                "placeholder": "Reason, for the log",
                # The bar in which it stands has little room on a narrow screen.
                "size": 10,
            }
        ),
    )


def _reasoned(request: HttpRequest, message: Any) -> Any:
    """``message``, a text or Django's list of what happened, with the reason."""
    reason = reason_in(request)
    if isinstance(message, str):
        return told(message, reason)
    if not reason.strip():
        return message
    entry = LogEntry(change_message=json.dumps(message))
    return told(entry.get_change_message(), reason)
