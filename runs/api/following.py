"""Following and stopping a run, whoever started it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase

from access.endpoint import Answer, Call, endpoint
from runs import services
from runs.client_stream import RETRY, respond
from runs.models import Run
from runs.streaming import RunStream
from wayflow.status import RunStatus

from .reading import last_event_id, uuid_or_none


@endpoint(methods=("GET",))
def events(call: Call, run_id: str) -> Answer:
    """The run's events from the start or from ``Last-Event-ID``, to its end."""
    after = last_event_id(call.request)
    known = _known(run_id)
    visible = Run.objects.visible_to(call.user).filter(pk=known)
    row = visible.values_list("status", "last_seq").first()
    if row is None:
        raise services.RunNotFound
    status, last_seq = row
    if RunStatus(status).is_terminal and after >= last_seq:
        # The only answer that keeps a browser from coming back.
        return HttpResponse(status=204)
    # Nobody has seen an event that is not stored: such a number hides nothing.
    return _followed(call, known, min(after, last_seq))


@endpoint(methods=("POST",))
def cancel(call: Call, run_id: str) -> HttpResponse:
    """Ask a run to stop; one that ended stays as it is."""
    services.request_cancel(run_id=_known(run_id), by=call.user)
    return HttpResponse(status=204)


async def _followed(call: Call, run_id: UUID, after: int) -> HttpResponseBase:
    stream = RunStream(run_id, after=after, through_pauses=True)
    return respond(call.request, stream, preamble=RETRY)


def _known(run_id: str) -> UUID:
    known = uuid_or_none(run_id)
    if known is None:
        raise services.RunNotFound
    return known
