"""A stream tells all of a run, once and in order, from the journal and then live."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from pytest_django.fixtures import Settings

from runs import chunks, streaming
from runs.chunks import ChunkStyle
from runs.claims import Claim
from runs.journal import Writer
from runs.live import hub
from runs.models import Run
from runs.run_journal import RunJournal
from runs.settling import settle
from runs.streaming import RunStream, wait_for_outcome
from wayflow.events import Event, node_chunk, node_status, run_running
from wayflow.sse import KEEP_ALIVE
from wayflow.status import NodeStatus, RunStatus

from .frames import frames_in, ids, read_all, read_until
from .scenes import claimed, queued
from .stage import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

COMPLETED = Event(event="run_status", data={"status": "completed", "result": {}})
SUSPENSION = {"runId": "r", "nodeId": "n", "instructions": "", "data": 1}
PAUSED = Event(event="run_status", data={"status": "paused", "suspension": SUSPENSION})


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = Writer()
    writer.start()
    yield writer
    assert writer.stop(PATIENCE)


def journal_of(writer: Writer, claim: Claim) -> RunJournal:
    return RunJournal(
        writer,
        run_id=claim.run_id,
        epoch=claim.epoch,
        last_seq=claim.last_seq,
        failed=lambda: None,
    )


@pytest.fixture
def claim(user: User) -> Claim:
    return claimed(user)


def note(number: int) -> Event:
    return {"event": "note", "data": {"number": number}}


async def tell(told: RunJournal, *events: Event) -> None:
    for event in events:
        told.append(event)
    await told.commit()


async def test_an_ended_run_is_told_from_the_journal(
    claim: Claim, writer: Writer
) -> None:
    await tell(journal_of(writer, claim), run_running("r"), note(1), COMPLETED)
    frames = await read_all(RunStream(claim.run_id))
    assert [(frame.id, frame.event) for frame in frames] == [
        (1, "run_status"),
        (2, "note"),
        (3, "run_status"),
    ]


async def test_a_stream_begins_after_the_event_that_one_has(
    claim: Claim, writer: Writer
) -> None:
    await tell(journal_of(writer, claim), run_running("r"), note(1), COMPLETED)
    assert ids(await read_all(RunStream(claim.run_id, after=2))) == [3]
    assert await read_all(RunStream(claim.run_id, after=3)) == []


async def test_watchers_who_come_at_any_time_see_each_event_once(
    claim: Claim, writer: Writer
) -> None:
    told = journal_of(writer, claim)
    readers = []
    for number in range(100):
        if number % 10 == 0:
            readers.append(asyncio.create_task(read_all(RunStream(claim.run_id))))
        told.append(note(number))
        if number % 7 == 0:
            await told.commit()
        await asyncio.sleep(0)
    await tell(told, COMPLETED)
    for frames in await asyncio.gather(*readers):
        assert ids(frames) == list(range(1, 102))


async def test_a_watcher_that_fell_behind_reads_the_journal_again(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "limit", 3)
    told = journal_of(writer, claim)
    stream = RunStream(claim.run_id)
    await tell(told, run_running("r"))
    seen = await read_until(stream, "run_status")
    for number in range(50):
        await tell(told, note(number))
    await tell(told, COMPLETED)
    assert ids(seen + await read_all(stream)) == list(range(1, 53))


async def test_a_long_journal_is_read_page_by_page(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "ROWS_AT_ONCE", 4)
    told = journal_of(writer, claim)
    for number in range(17):
        await tell(told, note(number))
    await tell(told, COMPLETED)
    assert ids(await read_all(RunStream(claim.run_id))) == list(range(1, 19))


async def test_a_page_holds_only_so_much(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PAGE_BYTES", 2_000)
    told = journal_of(writer, claim)
    # Some rows hold more than a page, and some pages many rows.
    for batch in (30, 1, 1, 50, 1, 1, 1, 1, 2, 40):
        await tell(told, *(note(number) for number in range(batch)))
    await tell(told, COMPLETED)
    sizes = []
    page = streaming._page

    def measured(run_id: UUID, after: int, rows: int) -> object:
        read = page(run_id, after, rows)
        sizes.append(sum(len(record.frame) for record in read.records))
        return read

    monkeypatch.setattr(streaming, "_page", measured)
    assert ids(await read_all(RunStream(claim.run_id))) == list(range(1, 130))
    assert len(sizes) > 2
    assert max(sizes) < 2_100


async def test_a_part_of_a_stream_holds_only_so_much(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PART_BYTES", 500)
    big = Event(event="note", data={"text": "x" * 1_000})
    told = journal_of(writer, claim)
    await tell(told, *(note(number) for number in range(20)), big, note(1), COMPLETED)
    parts = [part async for part in RunStream(claim.run_id)]
    assert [len(part) > 500 for part in parts].count(True) == 1
    assert ids(frames_in(b"".join(parts))) == list(range(1, 24))


async def test_the_deltas_of_a_watcher_from_the_start_are_the_text(
    claim: Claim, writer: Writer
) -> None:
    told = journal_of(writer, claim)
    streams = [RunStream(claim.run_id, chunks=style) for style in ChunkStyle]
    readers = [asyncio.create_task(read_all(stream)) for stream in streams]
    await tell(told, run_running("r"), node_status("n", NodeStatus.RUNNING))
    text = ""
    for number in range(500):
        delta = f"{number} "
        text += delta
        told.chunk(node_chunk("n", delta, text))
        if number % 50 == 0:
            await tell(told, note(number))
    await tell(told, node_status("n", NodeStatus.COMPLETE), COMPLETED)
    by_style = dict(zip(ChunkStyle, await asyncio.gather(*readers), strict=True))
    for frames in by_style.values():
        said = [frame.data for frame in frames if frame.event == "node_chunk"]
        assert "".join(chunk["delta"] for chunk in said) == text
        assert 1 < len(said) < 20
        assert ids(frames) == list(range(1, 15))
        names = [frame.event for frame in frames]
        # All of it was said before the node was over.
        assert names[-3:] == ["node_chunk", "node_status", "run_status"]
    whole = [f.data for f in by_style[ChunkStyle.CONTENT] if f.event == "node_chunk"]
    assert whole[-1]["content"] == text
    parts = [f.data for f in by_style[ChunkStyle.DELTA] if f.event == "node_chunk"]
    assert all(chunk.keys() == {"nodeId", "delta"} for chunk in parts)


async def test_a_text_that_was_over_before_the_first_look_is_told_all_the_same(
    claim: Claim, writer: Writer
) -> None:
    told = journal_of(writer, claim)
    stream = RunStream(claim.run_id, chunks=ChunkStyle.DELTA)
    await tell(told, run_running("r"), node_status("n", NodeStatus.RUNNING))
    told.chunk(node_chunk("n", "so ", "so "))
    told.chunk(node_chunk("n", "soon", "so soon"))
    await tell(told, node_status("n", NodeStatus.COMPLETE), COMPLETED)
    frames = await read_all(stream)
    assert [f.data["delta"] for f in frames if f.event == "node_chunk"] == ["so soon"]


async def test_a_slow_reader_gets_the_newest_chunk_alone(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "PACE_SECONDS", 0.0)
    told = journal_of(writer, claim)
    stream = RunStream(claim.run_id)
    await tell(told, node_status("n", NodeStatus.RUNNING))
    await read_until(stream, "node_status")
    text = ""
    for _ in range(50):
        text += "x"
        told.chunk(node_chunk("n", "x", text))
        await asyncio.sleep(0)
    (chunk,) = await read_until(stream, "node_chunk")
    assert chunk.data == {"nodeId": "n", "delta": text, "content": text}
    stream.close()


async def test_a_run_that_is_deleted_meanwhile_ends_its_streams_with_a_word(
    claim: Claim, writer: Writer
) -> None:
    await tell(journal_of(writer, claim), run_running("r"))
    stream = RunStream(claim.run_id)
    await sync_to_async(Run.objects.filter(pk=claim.run_id).delete)()
    (last,) = await read_all(stream)
    assert last.data["error"]["code"] == "WF_RUN_GONE"


async def test_what_a_gap_hides_is_read_from_the_journal(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = journal_of(writer, claim)
    await tell(told, run_running("r"))
    stream = RunStream(claim.run_id)
    seen = await read_until(stream, "run_status")
    with monkeypatch.context() as deaf:
        deaf.setattr(hub, "publish", lambda run_id, records: None)
        await tell(told, note(1))
    await tell(told, COMPLETED)
    assert ids(seen + await read_all(stream)) == [1, 2, 3]


async def test_a_chunk_waits_for_its_event_and_is_dropped_once_its_node_settled(
    claim: Claim, writer: Writer
) -> None:
    told = journal_of(writer, claim)
    stream = RunStream(claim.run_id)
    await tell(told, run_running("r"))
    await read_until(stream, "run_status")
    hub.chunk(claim.run_id, 2, node_chunk("n", "in ", "in "))
    await tell(told, node_status("n", NodeStatus.RUNNING))
    seen = await read_until(stream, "node_chunk")
    assert [frame.event for frame in seen] == ["node_status", "node_chunk"]
    assert seen[1].id is None
    await tell(told, node_status("n", NodeStatus.COMPLETE))
    hub.chunk(claim.run_id, 2, node_chunk("n", "time", "in time"))
    await tell(told, COMPLETED)
    rest = await read_all(stream)
    assert [frame.event for frame in rest] == ["node_status", "run_status"]


@pytest.mark.parametrize("outcome", [COMPLETED, PAUSED])
async def test_a_run_that_ends_while_it_is_read_ends_the_stream(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch, outcome: Event
) -> None:
    page = streaming._page

    def older(run_id: UUID, after: int, rows: int) -> object:
        read = page(run_id, after, rows)
        return read._replace(status=RunStatus.RUNNING, last_seq=0)

    monkeypatch.setattr(streaming, "_page", older)
    await tell(journal_of(writer, claim), run_running("r"), outcome)
    assert ids(await read_all(RunStream(claim.run_id))) == [1, 2]


async def test_a_stream_ends_at_a_pause(claim: Claim, writer: Writer) -> None:
    await tell(journal_of(writer, claim), run_running("r"), PAUSED)
    frames = await read_all(RunStream(claim.run_id))
    assert frames[-1].data["status"] == "paused"


async def test_a_stream_goes_on_after_a_pause_that_was_answered(
    claim: Claim, writer: Writer
) -> None:
    await tell(journal_of(writer, claim), run_running("r"), PAUSED)
    await sync_to_async(Run.objects.move)(claim.run_id, RunStatus.QUEUED)
    stream = RunStream(claim.run_id)
    seen = await read_until(stream, "run_status")
    hub.chunk(claim.run_id, 2, node_chunk("m", "a", "a"))
    seen += await read_until(stream, "node_chunk")
    await sync_to_async(settle)(
        Run.objects.all(), claim.run_id, RunStatus.CANCELLED, result={}
    )
    seen += await read_all(stream)
    assert ids(seen) == [1, 2, 3]


async def test_a_stream_through_pauses_ends_with_the_run(
    claim: Claim, writer: Writer
) -> None:
    await tell(journal_of(writer, claim), run_running("r"), PAUSED)
    stream = RunStream(claim.run_id, through_pauses=True)
    seen = await read_until(stream, "run_status")
    await sync_to_async(settle)(
        Run.objects.all(), claim.run_id, RunStatus.CANCELLED, result={}
    )
    assert ids(seen + await read_all(stream)) == [1, 2, 3]


async def test_silence_is_filled_with_comments(
    claim: Claim, writer: Writer, settings: Settings
) -> None:
    limits = {**settings.WAYFLOW, "KEEP_ALIVE_SECONDS": 0.01}
    settings.WAYFLOW = limits
    told = journal_of(writer, claim)
    await tell(told, run_running("r"))
    stream = RunStream(claim.run_id)
    parts = [await anext(stream), await anext(stream), await anext(stream)]
    assert parts[1:] == [KEEP_ALIVE, KEEP_ALIVE]
    stream.close()


async def test_a_run_that_another_process_ended_is_noticed_in_silence(
    claim: Claim,
    writer: Writer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = {**settings.WAYFLOW, "KEEP_ALIVE_SECONDS": 0.05}
    settings.WAYFLOW = limits
    stream = RunStream(claim.run_id)
    reading = asyncio.create_task(read_all(stream))
    monkeypatch.setattr(hub, "publish", lambda run_id, records: None)
    await tell(journal_of(writer, claim), run_running("r"), COMPLETED)
    assert ids(await reading) == [1, 2]


async def test_a_stream_that_waits_holds_no_connection(
    claim: Claim, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    still_open: list[bool] = []
    page = streaming._page

    def watched(run_id: UUID, after: int, rows: int) -> object:
        try:
            return page(run_id, after, rows)
        finally:
            still_open.append(connections["default"].connection is not None)

    monkeypatch.setattr(streaming, "_page", watched)
    await tell(journal_of(writer, claim), run_running("r"))
    stream = RunStream(claim.run_id)
    await read_until(stream, "run_status")
    stream.close()
    assert still_open == [False]


async def test_waiting_for_an_outcome_ends_with_the_time(user: User) -> None:
    run = await sync_to_async(queued)(user)
    await wait_for_outcome(run.pk, seconds=0.01)
    assert len(hub) == 0


def test_frames_are_read_as_a_client_reads_them() -> None:
    body = b": hi\n\nretry: 1\n\nid: 7\nevent: note\ndata: {}\n\n"
    assert [(frame.id, frame.event) for frame in frames_in(body)] == [(7, "note")]
