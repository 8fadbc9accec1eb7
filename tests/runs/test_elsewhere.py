"""What another process writes is soon seen by who watches here."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from runs.host import EngineHost
from runs.journal import Writer
from runs.live import hub
from runs.models import Run
from runs.run_journal import RunJournal
from runs.settling import settle
from runs.streaming import RunStream
from wayflow.events import run_running
from wayflow.status import RunStatus

from .frames import ids, read_all, read_until
from .scenes import claimed
from .stage import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_watcher_hears_of_what_is_written_elsewhere(
    host: EngineHost, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.host.BEAT_SECONDS", 0.01)
    claim = await sync_to_async(claimed)(user, host="another")
    await _written(claim.run_id, claim.epoch)
    stream = RunStream(claim.run_id)
    seen = await read_until(stream, "run_status")
    # Another process's watchers are not told by this one's hub.
    monkeypatch.setattr(hub, "publish", lambda *args: None)
    await sync_to_async(settle)(
        Run.objects.all(), claim.run_id, RunStatus.CANCELLED, result={}
    )
    async with asyncio.timeout(PATIENCE / 4):
        seen += await read_all(stream)
    assert ids(seen) == [1, 2]
    assert seen[-1].data["status"] == "cancelled"


async def test_nobody_is_woken_for_what_is_known(user: User) -> None:
    claim = await sync_to_async(claimed)(user)
    await _written(claim.run_id, claim.epoch)
    stream = RunStream(claim.run_id)
    await read_until(stream, "run_status")
    hub.hint(claim.run_id, 1)
    await asyncio.sleep(0)
    assert not stream._subscription.news.is_set()
    stream.close()


async def _written(run_id: Any, epoch: int) -> None:
    """The first event of a run that this process does not drive."""
    writer = Writer()
    writer.start()
    journal = RunJournal(
        writer, run_id=run_id, epoch=epoch, last_seq=0, failed=lambda: None
    )
    journal.append(run_running(str(run_id)))
    await journal.commit()
    assert await asyncio.to_thread(writer.stop, PATIENCE)
