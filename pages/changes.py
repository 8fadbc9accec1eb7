"""What the list can change: a new workflow, a copy, one less."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from runs.models import Run
from wayflow.serializer import deserialize
from workflows import services
from workflows.models import Workflow

from .examples import find_example
from .page import Page

EMPTY: Final[dict[str, Any]] = {"nodes": {}, "edges": {}}


class NewWorkflow(Page):
    """Makes an empty workflow, or one like the ``example``, and opens it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        example = request.POST.get("example")
        graph = find_example(example).graph if example else deserialize(EMPTY)
        workflow = services.create_workflow(graph=graph, owner=self.user)
        return redirect("pages:editor", workflow.pk)


class DuplicateWorkflow(Page):
    """Makes a copy of one's own, and opens it."""

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        copy = services.duplicate_workflow(workflow_id=id, by=self.user)
        return redirect("pages:editor", copy.pk)


class DeleteWorkflow(Page):
    """Asks whether it is meant, then does it."""

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        workflow = self.workflow(id)
        if not Workflow.objects.deletable_by(self.user).filter(pk=id).exists():
            raise services.NotAllowed("delete this workflow")
        runs = Run.objects.visible_to(self.user).filter(workflow=workflow).count()
        context = {"workflow": workflow, "runs": runs}
        return render(request, "pages/delete.html", context)

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        workflow = self.workflow(id)
        services.delete_workflow(workflow_id=id, by=self.user)
        messages.success(request, f"“{workflow.name}” was deleted.")
        return redirect("pages:workflows")
