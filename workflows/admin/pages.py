"""What all pages about one workflow share: finding it, showing it, acting on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from access.admin.reasons import ReasonedAdmin
from access.errors import ApiError
from access.writing import write_atomic
from workflows.models import Level, Workflow
from workflows.services import NotAllowed, VersionNotFound, WorkflowNotFound

TEMPLATES = "admin/workflows/workflow"
LONGEST_NUMBER = 9


class WorkflowPages(ReasonedAdmin):
    """Pages that only read on GET, and act on POST through one verb of the services."""

    def workflow_of(self, request: HttpRequest, workflow_id: UUID) -> Workflow:
        """The workflow, if the sender may see it. Raises Http404."""
        visible = Workflow.objects.visible_to(user_of(request))
        workflow = visible.in_list().filter(pk=workflow_id).first()
        if workflow is None:
            raise Http404("There is no such workflow.")
        return workflow

    def changeable(self, request: HttpRequest, workflow_id: UUID) -> Workflow:
        """The workflow, if the sender may change it.

        Raises Http404 and PermissionDenied.
        """
        workflow = self.workflow_of(request, workflow_id)
        if not self.has_change_permission(request, workflow):
            raise PermissionDenied
        return workflow

    def page(
        self,
        request: HttpRequest,
        workflow: Workflow,
        name: str,
        title: str,
        **shown: Any,
    ) -> HttpResponse:
        """The page ``name`` about ``workflow``."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": workflow,
            "workflow": workflow,
            "title": title,
            "may_edit": self.has_change_permission(request, workflow),
            "may_run": self.may_run(request, workflow),
            **shown,
        }
        return TemplateResponse(request, f"{TEMPLATES}/{name}.html", context)

    def may_run(self, request: HttpRequest, workflow: Workflow) -> bool:
        """Whether to offer a way to run it: design time itself has none."""
        return False

    def carry_out(
        self,
        request: HttpRequest,
        workflow: Workflow,
        done: str,
        verb: Callable[[], object],
    ) -> bool:
        """Do it, log it with the reason given, and say so: ``done`` says what.

        False if it was refused, and the next page says why. Raises Http404 and
        PermissionDenied.
        """
        try:
            with write_atomic():
                verb()
                self.log_change(request, workflow, done)
        except (WorkflowNotFound, VersionNotFound) as error:
            raise Http404(error.message) from None
        except NotAllowed:
            raise PermissionDenied from None
        except ApiError as error:
            self.message_user(request, said(error), messages.ERROR)
            return False
        self.message_user(request, done, messages.SUCCESS)
        return True


def user_of(request: HttpRequest) -> User:
    """Who is signed in: nobody else comes through the admin's door."""
    return cast(User, request.user)


def said(error: ApiError) -> str:
    """The error and its hint, as one text."""
    return " ".join(filter(None, (error.message, error.hint)))


def number_in(request: HttpRequest, name: str) -> int | None:
    """The number of the version that the query asks for, if any. Raises Http404."""
    given = request.GET.get(name, "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        raise Http404("There is no such version.")
    return int(given)


def is_open_to(user: User, workflow: Workflow, level: Level) -> bool:
    """Whether ``user``, of the staff, has ``level`` for ``workflow``, which lives."""
    granted = {
        Level.VIEW: ("workflows.view_workflow", Workflow.objects.visible_to),
        Level.RUN: ("workflows.run_workflow", Workflow.objects.runnable_by),
        Level.EDIT: ("workflows.change_workflow", Workflow.objects.editable_by),
    }
    permission, open_to = granted[level]
    return user.has_perm(permission) or open_to(user).filter(pk=workflow.pk).exists()
