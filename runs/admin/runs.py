"""Runs as staff see them: a list, a page for each, and what can be done with them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from runs.models import Run

from .run_list import RunListAdmin
from .run_page import RunActions


@admin.register(Run)
class RunAdmin(RunListAdmin):
    """Nothing here can be edited: a run is started, acted on and looked at."""

    def get_urls(self) -> list[URLPattern]:
        return RunActions(self).urls + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a run, which only ever reads."""
        return RunActions(self).change_view(request, object_id)
