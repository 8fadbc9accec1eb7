"""A run's events to take away."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse

from access.endpoint import Call, Later, endpoint
from runs import services
from runs.event_lines import EventLines
from runs.models import Run

from .reading import known_run_id, last_event_id

NDJSON = "application/x-ndjson"


@endpoint(methods=("GET",))
def events(call: Call, run_id: str) -> Later:
    """The stored events of a run as lines of JSON; what happens later is left out.

    `X-Last-Seq` is the number of the last one, so that one can tell whether all came.
    """
    after, known = last_event_id(call.request), known_run_id(run_id)
    visible = Run.objects.visible_to(call.user).filter(pk=known)
    last_seq = visible.values_list("last_seq", flat=True).first()
    if last_seq is None:
        raise services.RunNotFound
    return _downloaded(known, after, last_seq)


async def _downloaded(run_id: UUID, after: int, last_seq: int) -> HttpResponseBase:
    lines = EventLines(run_id, after=after, last_seq=last_seq)
    response = StreamingHttpResponse(lines, content_type=NDJSON)
    response["Content-Disposition"] = f'attachment; filename="{run_id}.ndjson"'
    response["Cache-Control"] = "no-store"
    response["X-Last-Seq"] = str(last_seq)
    return response
