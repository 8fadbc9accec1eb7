"""The feed of whoever asks."""

from __future__ import annotations

from django.http import HttpResponseBase, StreamingHttpResponse

from access.endpoint import Answer, Call, endpoint
from access.hearing import Hearing
from runs.feed.stream import FeedStream, sit_down
from wayflow.sse import HEADERS

from .reading import last_event_id


@endpoint(methods=("GET",))
def feed(call: Call) -> Answer:
    """Changes of the caller's runs, and of reviews that the caller may answer.

    From now on, or from after `Last-Event-ID`; the stream has no end. `stream-reset`
    says that events were missed and that lists are to be loaded anew.
    """
    asked = call.request
    is_back = "Last-Event-ID" in asked.headers or "after" in asked.GET
    after = last_event_id(asked) if is_back else None
    return _listened(call, sit_down(call.user, after=after))


async def _listened(call: Call, after: int) -> HttpResponseBase:
    response = StreamingHttpResponse(
        FeedStream(call.user, after=after, hearing=Hearing(call.request)),
        content_type=f"{HEADERS['Content-Type']}; charset=utf-8",
    )
    for name in ("Cache-Control", "X-Accel-Buffering"):
        response[name] = HEADERS[name]
    return response
