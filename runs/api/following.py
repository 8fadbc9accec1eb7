"""Following and stopping a run, whoever started it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase

from access.endpoint import Answer, Call, Later, endpoint
from runs import services
from runs.chunks import ChunkStyle
from runs.client_stream import RETRY, respond
from runs.models import Run
from runs.streaming import RunStream
from wayflow.status import RunStatus

from .reading import chunk_style, known_run_id, last_event_id


@endpoint(methods=("GET",))
def events(call: Call, run_id: str) -> Answer:
    """The run's events from the start or from ``Last-Event-ID``, to its end."""
    after, chunks = last_event_id(call.request), chunk_style(call.request)
    known = known_run_id(run_id)
    visible = Run.objects.visible_to(call.user).filter(pk=known)
    row = visible.values_list("status", "last_seq").first()
    if row is None:
        raise services.RunNotFound
    status, last_seq = row
    if RunStatus(status).is_terminal and after >= last_seq:
        # The only answer that keeps a browser from coming back.
        return HttpResponse(status=204)
    # Nobody has seen an event that is not stored: such a number hides nothing.
    return _followed(call, known, min(after, last_seq), chunks)


@endpoint(methods=("POST",), takes_body=False)
def attach(call: Call, run_id: str) -> Later:
    """Paint a run anew for a client that can only post, then follow it.

    What was asked and answered since is left out. At an open review the stream ends.
    The body may be anything; leaving cancels nothing.
    """
    chunks, known = chunk_style(call.request), known_run_id(run_id)
    if not Run.objects.visible_to(call.user).filter(pk=known).exists():
        raise services.RunNotFound
    return _attached(call, known, chunks)


@endpoint(methods=("POST",))
def cancel(call: Call, run_id: str) -> HttpResponse:
    """Ask a run to stop; one that ended stays as it is."""
    services.request_cancel(run_id=known_run_id(run_id), by=call.user)
    return HttpResponse(status=204)


async def _followed(
    call: Call, run_id: UUID, after: int, chunks: ChunkStyle
) -> HttpResponseBase:
    stream = RunStream(run_id, after=after, through_pauses=True, chunks=chunks)
    return respond(call.request, stream, preamble=RETRY)


async def _attached(call: Call, run_id: UUID, chunks: ChunkStyle) -> HttpResponseBase:
    stream = RunStream(run_id, repaints=True, chunks=chunks)
    response = respond(call.request, stream)
    response["X-Run-Id"] = str(run_id)
    return response
