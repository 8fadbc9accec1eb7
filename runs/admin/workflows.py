"""Workflows as staff see them, with a button that runs them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget

from access.errors import ApiError
from runs import services
from runs.models import Run, Trigger
from runs.runnable import asked_by, runnable_version
from wayflow.errors import WayflowError
from workflows.admin import WorkflowAdmin
from workflows.models import Workflow, WorkflowVersion
from workflows.services import NotAllowed, VersionNotFound, WorkflowNotFound

from .input_form import InputForm

VERSIONS_OFFERED = 100
LONGEST_NUMBER = 9

admin.site.unregister(Workflow)


@admin.register(Workflow)
class RunnableWorkflowAdmin(WorkflowAdmin):
    """Design time's own page of workflows, and a page to run each of them."""

    actions_detail: Any = ("run",)

    def get_actions_detail(
        self, request: HttpRequest, object_id: Any
    ) -> list[UnfoldAction]:
        """The button, for those who may run the workflow."""
        user = cast(User, request.user)
        workflow = self.get_object(request, object_id)
        if workflow is None:
            return []
        if not Workflow.objects.runnable_by(user).filter(pk=workflow.pk).exists():
            return []
        actions: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        return actions

    @action(  # type: ignore[operator]
        description="Run", icon="play_arrow", variant=ActionVariant.PRIMARY
    )
    def run(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the inputs; a POST starts the run and shows it."""
        user = cast(User, request.user)
        number = _number(request.GET.get("version", ""))
        try:
            version = runnable_version(_id(object_id), number, user)
            form = InputForm(
                asked_by(version), request.POST if request.method == "POST" else None
            )
            if request.method == "POST" and form.is_valid():
                started = _started(form, version.workflow, number, user)
                if started is not None:
                    return redirect("admin:runs_run_change", started.pk)
        except (WorkflowNotFound, VersionNotFound) as error:
            raise Http404(error.message) from None
        except NotAllowed:
            raise PermissionDenied from None
        return self._asking(request, form, version, number)

    def _asking(
        self,
        request: HttpRequest,
        form: InputForm,
        version: WorkflowVersion,
        number: int | None,
    ) -> HttpResponse:
        workflow = version.workflow
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": workflow,
            "title": f"Run {workflow.name}",
            "form": form,
            "version": version,
            "version_choice": _version_choice(workflow, number),
        }
        return TemplateResponse(request, "admin/workflows/workflow/run.html", context)


def _started(
    form: InputForm, workflow: Workflow, number: int | None, by: User
) -> Run | None:
    """The run; None when the form now says why there is none."""
    try:
        return services.start_workflow(
            workflow_id=workflow.pk,
            number=number,
            by=by,
            trigger=Trigger.ADMIN,
            inputs=form.inputs(),
        )
    except (WorkflowNotFound, VersionNotFound, NotAllowed):
        raise
    except (ApiError, WayflowError) as error:
        form.refuse(error)
        return None


def _version_choice(workflow: Workflow, number: int | None) -> SafeString | None:
    """The field to choose a version with, if there is a choice."""
    versions = WorkflowVersion.objects.filter(workflow=workflow).order_by("-number")
    offered = list(versions.values_list("number", "label")[:VERSIONS_OFFERED])
    if len(offered) == 1:
        return None
    choices: list[tuple[Any, str]] = [("", "The published one, else the newest")]
    choices += [(n, f"v{n} {label}".strip()) for n, label in offered]
    if number is not None and all(number != n for n, _ in offered):
        choices.append((number, f"v{number}"))
    select = UnfoldAdminSelectWidget(choices=choices)
    return select.render("version", number, {"id": "version"})


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise WorkflowNotFound from None


def _number(given: str) -> int | None:
    """The number of the wanted version, if one is wanted. Raises Http404."""
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        raise Http404
    return int(given)
