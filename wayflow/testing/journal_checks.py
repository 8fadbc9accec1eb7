"""The conformance suite of journals: what the engine relies on, check by check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from wayflow.checkpoint import Decision, replay
from wayflow.contracts import Journal
from wayflow.events import Event, Private, node_chunk
from wayflow.outcome import Completed, Paused
from wayflow.runtime import Runtime

from .graphs import make_graph, node_document
from .journal import Record


class JournalBench(Protocol):
    """One run whose journal is checked, and a look at what became durable of it."""

    async def open(self) -> Journal:
        """The run's journal; opened again, as its next owner gets it."""
        ...

    async def durable(self) -> list[Record]:
        """What a reader of the run finds, in the order of its numbers."""
        ...

    async def lose(self) -> None:
        """Let nothing that the opened journal takes become durable any more."""
        ...


JournalCheck = Callable[[JournalBench], Awaitable[None]]


async def what_was_committed_is_kept_in_order(bench: JournalBench) -> None:
    journal = await bench.open()
    private: Private = {"outputs": {"a": 1}, "absent": ["b"], "key": "run:node"}
    journal.append(_note(1))
    journal.append(_note(2), private)
    journal.append(_note(3))
    await journal.commit()
    assert await bench.durable() == [
        Record(1, _note(1)),
        Record(2, _note(2), private),
        Record(3, _note(3)),
    ]


async def what_json_holds_comes_back_as_it_was(bench: JournalBench) -> None:
    journal = await bench.open()
    data: dict[str, Any] = {
        "text": 'é 😀 \u2028 \x00 "\\\n',
        "numbers": [0, -1, 0.5, 1e-7, 1e300, 2**53],
        "nothing": None,
        "nested": [[{"": []}], {}],
    }
    event = Event(event="note", data=data)
    journal.append(event, {"outputs": data})
    await journal.commit()
    assert await bench.durable() == [Record(1, event, {"outputs": data})]


async def numbers_are_dense_over_many_commits(bench: JournalBench) -> None:
    journal = await bench.open()
    for number in range(1, 31):
        journal.append(_note(number))
        if number % 4 == 0:
            await journal.commit()
    await journal.commit()
    records = await bench.durable()
    assert records == [Record(number, _note(number)) for number in range(1, 31)]


async def numbers_go_on_where_an_earlier_owner_stopped(bench: JournalBench) -> None:
    for first in (1, 3):
        journal = await bench.open()
        journal.append(_note(first))
        journal.append(_note(first + 1))
        await journal.commit()
    records = await bench.durable()
    assert records == [Record(number, _note(number)) for number in range(1, 5)]


async def an_event_is_taken_as_it_is(bench: JournalBench) -> None:
    journal = await bench.open()
    value = {"list": [1]}
    journal.append({"event": "note", "data": value}, {"outputs": value})
    value["list"].append(2)
    await journal.commit()
    event = Event(event="note", data={"list": [1]})
    assert await bench.durable() == [Record(1, event, {"outputs": {"list": [1]}})]


async def a_chunk_is_not_stored_and_takes_no_number(bench: JournalBench) -> None:
    journal = await bench.open()
    journal.append(_note(1))
    journal.chunk(node_chunk("n", "a", "a"))
    journal.append(_note(2))
    await journal.commit()
    assert await bench.durable() == [Record(1, _note(1)), Record(2, _note(2))]


async def a_commit_of_nothing_returns(bench: JournalBench) -> None:
    journal = await bench.open()
    await journal.commit()
    journal.append(_note(1))
    await journal.commit()
    await journal.commit()
    assert await bench.durable() == [Record(1, _note(1))]


async def all_who_wait_for_a_commit_go_on(bench: JournalBench) -> None:
    journal = await bench.open()

    async def say(number: int) -> None:
        journal.append(_note(number))
        await journal.commit()
        assert len(await bench.durable()) >= number

    await asyncio.gather(*(say(number) for number in range(1, 11)))
    assert len(await bench.durable()) == 10


async def ready_lets_others_run(bench: JournalBench) -> None:
    journal = await bench.open()
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await journal.ready()
    assert ran.is_set()


async def what_is_lost_is_told_and_nothing_follows_it(bench: JournalBench) -> None:
    journal = await bench.open()
    journal.append(_note(1))
    await journal.commit()
    await bench.lose()
    for number in (2, 3):
        journal.append(_note(number))
        assert await _fails_to_commit(journal)
    assert await bench.durable() == [Record(1, _note(1))]


async def a_run_goes_on_from_its_records(bench: JournalBench) -> None:
    graph = make_graph(
        node_document("in", "input", {"fields": [{"name": "v"}]}, outputs=["v"]),
        node_document("ask", "humanInTheLoop", inputs=["input"], outputs=["approved"]),
        node_document("end", "output", inputs=["v"]),
        wires=["in.v -> ask.input", "ask.approved -> end.v"],
    )
    runtime, inputs = Runtime(), {"v": [1, {"two": None}]}
    paused = await runtime.run(graph, inputs, run_id="r", journal=await bench.open())
    assert isinstance(paused, Paused)
    records = [(record.event, record.private) for record in await bench.durable()]
    checkpoint = replay(graph, "r", inputs, records)
    assert checkpoint.to_json() == paused.checkpoint.to_json()
    assert await runtime.resume(
        graph, checkpoint=checkpoint, decision=Decision("approved")
    ) == Completed(inputs)


JOURNAL_CHECKS: tuple[JournalCheck, ...] = (
    what_was_committed_is_kept_in_order,
    what_json_holds_comes_back_as_it_was,
    numbers_are_dense_over_many_commits,
    numbers_go_on_where_an_earlier_owner_stopped,
    an_event_is_taken_as_it_is,
    a_chunk_is_not_stored_and_takes_no_number,
    a_commit_of_nothing_returns,
    all_who_wait_for_a_commit_go_on,
    ready_lets_others_run,
    what_is_lost_is_told_and_nothing_follows_it,
    a_run_goes_on_from_its_records,
)
"""What every journal must pass, each on a bench of its own."""


def _note(number: int) -> Event:
    return {"event": "note", "data": {"number": number}}


async def _fails_to_commit(journal: Journal) -> bool:
    try:
        await journal.commit()
    except Exception:
        return True
    return False
