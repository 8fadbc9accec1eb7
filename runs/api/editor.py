"""What the stock editor asks of its server at run time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse, HttpResponseBase

from access.endpoint import Call, Later, endpoint
from runs import services
from runs.chunks import ChunkStyle
from runs.client_stream import respond
from runs.graphs import graphs
from runs.models import JournalEntry, OnDisconnect, Review, Trigger
from runs.records import told
from runs.streaming import RunStream
from wayflow.checkpoint import Decision, replay
from wayflow.values import ABSENT
from workflows.services import WorkflowNotFound

from .answers import json_answer
from .reading import FieldRefused, chunk_style, uuid_or_none, version_number


@endpoint(methods=("POST",))
def run(call: Call) -> Later:
    """Run a posted graph or a saved workflow and stream it to its outcome."""
    detached = call.request.GET.get("detach", "0") not in ("", "0", "false")
    policy = OnDisconnect.CONTINUE if detached else OnDisconnect.CANCEL
    start = _start_graph if "graph" in call.body else _start_workflow
    run_id = uuid4()
    stream = RunStream(run_id, chunks=chunk_style(call.request), new_on=call.loop)
    try:
        start(call, policy, run_id)
    except BaseException:
        stream.close()
        raise
    return _streamed(call, run_id, stream)


@endpoint(methods=("POST",))
def resume(call: Call) -> Later:
    """Answer a waiting run and stream the rest of it."""
    decision, node_id = call.body.get("decision"), call.body.get("nodeId")
    chunks = chunk_style(call.request)
    if not isinstance(decision, dict) or not isinstance(decision.get("branch"), str):
        raise services.UnknownBranch
    if node_id is not None and not isinstance(node_id, str):
        raise FieldRefused("nodeId", "must be a text")
    review = services.decide(
        run_id=_run_id(call),
        node_id=node_id,
        decision=Decision(decision["branch"], data=decision.get("data", ABSENT)),
        by=call.user,
    )
    return _resumed(call, review.run_id, review.opened_seq, chunks)


@endpoint(methods=("POST",))
def cancel(call: Call) -> HttpResponse:
    """Stop a running run, drop a waiting one. There may be none: then all is well."""
    try:
        services.request_cancel(run_id=_run_id(call), by=call.user)
    except services.RunNotFound:
        return HttpResponse(status=204)
    return HttpResponse(status=204)


@endpoint(methods=("GET",))
def pending(call: Call) -> HttpResponse:
    """The caller's own waiting runs, the longest waiting first."""
    reviews = Review.objects.open().filter(run__owner=call.user)
    if "workflowId" in call.request.GET:
        workflow_id = uuid_or_none(call.request.GET["workflowId"])
        if workflow_id is None:
            return json_answer([])
        reviews = reviews.filter(run__workflow=workflow_id)
    reviews = reviews.select_related("run__document").defer("run__document__content")
    return json_answer(list(_shown(list(reviews))))


def _start_graph(call: Call, policy: OnDisconnect, run_id: UUID) -> None:
    asked = call.request.GET.get("workflowId", call.body.get("workflowId"))
    services.start_graph(
        run_id=run_id,
        graph=call.body["graph"],
        inputs=call.body.get("inputs"),
        workflow_id=None if asked is None else _workflow_id(asked),
        by=call.user,
        trigger=Trigger.EDITOR,
        token=call.token,
        on_disconnect=policy,
    )


def _start_workflow(call: Call, policy: OnDisconnect, run_id: UUID) -> None:
    if "workflowId" not in call.body:
        raise FieldRefused("graph", "is missing, and so is workflowId")
    services.start_workflow(
        run_id=run_id,
        workflow_id=_workflow_id(call.body["workflowId"]),
        number=version_number(call.body.get("version")),
        inputs=call.body.get("inputs"),
        by=call.user,
        trigger=Trigger.EDITOR,
        token=call.token,
        on_disconnect=policy,
    )


async def _resumed(
    call: Call, run_id: UUID, after: int, chunks: ChunkStyle
) -> HttpResponseBase:
    stream = RunStream(run_id, after=after, chunks=chunks)
    return await _streamed(call, run_id, stream)


async def _streamed(call: Call, run_id: UUID, stream: RunStream) -> HttpResponseBase:
    left = partial(services.abandon, run_id=run_id, by=call.user)
    response = respond(call.request, stream, left=left)
    response["X-Run-Id"] = str(run_id)
    return response


def _run_id(call: Call) -> UUID:
    run_id = uuid_or_none(call.body.get("runId"))
    if run_id is None:
        raise services.RunNotFound
    return run_id


def _workflow_id(value: Any) -> UUID:
    workflow_id = uuid_or_none(value)
    if workflow_id is None:
        raise WorkflowNotFound
    return workflow_id


def _shown(reviews: list[Review]) -> Iterator[dict[str, Any]]:
    entries = JournalEntry.objects.filter(run__in=[r.run_id for r in reviews])
    rows: dict[UUID, list[str]] = {}
    for entry in entries.order_by("run", "first_seq"):
        rows.setdefault(entry.run_id, []).append(entry.events)
    for review in reviews:
        run = review.run
        graph = graphs.load(run.document.digest)
        records = told(rows.get(review.run_id, ()))
        checkpoint = replay(graph, str(run.pk), run.inputs, records)
        yield {**review.wire(), "snapshot": checkpoint.snapshot(graph)}
