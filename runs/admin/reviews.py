"""The inbox of whoever is signed in: what runs ask them, and how it was answered."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from access.action_log import log_action
from access.errors import ApiError
from access.writing import write_atomic
from runs import services
from runs.graphs import graphs
from runs.models import Review
from wayflow.graph import NodeId
from workflows.services import NotAllowed

from .excerpt import excerpt, spelled
from .inbox import decided_for, in_order, shown_to, waiting_for
from .review_form import EDITABLE, ReviewForm

LISTED = 100
LONGEST_ID = 18
WORDS = {"approved": "Approved", "rejected": "Rejected"}


@admin.register(Review)
class ReviewAdmin(ModelAdmin):
    """Everybody among the staff has an inbox; what is in it is theirs to answer."""

    def get_urls(self) -> list[URLPattern]:
        waiting = self.admin_site.admin_view(self.waiting_view)
        mine = [path("waiting/", waiting, name="runs_review_waiting")]
        return mine + super().get_urls()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Review | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Review | None = None
    ) -> bool:
        return False

    def has_view_permission(
        self, request: HttpRequest, obj: Review | None = None
    ) -> bool:
        user = cast(User, request.user)
        return obj is None or shown_to(user).filter(pk=obj.pk).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What waits, or with ``?decided=1`` what was answered."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        user = cast(User, request.user)
        is_past = request.GET.get("decided") == "1"
        found = decided_for(user) if is_past else in_order(waiting_for(user))
        reviews = list(
            found.select_related("run__workflow", "run__owner", "decided_by").defer(
                "data", "decision", "run__inputs", "run__result", "run__error"
            )[: LISTED + 1]
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Inbox",
            "is_past": is_past,
            "reviews": reviews[:LISTED],
            "is_cut": len(reviews) > LISTED,
            "tabs": _tabs(is_past),
            "now": timezone.now(),
        }
        return TemplateResponse(request, "admin/runs/review/inbox.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a review; a POST answers it."""
        if request.method == "POST":
            return self._answered(request, self._review(request, object_id))
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        review = self._review(request, object_id)
        return self._page(request, review, ReviewForm(review))

    def waiting_view(self, request: HttpRequest) -> JsonResponse:
        """How many reviews wait for whoever asks."""
        waiting = waiting_for(cast(User, request.user)).count()
        return JsonResponse({"waiting": waiting})

    def _review(self, request: HttpRequest, given: str) -> Review:
        """The review with this id. Raises Http404."""
        known = given.isascii() and given.isdigit() and len(given) <= LONGEST_ID
        shown = shown_to(cast(User, request.user)).select_related(
            "run__workflow", "run__owner", "run__document", "decided_by"
        )
        light = shown.defer(
            "run__inputs", "run__result", "run__error", "run__document__content"
        )
        review = light.filter(pk=int(given)).first() if known else None
        if review is None:
            raise Http404("There is no such review.")
        return review

    def _answered(self, request: HttpRequest, review: Review) -> HttpResponse:
        form = ReviewForm(review, request.POST)
        if not form.is_valid():
            return self._page(request, review, form, status=400)
        try:
            self._decide(request, review, form)
        except services.ReviewAlreadyDecided:
            return self._too_late(request, self._review(request, str(review.pk)))
        except NotAllowed:
            raise PermissionDenied from None
        except (services.RunNotFound, services.ReviewNotFound) as error:
            raise Http404(error.message) from None
        except ApiError as error:
            form.refuse(error)
            return self._page(request, review, form, status=error.status_code)
        return redirect("admin:runs_review_changelist")

    def _decide(self, request: HttpRequest, review: Review, form: ReviewForm) -> None:
        user = cast(User, request.user)
        branch = request.POST.get("branch", "")
        with write_atomic():
            services.decide_review(
                run_id=review.run_id,
                review_id=review.pk,
                decision=form.decision(branch),
                by=user,
            )
            edited = ", with edited data" if form.is_edited else ""
            where = f"at {review.node_id} of run {review.run_id}"
            what = f"{WORDS[branch]} {where}{edited}."
            both = [review, review.run]
            log_action(user, both, what, reason=form.cleaned_data["reason"])
        link = reverse("admin:runs_run_change", args=[review.run_id])
        told = format_html(
            '{}. <a class="underline" href="{}">The run goes on</a>.',
            WORDS[branch],
            link,
        )
        self.message_user(request, told, messages.SUCCESS)

    def _too_late(self, request: HttpRequest, review: Review) -> HttpResponse:
        form = ReviewForm(review)
        return self._page(request, review, form, status=409, is_too_late=True)

    def _page(
        self,
        request: HttpRequest,
        review: Review,
        form: ReviewForm,
        *,
        status: int = 200,
        is_too_late: bool = False,
    ) -> HttpResponse:
        waiting = waiting_for(cast(User, request.user)).filter(pk=review.pk)
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": review,
            "title": f"Review {review.pk}",
            "review": review,
            "node": _node_name(review),
            "form": form,
            "may_answer": waiting.exists(),
            "is_too_late": is_too_late,
            "asked": excerpt(review.data["value"], EDITABLE)
            if "value" in review.data
            else None,
            "answered": excerpt(review.decision["value"], EDITABLE)
            if "value" in review.decision
            else None,
            "waited": spelled((review.decided_at or now) - review.opened_at),
            "now": now,
        }
        template = "admin/runs/review/page.html"
        return TemplateResponse(request, template, context, status=status)


def _node_name(review: Review) -> str:
    node = graphs.load(review.run.document.digest).nodes.get(NodeId(review.node_id))
    return review.node_id if node is None else node.name or node.label or node.id


def _tabs(is_past: bool) -> list[dict[str, Any]]:
    url = reverse("admin:runs_review_changelist")
    tabs = (("Waiting", url, not is_past), ("Answered", f"{url}?decided=1", is_past))
    return [
        {"title": title, "link": link, "has_permission": True, "active": active}
        for title, link, active in tabs
    ]
