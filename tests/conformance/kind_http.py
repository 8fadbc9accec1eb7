"""The kind of case that goes over the wire as server-sent events: http."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from wayflow.checkpoint import Decision
from wayflow.errors import WayflowError
from wayflow.events import Event, run_error
from wayflow.outcome import Paused
from wayflow.serializer import graph_of
from wayflow.sse import HEADERS, encode
from wayflow.stream import EventStream
from wayflow.testing import Sessions, write_events

from .case import Case, Mode
from .compare import Mismatch, demand, difference
from .event_order import causal_difference
from .scene import Scene, without_traces
from .wire import VOLATILE, RunIds

Opening = Callable[[], AbstractAsyncContextManager[EventStream]]

_RUN_ID = re.compile(r'"runId":"([^"]*)"')
_VOLATILE = re.compile(rf'"({"|".join(VOLATILE)})":-?\d+(?:\.\d+)?')


async def check_http(case: Case, mode: Mode) -> None:
    """One run as a response. Raises Mismatch."""
    scene = Scene(case, mode)
    opening = await _opening(scene)
    if case.body.get("transport") == "writable":
        actual = await _written(opening, scene.run_ids)
    else:
        actual = await _response(opening, scene)
    expected = without_traces(case.expect)
    if not case.is_exact(mode):
        demand(_frames_difference(scene, expected, actual))
    demand(difference(expected, actual))
    demand(scene.traces_difference())


async def _opening(scene: Scene) -> Opening:
    """How to open the stream that the case is about."""
    body, runtime, graph = scene.case.body, scene.runtime, scene.graph
    inputs = body.get("inputs")
    if "stale_resume" in body:
        outcome = await runtime.run(graph, inputs, cancellation=scene.begin())
        if not isinstance(outcome, Paused):
            raise Mismatch("the run to be resumed did not pause")
        changed = graph_of(body["stale_resume"]["graph"])
        return lambda: runtime.resume_stream(
            changed, checkpoint=outcome.checkpoint, decision=Decision("approved")
        )
    if body.get("via") == "sessions":
        return lambda: Sessions(runtime).stream(graph, inputs)
    return lambda: runtime.stream(graph, inputs, cancellation=scene.begin())


async def _events(opening: Opening) -> list[Event]:
    """The events of a stream; one that raises ends with that error as its status."""
    events: list[Event] = []
    try:
        async with opening() as stream:
            events += [event async for event in stream]
    except WayflowError as error:
        events.append(run_error(error.data()))
    return events


async def _each(events: list[Event]) -> AsyncIterator[Event]:
    for event in events:
        yield event


async def _response(opening: Opening, scene: Scene) -> dict[str, Any]:
    options = scene.case.body.get("response_options", {})
    own = {key.lower(): value for key, value in HEADERS.items()}
    given = {k.lower(): v for k, v in options.get("headers", {}).items()}
    sent = b"".join([encode(event) for event in await _events(opening)])
    body = _normalised(sent, scene.run_ids)
    actual = {
        "http_status": options.get("status", 200),
        "headers": own | given,
        "body": body,
        "body_bytes": len(body.encode()),
        "body_sha256": hashlib.sha256(body.encode()).hexdigest(),
    }
    described = {"body_bytes", "body_sha256"} - scene.case.expect.keys()
    return {key: part for key, part in actual.items() if key not in described}


async def _written(opening: Opening, run_ids: RunIds) -> dict[str, Any]:
    response = _Writable()
    await write_events(_each(await _events(opening)), response)
    return {
        "headers": response.headers,
        "writes": [_normalised(data, run_ids) for data in response.writes],
        "ended": response.ended,
    }


class _Writable:
    """A response that keeps what it was told."""

    def __init__(self) -> None:
        self.headers: list[list[str]] = []
        self.writes: list[bytes] = []
        self.ended = 0

    def set_header(self, name: str, value: str) -> None:
        self.headers.append([name, value])

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def end(self) -> None:
        self.ended += 1


def _normalised(sent: bytes, run_ids: RunIds) -> str:
    text = sent.decode()
    for run_id in _RUN_ID.findall(text):
        run_ids.see(run_id)
    hidden: str = run_ids.hidden(text)
    return _VOLATILE.sub(r'"\1":0', hidden)


def _frames_difference(
    scene: Scene, expected: dict[str, Any], actual: dict[str, Any]
) -> str | None:
    """What differs between the frames, in whatever order the branches interleave.

    What was compared so is taken out of both.
    """
    for key in ("body", "writes"):
        recorded = expected.get(key)
        if not isinstance(recorded, str | list):
            continue
        one, other = _parsed(recorded), _parsed(actual[key])
        found = causal_difference(one, other, key, graph=scene.graph.document)
        if found is not None:
            return found
        for described in (key, "body_bytes", "body_sha256"):
            expected.pop(described, None)
            actual.pop(described, None)
    return None


def _parsed(frames: str | list[str]) -> list[dict[str, Any]]:
    text = frames if isinstance(frames, str) else "".join(frames)
    return [_frame(frame) for frame in text.split("\n\n") if frame]


def _frame(frame: str) -> dict[str, Any]:
    lines = dict(line.split(": ", 1) for line in frame.split("\n"))
    return {"event": lines["event"], "data": json.loads(lines["data"])}
