"""What a request says about the state that its sender knows, and the answer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework.request import Request

from workflows.models import Workflow
from workflows.services import PreconditionFailed

from .serializers import WorkflowDetailSerializer

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def is_known(request: HttpRequest | Request, etag: str) -> bool:
    """Whether the sender has this state already, by ``If-None-Match``."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in tags or etag in [tag.removeprefix("W/") for tag in tags]


def with_current(error: PreconditionFailed, user: User) -> PreconditionFailed:
    """The error with the present state, so that a client can show both."""
    if error.workflow is not None:
        visible = Workflow.objects.visible_to(user).filter(pk=error.workflow.pk)
        current = visible.in_detail().first()
        if current is not None:
            error.headers["ETag"] = current.etag
            error.more["current"] = WorkflowDetailSerializer(current).data
    return error
