"""Events as bytes of a server-sent event stream."""

from __future__ import annotations

from .events import Event
from .jsontext import json_bytes

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-transform",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
}

KEEP_ALIVE = b": keep-alive\n\n"


def encode(event: Event, id: int | None = None) -> bytes:
    """One frame: the event's name and its data on one line, ``id`` before if given.

    Lines end in LF alone: the stock client finds no event in a stream of CRLF.
    """
    data = json_bytes(event["data"])
    name = event["event"].encode()
    frame = b"event: %b\ndata: %b\n\n" % (name, data)
    return frame if id is None else b"id: %d\n%b" % (id, frame)
