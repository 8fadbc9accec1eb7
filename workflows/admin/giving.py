"""The page on which a workflow gets another owner."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.forms import Form, ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from unfold.widgets import UnfoldAdminTextInputWidget

from workflows import services
from workflows.models import Level, Workflow

from .pages import WorkflowPages, is_open_to, user_of


class OwnerForm(Form):
    """Asks for somebody else who can sign in."""

    # A list to choose from would grow with the server.
    owner = ModelChoiceField(
        User.objects.none(),
        label="User name of the new owner",
        to_field_name="username",
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        error_messages={"invalid_choice": "Nobody else of this name can sign in."},
    )

    def __init__(self, workflow: Workflow, data: Any = None) -> None:
        super().__init__(data)
        others = User.objects.filter(is_active=True).exclude(pk=workflow.owner_id)
        field = cast("ModelChoiceField[User]", self.fields["owner"])
        field.queryset = others


class GivePages(WorkflowPages):
    """To give a workflow to somebody else."""

    def give_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.give_view)
        return [path("<uuid:workflow_id>/give/", view, name="workflows_workflow_give")]

    def may_give(self, request: HttpRequest) -> bool:
        return request.user.has_perm("workflows.give_workflow")

    def give_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        """Ask to whom; a POST gives it to them."""
        workflow = self.workflow_of(request, workflow_id)
        if not self.may_give(request):
            raise PermissionDenied
        form = OwnerForm(workflow, request.POST if request.method == "POST" else None)
        if form.is_valid():
            owner: User = form.cleaned_data["owner"]
            self.carry_out(
                request,
                workflow,
                f"Gave it to {owner}; it was {workflow.owner}'s.",
                lambda: services.give_workflow(
                    workflow_id=workflow_id,
                    to=owner,
                    by=user_of(request),
                    if_match=request.POST.get("if_match") or None,
                ),
            )
            if is_open_to(user_of(request), workflow, Level.VIEW):
                return redirect("admin:workflows_workflow_change", workflow_id)
            return redirect("admin:index")
        title = f"Give {workflow.name} another owner"
        return self.page(request, workflow, "give", title, form=form)
