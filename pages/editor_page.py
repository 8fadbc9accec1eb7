"""The page of one workflow: the editor, and where it finds this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wayflow.jsontext import json_text
from workflows.models import Workflow

from . import assets
from .page import Page

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class EditorPage(Page):
    """Whoever may see the workflow but not change it can look and, maybe, run.

    ``?run=`` names a run to be shown. Without the built editor it says how to build it.
    """

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        workflow = self.workflow(id)
        editor = assets.editor()
        context = {
            "workflow": workflow,
            "editor": editor,
            "build": assets.BUILD,
            "config": editor and json_text(_config(workflow, self.user, editor)),
        }
        status = 200 if editor else 503
        return render(request, "pages/editor.html", context, status=status)


def _config(workflow: Workflow, by: User, editor: assets.Editor) -> dict[str, Any]:
    """What the page's module hands to the editor."""
    editable = Workflow.objects.editable_by(by).filter(pk=workflow.pk)
    runnable = Workflow.objects.runnable_by(by).filter(pk=workflow.pk)
    of_this = f"?workflowId={workflow.pk}"
    return {
        "workflowId": str(workflow.pk),
        "module": editor.script,
        "readOnly": not editable.exists(),
        "mayRun": runnable.exists(),
        "urls": {
            "workflow": reverse("editor-workflow", args=[workflow.pk]),
            "run": reverse("editor-run") + of_this,
            "resume": reverse("editor-resume"),
            "cancel": reverse("editor-cancel"),
            "pending": reverse("editor-pending") + of_this,
        },
    }
