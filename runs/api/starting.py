"""Running a saved workflow over REST, in three ways of waiting."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.urls import reverse

from access.answers import payload_of
from access.endpoint import Answer, Call, endpoint
from access.errors import ApiError
from runs import services
from runs.chunks import ChunkStyle
from runs.client_stream import respond
from runs.models import Run, Trigger
from runs.services import Idempotency
from runs.streaming import RunStream, wait_for_outcome
from wayflow.errors import WayflowError
from wayflow.jsontext import json_bytes
from wayflow.status import RunStatus
from workflows.services import WorkflowNotFound

from .answers import json_answer
from .reading import (
    FieldRefused,
    chunk_style,
    preference_of,
    refuse_unknown,
    uuid_or_none,
    version_number,
    wants_events,
)

LONGEST_KEY = 255


@endpoint(methods=("POST",))
def start(call: Call, workflow_id: str) -> Answer:
    """Run a workflow; the caller's ``Accept`` and ``Prefer`` say how it waits."""
    refuse_unknown(call.body, ("inputs", "version"))
    chunks = chunk_style(call.request)
    known = uuid_or_none(workflow_id)
    if known is None:
        raise WorkflowNotFound
    run_id = uuid4()
    stream = RunStream(run_id, chunks=chunks, new_on=call.loop)
    try:
        run = _started(call, known, run_id)
    except BaseException:
        stream.close()
        raise
    if wants_events(call.request) and run.pk == run_id:
        return _streamed(call, run_id, stream)
    stream.close()
    if wants_events(call.request):
        return _followed(call, run.pk, chunks)
    preference = preference_of(call.request)
    if preference.respond_async and preference.seconds is None:
        return accepted(run, "respond-async")
    return _awaited(run.pk, preference.seconds)


def _started(call: Call, workflow_id: UUID, run_id: UUID) -> Run:
    return services.start_workflow(
        run_id=run_id,
        workflow_id=workflow_id,
        number=version_number(call.body.get("version")),
        inputs=call.body.get("inputs"),
        by=call.user,
        trigger=Trigger.API,
        token=call.token,
        idempotency=_idempotency(call, workflow_id),
    )


def _idempotency(call: Call, workflow_id: UUID) -> Idempotency | None:
    key = call.request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        problem = f"must have 1 to {LONGEST_KEY} characters"
        raise FieldRefused("Idempotency-Key", problem)
    request = json_bytes([str(workflow_id), call.body])
    return Idempotency(key=key, digest=sha256(request).hexdigest())


async def _followed(call: Call, run_id: UUID, chunks: ChunkStyle) -> HttpResponseBase:
    return await _streamed(call, run_id, RunStream(run_id, chunks=chunks))


async def _streamed(call: Call, run_id: UUID, stream: RunStream) -> HttpResponseBase:
    response = respond(call.request, stream)
    response["X-Run-Id"] = str(run_id)
    return response


async def _awaited(run_id: UUID, seconds: float | None) -> HttpResponseBase:
    longest: float = settings.WAYFLOW["WAIT_SECONDS"]
    await wait_for_outcome(run_id, seconds=longest if seconds is None else seconds)
    return await asyncio.to_thread(_outcome, run_id)


def _outcome(run_id: UUID) -> HttpResponseBase:
    try:
        run = Run.objects.get(pk=run_id)
        shown: dict[str, Any] = {"runId": str(run.pk), "status": run.status}
        match RunStatus(run.status):
            case RunStatus.COMPLETED | RunStatus.CANCELLED:
                return json_answer({**shown, "result": run.result})
            case RunStatus.PAUSED:
                return json_answer(
                    {**shown, "suspension": run.reviews.latest("opened_seq").wire()}
                )
            case RunStatus.ERROR:
                error = ApiError.of(WayflowError.of(run.error), 422)
                said = {**payload_of(error), **shown}
                return json_answer(said, status=422)
        return accepted(run)
    finally:
        connection.close()


def accepted(run: Run, applied: str | None = None) -> HttpResponseBase:
    shown = {"runId": str(run.pk), "status": run.status}
    response = json_answer(shown, status=202)
    response["Location"] = reverse("run-detail", args=[run.pk])
    if applied is not None:
        response["Preference-Applied"] = applied
    return response
