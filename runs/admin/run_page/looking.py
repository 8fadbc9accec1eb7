"""The views of a run that only read: its page, its events, its values in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from runs.admin.review_form import ReviewForm
from runs.admin.tokens import url_of_token
from runs.models import Run

from .addresses import place_of, whole_number
from .journal import events_after
from .page import page_of, picture_of
from .sight import Sight, sight_of
from .values import whole_value

READING = ("GET", "HEAD")


class RunViews:
    """Whoever may see a run may see all of it; to GET changes nothing."""

    def __init__(self, model_admin: ModelAdmin) -> None:
        self._site = model_admin.admin_site
        self._opts = model_admin.opts

    @property
    def urls(self) -> list[URLPattern]:
        """What lies below the page of a run."""
        return [
            self.route("events", self.events_view),
            self.route("value", self.value_view),
        ]

    def route(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """A view below the page of a run, for staff."""
        staffed = self._site.admin_view(view)
        return path(f"<uuid:run_id>/{name}/", staffed, name=f"runs_run_{name}")

    def sight(self, request: HttpRequest, run_id: UUID) -> Sight:
        """The run in the eyes of the sender. Raises Http404."""
        sight = sight_of(run_id, cast(User, request.user))
        if sight is None:
            raise Http404("There is no such run.")
        return sight

    def change_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page of a run; with ``?part=live`` only what may have changed."""
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        return self.page(request, self.sight(request, _uuid(object_id)))

    def page(
        self, request: HttpRequest, sight: Sight, wrong: ReviewForm | None = None
    ) -> HttpResponse:
        """``wrong`` is the form of a review that was filled in wrongly."""
        now = timezone.now()
        context = page_of(sight, place_of(request.GET), now, wrong)
        context["diff_url"] = _diff_url(sight)
        context["token_url"] = url_of_token(sight.run.token, sight.user)
        if request.GET.get("part") == "live":
            template = "admin/runs/run/live.html"
        else:
            template = "admin/runs/run/page.html"
            context["picture"] = picture_of(context)
            context |= self.around(request, f"Run {sight.run}", sight.run)
        status = 200 if wrong is None else 400
        response = TemplateResponse(request, template, context, status=status)
        response["Cache-Control"] = "no-store"
        return response

    def events_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """The events as they are stored."""
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        run = self.sight(request, run_id).run
        after = whole_number(request.GET.get("after", ""))
        context = {
            **self.around(request, f"Events of run {run}", run),
            "run": run,
            "journal": events_after(run, after),
        }
        return TemplateResponse(request, "admin/runs/run/events.html", context)

    def value_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """One value in full, as plain text; ``?download=1`` is to save it."""
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        asked = request.GET
        what, node_id = asked.get("of", ""), asked.get("node", "")
        review = whole_number(asked.get("review", ""))
        text = whole_value(self.sight(request, run_id), what, node_id, review)
        if text is None:
            raise Http404("The run has no such value.")
        kind = "attachment" if asked.get("download") == "1" else "inline"
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f'{kind}; filename="{run_id}.txt"'
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        return response

    def around(self, request: HttpRequest, title: str, run: Run) -> dict[str, Any]:
        """What every page of the admin shows, and where this one is in it."""
        site = self._site.each_context(request)
        return {**site, "opts": self._opts, "original": run, "title": title}


def _diff_url(sight: Sight) -> str | None:
    """Where the version that ran is compared with the newest, if they differ."""
    run = sight.run
    if not sight.sees_workflow or run.version is None or sight.newest is None:
        return None
    if run.version.number == sight.newest:
        return None
    url = reverse("admin:workflows_workflow_compare", args=[run.workflow_id])
    return f"{url}?from={run.version.number}&to={sight.newest}"


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Http404("There is no such run.") from None
