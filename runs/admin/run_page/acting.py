"""The views of a run that change something: each by POST, each in Django's log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from access.action_log import log_action
from access.errors import ApiError
from access.writing import write_atomic
from runs import services
from runs.admin.input_form import InputForm, JsonField
from runs.inputs import input_fields
from runs.models import Review, Run, Trigger
from runs.subjects import Subject, subject_of_run
from wayflow.errors import WayflowError
from workflows.services import NotAllowed, VersionNotFound, WorkflowNotFound

from .asking import form_of
from .looking import RunViews

PAGE = "admin:runs_run_change"

_UNSEEN = (
    services.RunNotFound,
    services.ReviewNotFound,
    VersionNotFound,
    WorkflowNotFound,
)


class RunActions(RunViews):
    """A GET to any of these but the form of ``rerun`` is refused."""

    @property
    def urls(self) -> list[URLPattern]:
        mine = [
            self.route("cancel", self.cancel_view),
            self.route("end", self.end_view),
            self.route("retry", self.retry_view),
            self.route("rerun", self.rerun_view),
            path(
                "<uuid:run_id>/reviews/<int:review_id>/decide/",
                self._site.admin_view(self.decide_view),
                name="runs_run_decide",
            ),
        ]
        return mine + super().urls

    def cancel_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Ask the run to stop."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self.sight(request, run_id).run

        with _telling(request), write_atomic():
            outcome = services.request_cancel(run_id=run_id, by=_sender(request))
            if outcome is services.CancelOutcome.ENDED:
                messages.warning(request, "The run was over already.")
            else:
                self._log(request, run, "Asked the run to stop.")
        return redirect(PAGE, run_id)

    def end_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """End a run whose server is gone."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self.sight(request, run_id).run

        with _telling(request), write_atomic():
            services.end_orphan(run_id=run_id, by=_sender(request))
            self._log(request, run, "Ended the run by force.")
            messages.success(request, "The run was ended.")
        return redirect(PAGE, run_id)

    def retry_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Run again what failed, or a node and all after it; shows the new run."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sight, node_id = self.sight(request, run_id), request.POST.get("node") or None
        if not (sight.may_repeat or sight.may_run_newest):
            raise PermissionDenied

        where = "what failed" if node_id is None else f"node {node_id[:100]}"
        shown = run_id
        with _telling(request):
            # Outside of the transaction, for all others wait while it writes.
            past = services.past_of(run_id=run_id, by=sight.user)
            with write_atomic():
                made = services.retry(
                    run_id=run_id,
                    by=sight.user,
                    trigger=Trigger.ADMIN,
                    node_id=node_id,
                    latest=_wants_newest(request.POST),
                    past=past,
                )
                self._log_repeat(request, sight.run, made, f"Retried {where}")
            shown = made.pk
        return redirect(PAGE, shown)

    def rerun_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Ask for the inputs, as they were; a POST starts the run and shows it."""
        sight = self.sight(request, run_id)
        newest = _wants_newest(request.GET)
        with _as_pages():
            subject = subject_of_run(sight.run, sight.user, latest=newest)
        form = _form(sight.run, subject, request)
        if form.is_bound and form.is_valid():
            made = self._repeated(request, sight.run, form, newest)
            if made is not None:
                return redirect(PAGE, made.pk)
        context = {
            **self.around(request, f"Run {sight.run} again", sight.run),
            "run": sight.run,
            "sight": sight,
            "form": form,
            "newest": newest,
            "subject": subject,
        }
        return TemplateResponse(request, "admin/runs/run/rerun.html", context)

    def decide_view(
        self, request: HttpRequest, run_id: UUID, review_id: int
    ) -> HttpResponse:
        """Answer a review; wrong data is shown beside what is wrong with it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sight, branch = self.sight(request, run_id), request.POST.get("branch", "")
        review = Review.objects.filter(pk=review_id, run=run_id).first()
        if review is None:
            raise Http404("The run has no such review.")
        form = form_of(review, request.POST)
        if not form.is_valid():
            return self.page(request, sight, form)
        edited = " with edited data" if form.is_edited else ""
        try:
            with _as_pages(), write_atomic():
                services.decide_review(
                    run_id=run_id,
                    review_id=review_id,
                    decision=form.decision(branch),
                    by=sight.user,
                )
                log_action(
                    sight.user,
                    [sight.run, review],
                    f"Answered a review: {branch}{edited}.",
                    reason=form.cleaned_data["reason"],
                )
        except services.ReviewAlreadyDecided as error:
            messages.error(request, _said(error))
            return redirect(PAGE, run_id)
        except ApiError as error:
            form.refuse(error)
            return self.page(request, sight, form)
        return redirect(PAGE, run_id)

    def _log_repeat(self, request: HttpRequest, run: Run, made: Run, what: str) -> None:
        newest = " on the newest version" if made.version_id != run.version_id else ""
        self._log(request, run, f"{what}{newest}, as run {made.pk}.")
        self._log(request, made, f"Started as a repeat of run {run.pk}.")

    def _repeated(
        self, request: HttpRequest, run: Run, form: InputForm, newest: bool
    ) -> Run | None:
        """The new run; None when the form now says why there is none."""
        unasked = {k: v for k, v in run.inputs.items() if k not in form.fields}
        try:
            with _as_pages(), write_atomic():
                made = services.rerun(
                    run_id=run.pk,
                    by=_sender(request),
                    trigger=Trigger.ADMIN,
                    inputs={**unasked, **form.inputs()},
                    latest=newest,
                )
                self._log_repeat(request, run, made, "Ran again")
                return made
        except (ApiError, WayflowError) as error:
            form.refuse(error)
            return None

    def _log(self, request: HttpRequest, run: Run, what: str) -> None:
        """With the reason in the form that was sent, if it has one."""
        why = request.POST.get("reason", "")
        log_action(_sender(request), [run], what, reason=why)


@contextmanager
def _telling(request: HttpRequest) -> Iterator[None]:
    """Has the next page tell why a service refused. Raises what ``_as_pages`` does."""
    try:
        with _as_pages():
            yield
    except (ApiError, WayflowError) as error:
        messages.error(request, _said(error))


@contextmanager
def _as_pages() -> Iterator[None]:
    """Raises Http404 and PermissionDenied where a service says as much."""
    try:
        yield
    except _UNSEEN as error:
        raise Http404(error.message) from None
    except NotAllowed:
        raise PermissionDenied from None


def _sender(request: HttpRequest) -> User:
    return cast(User, request.user)


def _said(error: ApiError | WayflowError) -> str:
    return " ".join(filter(None, (error.message, error.hint)))


def _wants_newest(given: Any) -> bool:
    return bool(given.get("version") == "newest")


def _form(run: Run, subject: Subject, request: HttpRequest) -> InputForm:
    """The form of the graph that is to run, as it was sent, or filled for ``run``."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = InputForm(input_fields(subject.graph), *sent)
    for name, value in run.inputs.items():
        if name in form.fields:
            as_json = isinstance(form.fields[name], JsonField)
            form.initial[name] = _as_json(value) if as_json else value
    return form


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
