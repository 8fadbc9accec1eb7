"""The hub hands on what was written; a slow watcher costs no more than its share."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from runs import chunks
from runs.chunks import ChunkStyle
from runs.live import Hub, Subscription
from runs.records import Record, record
from wayflow.events import Event, node_chunk, node_status
from wayflow.status import NodeStatus

from .frames import frames_in
from .stage import PATIENCE

BOTH, DELTA = ChunkStyle.CONTENT, ChunkStyle.DELTA


@pytest.fixture
def run_id() -> UUID:
    return uuid4()


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second chunk is shown by itself."""
    monkeypatch.setattr(chunks, "PACE_SECONDS", 3600.0)


def records(first: int, last: int, size: int = 0) -> list[Record]:
    return [
        record(seq, Event(event="note", data={"seq": seq, "text": "x" * size}))
        for seq in range(first, last + 1)
    ]


def completed(seq: int, node_id: str = "n") -> list[Record]:
    return [record(seq, node_status(node_id, NodeStatus.COMPLETE))]


def seqs(taken: Iterable[Record]) -> list[int]:
    return [record.seq for record in taken]


def say(hub: Hub, run_id: UUID, after: int, *words: str, before: str = "") -> str:
    """Have node ``n`` say so many words; all it said by then."""
    for word in words:
        before += word
        hub.chunk(run_id, after, node_chunk("n", word, before))
    return before


def shown(parts: Iterable[bytes | None]) -> list[Any]:
    """The data of chunks."""
    return [frame.data for part in parts if part for frame in frames_in(part)]


async def heard(watcher: Subscription, sent: int, style: ChunkStyle = BOTH) -> Any:
    """The chunks that a watcher gets who has the events up to ``sent``."""
    await asyncio.wait_for(watcher.wait(), PATIENCE)
    watcher.take(sent)
    return shown(watcher.chunks(sent, style))


# --- records ---


async def test_a_watcher_gets_what_is_published_in_another_thread(run_id: UUID) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    threading.Thread(target=hub.publish, args=(run_id, records(1, 3))).start()
    await asyncio.wait_for(watcher.wait(), PATIENCE)
    taken, missed = watcher.take(0)
    assert (seqs(taken), missed) == ([1, 2, 3], False)


async def test_a_watcher_gets_nothing_of_other_runs(run_id: UUID) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    hub.publish(uuid4(), records(1, 1))
    hub.publish(run_id, records(2, 2))
    assert seqs(watcher.take(0)[0]) == [2]


async def test_each_of_many_watchers_gets_everything_once(run_id: UUID) -> None:
    hub = Hub()
    watchers = [hub.subscribe(run_id) for _ in range(3)]
    got: list[list[int]] = [[], [], []]
    for seq in range(1, 30):
        hub.publish(run_id, records(seq, seq))
        for number, watcher in enumerate(watchers):
            if seq % (number + 1) == 0:
                got[number] += seqs(watcher.take(0)[0])
    for number, watcher in enumerate(watchers):
        taken, missed = watcher.take(0)
        assert got[number] + seqs(taken) == list(range(1, 30))
        assert not missed


@pytest.mark.parametrize("limits", [{"limit": 10}, {"limit_bytes": 2_000}])
async def test_a_watcher_that_does_not_read_is_told_that_something_is_missing(
    run_id: UUID, limits: dict[str, int]
) -> None:
    hub = Hub(**limits)
    watcher = hub.subscribe(run_id)
    for start in range(1, 101, 5):
        hub.publish(run_id, records(start, start + 4, size=100))
    taken, missed = watcher.take(0)
    assert missed
    assert seqs(taken) == list(range(101 - len(taken), 101))
    assert 0 < len(taken) <= 10 or sum(len(r.frame) for r in taken) <= 2_000
    assert watcher.take(100) == ([], False)


async def test_what_is_kept_for_those_who_do_not_read_is_little(run_id: UUID) -> None:
    hub = Hub()
    stalled = hub.subscribe(run_id)
    (tail,) = hub._tails[run_id]
    for size in (0, 1_000, 100_000):
        for seq in range(1, 2_000, 100):
            hub.publish(run_id, records(seq, seq + 99, size))
        assert len(tail._records) <= 1_000
        assert sum(len(record.frame) for record in tail._records) < 300_000
    assert stalled.take(0)[1]


async def test_a_watcher_that_reads_loses_nothing_to_one_that_does_not(
    run_id: UUID,
) -> None:
    hub = Hub(limit=10)
    stalled, watcher = hub.subscribe(run_id), hub.subscribe(run_id)
    for seq in range(1, 101):
        hub.publish(run_id, records(seq, seq))
        assert seqs(watcher.take(seq - 1)[0]) == [seq]
    assert stalled.take(0)[1]


async def test_what_everybody_has_is_not_kept(run_id: UUID) -> None:
    hub = Hub()
    watchers = [hub.subscribe(run_id) for _ in range(3)]
    (tail,) = hub._tails[run_id]
    for seq in range(1, 10):
        hub.publish(run_id, records(seq, seq))
        for watcher in watchers:
            watcher.take(seq - 1)
        assert tail._records == []


async def test_a_watcher_that_left_gets_nothing(run_id: UUID) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    watcher.close()
    hub.publish(run_id, records(1, 1))
    assert watcher.take(0) == ([], False)
    assert len(hub) == 0


async def test_a_run_that_nobody_watches_any_more_leaves_nothing(run_id: UUID) -> None:
    hub = Hub()
    watchers = [hub.subscribe(run_id) for _ in range(3)]
    tail = weakref.ref(hub._tails[run_id][0])
    for watcher in watchers:
        watcher.close()
    del watchers, watcher
    gc.collect()
    assert tail() is None


def test_a_watcher_whose_loop_is_gone_stops_nobody(run_id: UUID) -> None:
    hub = Hub()

    async def watch() -> None:
        hub.subscribe(run_id)

    asyncio.run(watch())
    hub.publish(run_id, records(1, 1))
    asyncio.run(watch())
    say(hub, run_id, 0, "a")
    assert len(hub) == 0


def test_watchers_on_different_loops_get_the_same(run_id: UUID) -> None:
    hub = Hub()

    async def watch() -> list[int]:
        watcher = hub.subscribe(run_id)
        ready.wait(PATIENCE)
        await asyncio.wait_for(watcher.wait(), PATIENCE)
        return seqs(watcher.take(0)[0])

    ready = threading.Barrier(3)
    got: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda: got.append(asyncio.run(watch())))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    ready.wait(PATIENCE)
    hub.publish(run_id, records(1, 2))
    for thread in threads:
        thread.join(PATIENCE)
    assert got == [[1, 2], [1, 2]]


# --- texts ---


async def test_the_first_chunk_comes_at_once(run_id: UUID, pace: None) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    hub.publish(run_id, records(1, 3))
    say(hub, run_id, 3, "a")
    assert await heard(watcher, 3) == [{"nodeId": "n", "delta": "a", "content": "a"}]


async def test_chunks_that_come_faster_than_the_pace_become_one(run_id: UUID) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    hub.publish(run_id, records(1, 3))
    text = say(hub, run_id, 3, "0 ")
    assert len(await heard(watcher, 3)) == 1
    began = asyncio.get_running_loop().time()
    text = say(hub, run_id, 3, *(f"{n} " for n in range(1, 100)), before=text)
    (chunk,) = await heard(watcher, 3)
    assert chunk == {"nodeId": "n", "delta": text[2:], "content": text}
    assert asyncio.get_running_loop().time() - began > 0.5 * chunks.PACE_SECONDS


async def test_of_a_text_that_never_stops_a_chunk_comes_every_50_ms(
    run_id: UUID,
) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    loop = asyncio.get_running_loop()
    began, text, got = loop.time(), "", []
    while loop.time() - began < 0.3:
        text = say(hub, run_id, 0, "x", before=text)
        await asyncio.sleep(0)
        if watcher.news.is_set():
            got += await heard(watcher, 0, DELTA)
    assert 2 <= len(got) <= 7
    assert text.startswith("".join(chunk["delta"] for chunk in got))


async def test_nodes_keep_their_own_pace(run_id: UUID, pace: None) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    say(hub, run_id, 0, "a")
    assert len(await heard(watcher, 0)) == 1
    hub.chunk(run_id, 0, node_chunk("m", "b", "b"))
    assert await heard(watcher, 0) == [{"nodeId": "m", "delta": "b", "content": "b"}]


async def test_a_chunk_is_held_until_its_event_is_there(
    run_id: UUID, pace: None
) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    hub.publish(run_id, records(1, 3))
    say(hub, run_id, 4, "a")
    assert await heard(watcher, 3) == []
    hub.publish(run_id, records(4, 4))
    assert len(await heard(watcher, 4)) == 1


async def test_what_was_held_is_shown_though_nothing_more_is_said(
    run_id: UUID,
) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    hub.publish(run_id, records(1, 1))
    text = say(hub, run_id, 1, "a")
    say(hub, run_id, 2, "b", before=text)
    assert [chunk["delta"] for chunk in await heard(watcher, 1)] == ["a"]
    hub.publish(run_id, records(2, 2))
    assert await heard(watcher, 2) == []
    assert [chunk["delta"] for chunk in await heard(watcher, 2)] == ["b"]


async def test_an_end_that_was_before_a_text_does_not_end_it(
    run_id: UUID, pace: None
) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    hub.publish(run_id, records(1, 5))
    say(hub, run_id, 5, "again")
    await asyncio.wait_for(watcher.wait(), PATIENCE)
    watcher.take(0)
    # As one does who replays the journal: the node had been waiting for somebody.
    assert watcher.last_chunk("n", 3, DELTA) is None
    assert shown(watcher.chunks(5, DELTA)) == [{"nodeId": "n", "delta": "again"}]


async def test_who_has_the_end_of_a_node_gets_nothing_more_of_its_text(
    run_id: UUID, pace: None
) -> None:
    hub = Hub()
    stalled, watcher = hub.subscribe(run_id), hub.subscribe(run_id)
    say(hub, run_id, 0, "a")
    await asyncio.wait_for(stalled.wait(), PATIENCE)
    hub.publish(run_id, completed(1))
    # It read the end from the journal.
    watcher.take(1)
    assert shown(watcher.chunks(1, DELTA)) == []
    stalled.take(0)
    assert shown(stalled.chunks(0, DELTA)) == [{"nodeId": "n", "delta": "a"}]


async def test_events_that_never_stop_do_not_hold_a_text_back(
    run_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "PACE_SECONDS", 0.0)
    hub = Hub()
    watcher = hub.subscribe(run_id)
    text, got = "", []
    for seq in range(1, 50):
        # The newest chunk always comes after an event that is not durable yet.
        text = say(hub, run_id, seq + 1, "x", before=text)
        hub.publish(run_id, records(seq, seq))
        got += await heard(watcher, seq, DELTA)
    assert len(got) > 20


async def test_the_rest_of_a_text_comes_with_the_end_of_its_node(
    run_id: UUID, pace: None
) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    say(hub, run_id, 0, "a", "b")
    await heard(watcher, 0, DELTA)
    say(hub, run_id, 0, "c", "d", before="ab")
    hub.publish(run_id, completed(1))
    watcher.take(0)
    assert shown(watcher.chunks(0, DELTA)) == []
    last = watcher.last_chunk("n", 1, DELTA)
    assert shown([last]) == [{"nodeId": "n", "delta": "cd"}]
    assert watcher.last_chunk("n", 1, DELTA) is None


async def test_a_chunk_that_comes_after_the_end_of_its_node_is_dropped(
    run_id: UUID, pace: None
) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    hub.publish(run_id, completed(3))
    say(hub, run_id, 2, "late")
    assert await heard(watcher, 3) == []
    assert watcher.last_chunk("n", 4, BOTH) is None


async def test_a_late_watcher_gets_the_whole_text_first(
    run_id: UUID, pace: None
) -> None:
    hub = Hub()
    early = hub.subscribe(run_id)
    say(hub, run_id, 0, "one ", "two ")
    await heard(early, 0)
    late = hub.subscribe(run_id)
    late.take(0)
    assert shown(late.chunks(0, DELTA)) == [{"nodeId": "n", "delta": "one two "}]


async def test_a_first_watcher_who_comes_late_gets_the_whole_text_too(
    run_id: UUID, pace: None
) -> None:
    hub = Hub()
    text = say(hub, run_id, 0, "one ", "two ")
    watcher = hub.subscribe(run_id)
    say(hub, run_id, 0, "three", before=text)
    assert await heard(watcher, 0, DELTA) == [{"nodeId": "n", "delta": "one two three"}]


async def test_another_attempt_begins_its_text_anew(run_id: UUID, pace: None) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    say(hub, run_id, 0, "first")
    await heard(watcher, 0)
    hub.publish(run_id, records(1, 1))
    say(hub, run_id, 1, "second")
    assert await heard(watcher, 1, DELTA) == [{"nodeId": "n", "delta": "second"}]


async def test_watchers_in_step_share_the_bytes(run_id: UUID, pace: None) -> None:
    hub = Hub()
    one, other = hub.subscribe(run_id), hub.subscribe(run_id)
    say(hub, run_id, 0, "a")
    for watcher in (one, other):
        await asyncio.wait_for(watcher.wait(), PATIENCE)
        watcher.take(0)
    (first,), (second,) = (watcher.chunks(0, BOTH) for watcher in (one, other))
    assert first is second


async def test_texts_that_nobody_reads_are_forgotten(run_id: UUID, pace: None) -> None:
    hub = Hub(limit_bytes=5_000)
    stalled = hub.subscribe(run_id)
    for seq in range(1, 101):
        say(hub, run_id, seq - 1, "x" * 1_000)
        hub.publish(run_id, completed(seq))
    (tail,) = hub._tails[run_id]
    assert sum(len(text.content) for text in tail._ended) <= 5_000
    stalled.take(0)
    assert shown([stalled.last_chunk("n", 100, DELTA)]) == [
        {"nodeId": "n", "delta": "x" * 1_000}
    ]


async def test_what_has_no_text_is_no_chunk(run_id: UUID) -> None:
    hub = Hub()
    watcher = hub.subscribe(run_id)
    for data in ({}, {"nodeId": "n"}, {"nodeId": 1, "content": "a"}, {"content": 1}):
        hub.chunk(run_id, 0, Event(event="node_chunk", data=data))
    hub.publish(run_id, records(1, 1))
    assert await heard(watcher, 1) == []


async def test_bytes_of_deltas_grow_with_the_text_and_not_with_its_square(
    run_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "PACE_SECONDS", 0.0)
    hub = Hub()
    watcher = hub.subscribe(run_id)
    text, size = "", 0
    for number in range(200):
        text = say(hub, run_id, 0, f"{number:10}", before=text)
        await asyncio.wait_for(watcher.wait(), PATIENCE)
        watcher.take(0)
        (frame,) = watcher.chunks(0, DELTA)
        data = orjson.loads(frame.partition(b"data: ")[2])
        assert data == {"nodeId": "n", "delta": f"{number:10}"}
        size += len(frame)
    assert size < 8 * len(text)
