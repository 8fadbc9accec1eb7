"""The hub hands on what was written; a slow watcher costs no more than its share."""

from __future__ import annotations

import asyncio
import threading
from uuid import uuid4

from runs.live import Chunk, Hub
from runs.records import Record, record
from wayflow.events import Event, node_chunk

from .stage import PATIENCE


def records(first: int, last: int) -> list[Record]:
    return [
        record(seq, Event(event="note", data={"seq": seq}))
        for seq in range(first, last + 1)
    ]


def seqs(items: list[Record | Chunk]) -> list[int]:
    return [item.seq for item in items if isinstance(item, Record)]


async def test_a_watcher_gets_what_is_published_in_another_thread() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id)
    threading.Thread(target=hub.publish, args=(run_id, records(1, 3))).start()
    await asyncio.wait_for(watcher.wait(), PATIENCE)
    items, behind = watcher.take()
    assert (seqs(items), behind) == ([1, 2, 3], False)


async def test_a_watcher_gets_nothing_of_other_runs() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id)
    hub.publish(uuid4(), records(1, 1))
    hub.publish(run_id, records(2, 2))
    assert seqs(watcher.take()[0]) == [2]


async def test_a_watcher_that_does_not_read_is_told_that_it_fell_behind() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id, limit=10)
    for start in range(1, 101, 5):
        hub.publish(run_id, records(start, start + 4))
    items, behind = watcher.take()
    assert behind
    assert len(items) <= 10
    assert watcher.take() == ([], False)


async def test_unread_chunks_of_a_node_become_one() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id, limit=10)
    text = ""
    for number in range(100):
        text += f"{number} "
        hub.chunk(run_id, 3, node_chunk("n", f"{number} ", text))
    (chunk,), behind = watcher.take()
    assert isinstance(chunk, Chunk)
    assert not behind
    assert chunk.event == node_chunk("n", text, text)


async def test_chunks_after_different_events_stay_apart() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id)
    hub.chunk(run_id, 3, node_chunk("n", "a", "a"))
    hub.chunk(run_id, 4, node_chunk("n", "b", "ab"))
    items, _ = watcher.take()
    assert [item.after for item in items if isinstance(item, Chunk)] == [3, 4]


async def test_a_watcher_that_left_gets_nothing() -> None:
    hub, run_id = Hub(), uuid4()
    watcher = hub.subscribe(run_id)
    watcher.close()
    hub.publish(run_id, records(1, 1))
    assert watcher.take() == ([], False)


def test_a_watcher_whose_loop_is_gone_stops_nobody() -> None:
    hub, run_id = Hub(), uuid4()

    async def watch() -> None:
        hub.subscribe(run_id)

    asyncio.run(watch())
    hub.publish(run_id, records(1, 1))
    hub.chunk(run_id, 1, node_chunk("n", "a", "a"))
