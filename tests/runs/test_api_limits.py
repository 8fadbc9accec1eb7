"""The limits of runs as callers of the API meet them."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from runs.host import EngineHost

from .calling import Caller, code_of
from .frames import frames_in
from .scenes import chain, gated, queued
from .stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


async def test_every_depth_of_inputs_is_answered_in_a_code(
    host: EngineHost, caller: Caller
) -> None:
    for depth in (100, 198, 199, 253, 255, 1_020, 1_030, 100_000):
        value = b"[" * depth + b"]" * depth
        graph = b'{"nodes":{},"edges":{}}'
        body = b'{"graph":%b,"inputs":{"v":%b}}' % (graph, value)
        status, code = await code_of(await caller.post("/api/run", body))
        assert (status, code.startswith("WF_")) == (400, True), depth


async def test_a_stream_of_a_run_that_waits_waits_with_it(
    host: EngineHost, caller: Caller, stage: Stage, settings: Settings
) -> None:
    settings.WAYFLOW = {
        **settings.WAYFLOW,
        "RUNS_PER_USER": 1,
        "KEEP_ALIVE_SECONDS": 0.05,
    }
    first = await caller.post("/api/run", {"graph": gated("one")})
    second = await caller.post("/api/run", {"graph": gated("two")})
    stage.gate("two").open()
    heard = b""
    while heard.count(b": keep-alive") < 3:
        heard += await second.part()
    assert frames_in(heard) == []
    stage.gate("one").open()
    assert (await first.frames())[-1].data["status"] == "completed"
    assert (await second.frames())[-1].data["status"] == "completed"


async def test_a_caller_is_told_when_to_try_again(
    host: EngineHost, caller: Caller, settings: Settings
) -> None:
    settings.WAYFLOW = {**settings.WAYFLOW, "QUEUE_PER_USER": 1}
    owner = await sync_to_async(User.objects.get)()
    await sync_to_async(queued)(owner)
    refusal = await caller.post("/api/run", {"graph": chain()})
    assert await code_of(refusal) == (429, "WF_QUEUE_FULL")
    assert int(refusal.headers["retry-after"]) > 0
