"""What every page has in common: who sees it, and how it refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from access.errors import ApiError
from access.throttle import count_request
from workflows.models import Workflow
from workflows.services import WorkflowNotFound

from .policy import guarded

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READING = ("GET", "HEAD", "OPTIONS")


class Guarded(View):
    """A view whose answers carry the pages' policy."""

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        return guarded(super().dispatch(request, *args, **kwargs))


class Page(LoginRequiredMixin, View):
    """A page for whoever is signed in; others are led to the sign-in page and back.

    What a service refuses becomes a page that says so. Changes count as requests.
    """

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    def workflow(self, id: UUID) -> Workflow:
        """The one with this id, if it may be seen. Raises WorkflowNotFound."""
        found = Workflow.objects.visible_to(self.user).filter(pk=id).first()
        if found is None:
            raise WorkflowNotFound
        return found

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        try:
            if request.user.is_authenticated and request.method not in READING:
                count_request(request.user.pk, now=time.time())
            response = super().dispatch(request, *args, **kwargs)
        except ApiError as error:
            response = _refusal(request, error)
        return guarded(response)

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        """To the sign-in page; a form that was sent is not sent again after it."""
        reading = self.request.method in READING
        aim = self.request.get_full_path() if reading else reverse("pages:workflows")
        return redirect_to_login(aim)


def _refusal(request: HttpRequest, error: ApiError) -> HttpResponse:
    response = render(
        request, "pages/refused.html", {"error": error}, status=error.status_code
    )
    for name, value in error.headers.items():
        response[name] = value
    return response
