"""The journal in memory keeps what every journal must, and obeys its test."""

from __future__ import annotations

import asyncio

import pytest

from wayflow.events import Event, Private
from wayflow.testing import JOURNAL_CHECKS, InMemoryJournal, Record
from wayflow.testing.journal_checks import JournalCheck


class Bench:
    """A journal in memory: its next owner gets the very same."""

    def __init__(self, journal: InMemoryJournal) -> None:
        self.journal = journal

    async def open(self) -> InMemoryJournal:
        return self.journal

    async def durable(self) -> list[Record]:
        return self.journal.durable

    async def lose(self) -> None:
        self.journal.fail(OSError("full"))


def name_of(check: JournalCheck) -> str:
    return getattr(check, "__name__", "")


@pytest.mark.parametrize("check", JOURNAL_CHECKS, ids=name_of)
async def test_the_journal_in_memory_is_a_journal(check: JournalCheck) -> None:
    await check(Bench(InMemoryJournal()))


class Forgetful(InMemoryJournal):
    """Its commit makes nothing durable."""

    async def commit(self) -> None:
        pass


class Silent(InMemoryJournal):
    """Its commit never says that something was lost."""

    async def commit(self) -> None:
        try:
            await super().commit()
        except OSError:
            return


class Referring(InMemoryJournal):
    """It keeps the caller's own objects."""

    def append(self, event: Event, private: Private | None = None) -> None:
        self.appended.append(Record(len(self.appended) + 1, event, private))


class Hoarding(InMemoryJournal):
    """It stores chunks."""

    def chunk(self, event: Event) -> None:
        self.append(event)


class Sparse(InMemoryJournal):
    """Its numbers have gaps."""

    def append(self, event: Event, private: Private | None = None) -> None:
        self.appended.append(Record(2 * len(self.appended) + 1, event, private))


class Public(InMemoryJournal):
    """It drops the private parts."""

    def append(self, event: Event, private: Private | None = None) -> None:
        super().append(event)


class Busy(InMemoryJournal):
    """It lets nobody run."""

    async def ready(self) -> None:
        pass


@pytest.mark.parametrize(
    ("faulty", "check"),
    [
        (Forgetful, "what_was_committed_is_kept_in_order"),
        (Silent, "what_is_lost_is_told_and_nothing_follows_it"),
        (Referring, "an_event_is_taken_as_it_is"),
        (Hoarding, "a_chunk_is_not_stored_and_takes_no_number"),
        (Sparse, "numbers_are_dense_over_many_commits"),
        (Public, "a_run_goes_on_from_its_records"),
        (Busy, "ready_lets_others_run"),
    ],
)
async def test_a_faulty_journal_is_found_out(
    faulty: type[InMemoryJournal], check: str
) -> None:
    (chosen,) = (c for c in JOURNAL_CHECKS if name_of(c) == check)
    with pytest.raises(AssertionError):
        await chosen(Bench(faulty()))


async def test_a_held_commit_makes_nothing_durable_until_released() -> None:
    journal = InMemoryJournal()
    journal.hold()
    journal.append({"event": "note", "data": {}})
    commit = asyncio.create_task(journal.commit())
    await journal.awaited.wait()
    journal.append({"event": "note", "data": {}})
    assert journal.durable == []
    journal.release()
    await commit
    assert [record.seq for record in journal.durable] == [1]
    assert [record.seq for record in journal.appended] == [1, 2]
