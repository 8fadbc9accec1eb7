"""What the stock editor asks of its server at design time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from access.endpoint import Call, endpoint
from access.errors import ApiError
from wayflow.jsontext import json_bytes
from wayflow.serializer import FORMAT_VERSION
from workflows import catalog, services
from workflows.models import Workflow

from .preconditions import is_known, with_current


class InvalidId(ApiError):
    def __init__(self, id: str) -> None:
        super().__init__(400, "WF_WORKFLOW_ID_INVALID", f"{id!r} is not a UUID.")


@endpoint(methods=("GET", "PUT"))
def workflow(call: Call, id: str) -> HttpResponse:
    """The persistence adapter: load and save a workflow's graph."""
    return _save(call, id) if call.request.method == "PUT" else _load(call, id)


@endpoint(methods=("GET",))
def models(call: Call) -> HttpResponse:
    """The models that can be chosen."""
    return _json(catalog.model_ids())


@endpoint(methods=("GET",))
def tools(call: Call) -> HttpResponse:
    """The tools that the caller may let a model use."""
    offered = catalog.offered_tools(call.user)
    return _json({name: tool.describe() for name, tool in offered})


@endpoint(methods=("GET",))
def node_types(call: Call) -> HttpResponse:
    """The definitions of all node types, as a list."""
    return _json(catalog.node_types())


def _load(call: Call, id: str) -> HttpResponse:
    known = _uuid(id)
    visible = Workflow.objects.visible_to(call.user).in_detail()
    workflow: Any = visible.filter(pk=known).first() if known else None
    if workflow is None:
        raise services.WorkflowNotFound
    if is_known(call.request, workflow.etag):
        return HttpResponse(status=304, headers={"ETag": workflow.etag})
    graph = services.graph_as_called(
        workflow.newest_content,
        name=workflow.name,
        description=workflow.description,
    )
    snapshot = {"version": FORMAT_VERSION, "graph": graph}
    if workflow.viewport is not None:
        snapshot["viewport"] = workflow.viewport
    return _json(snapshot, ETag=workflow.etag)


def _save(call: Call, id: str) -> HttpResponse:
    known = _uuid(id)
    if known is None:
        raise InvalidId(id)
    graph, viewport = services.read_snapshot(call.body)
    try:
        workflow = services.put_graph(
            workflow_id=known,
            graph=graph,
            viewport=viewport,
            by=call.user,
            if_match=call.request.headers.get("If-Match"),
        )
    except services.PreconditionFailed as error:
        refused = with_current(error, call.user)
        if current := refused.more.get("current"):
            named = {key: current[key] for key in ("name", "description")}
            called = services.graph_as_called(current["graph"], **named)
            refused.more["current"] = {**current, "graph": called}
        raise refused from None
    return HttpResponse(status=204, headers={"ETag": workflow.etag})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _json(value: Any, **headers: str) -> HttpResponse:
    return HttpResponse(
        json_bytes(value), content_type="application/json", headers=headers
    )
