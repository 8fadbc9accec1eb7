"""The journal commits what is there at once, and only what its writer still owns."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import DataError, OperationalError

from runs import claims, commits, journal
from runs.claims import Claim
from runs.journal import Fenced, NotDurable, Writer
from runs.live import hub
from runs.models import JournalEntry, Run
from runs.run_journal import RunJournal
from wayflow.events import Event, run_error, run_paused, run_running
from wayflow.status import RunStatus

from .scenes import claimed, history
from .stage import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

aclaimed = sync_to_async(claimed)
ahistory = sync_to_async(history)


@pytest.fixture
def writer() -> Iterator[Writer]:
    """A journal thread that tries again at once."""
    writer = Writer(pause=lambda seconds: None)
    writer.start()
    yield writer
    assert writer.stop(PATIENCE)


def journal_of(writer: Writer, claim: Claim, *, epoch: int | None = None) -> RunJournal:
    """The journal of a claimed run; with ``epoch`` of another owner's."""
    return RunJournal(
        writer,
        run_id=claim.run_id,
        epoch=epoch or claim.epoch,
        last_seq=claim.last_seq,
        failed=lambda: None,
    )


def note(number: int) -> Event:
    return {"event": "note", "data": {"number": number}}


class Blockade:
    """Holds the journal thread, so that what is handed over piles up."""

    def __init__(self, writer: Writer) -> None:
        self._gone = threading.Event()
        writer.call(self._gone.wait)

    def lift(self) -> None:
        self._gone.set()


async def test_what_is_appended_in_one_tick_is_one_row(
    user: User, writer: Writer
) -> None:
    claim = await aclaimed(user)
    told = journal_of(writer, claim)
    for number in range(5):
        told.append(note(number))
    await told.commit()
    rows = [row async for row in JournalEntry.objects.filter(run=claim.run_id)]
    assert [(row.first_seq, row.last_seq) for row in rows] == [(1, 5)]


async def test_what_piles_up_is_committed_at_once_for_all_runs(
    user: User, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits_made: list[int] = []
    commit = commits.commit

    def counted(shares: Any) -> Any:
        commits_made.append(len(shares))
        return commit(shares)

    monkeypatch.setattr(commits, "commit", counted)
    all_told = [journal_of(writer, await aclaimed(user)) for _ in range(10)]
    blockade = Blockade(writer)
    for number in range(3):
        for told in all_told:
            told.append(note(number))
        await asyncio.sleep(0)
    blockade.lift()
    await asyncio.gather(*(told.commit() for told in all_told))
    assert commits_made == [10]


async def test_numbers_are_dense_over_many_commits(user: User, writer: Writer) -> None:
    claim = await aclaimed(user)
    told = journal_of(writer, claim)
    for number in range(50):
        told.append(note(number))
        if number % 3 == 0:
            await told.commit()
    await told.commit()
    numbers = [record["data"]["number"] for record in await ahistory(claim.run_id)]
    assert numbers == list(range(50))


async def test_values_that_change_after_append_do_not_change_the_record(
    user: User, writer: Writer
) -> None:
    claim = await aclaimed(user)
    told = journal_of(writer, claim)
    value = {"list": [1]}
    told.append({"event": "note", "data": value}, {"outputs": value})
    value["list"].append(2)
    await told.commit()
    (record,) = await ahistory(claim.run_id)
    assert record["data"] == record["private"]["outputs"] == {"list": [1]}


async def test_an_older_epoch_writes_nothing_and_the_others_commit(
    user: User, writer: Writer
) -> None:
    stolen, own = await aclaimed(user), await aclaimed(user)
    await sync_to_async(claims.give_back)(stolen.run_id, epoch=stolen.epoch)
    await sync_to_async(Run.objects.move)(stolen.run_id, RunStatus.RUNNING)
    late, fine = journal_of(writer, stolen), journal_of(writer, own)
    blockade = Blockade(writer)
    late.append(note(1))
    fine.append(note(1))
    await asyncio.sleep(0)
    blockade.lift()
    await fine.commit()
    with pytest.raises(Fenced):
        await late.commit()
    assert await ahistory(stolen.run_id) == []
    assert len(await ahistory(own.run_id)) == 1


async def test_of_overlapping_batches_of_one_epoch_one_is_stored(
    user: User, writer: Writer
) -> None:
    claim = await aclaimed(user)
    first, second = journal_of(writer, claim), journal_of(writer, claim)
    blockade = Blockade(writer)
    first.append(note(1))
    first.append(note(2))
    second.append(note(9))
    await asyncio.sleep(0)
    blockade.lift()
    await first.commit()
    with pytest.raises(Fenced):
        await second.commit()
    numbers = [record["data"]["number"] for record in await ahistory(claim.run_id)]
    assert numbers == [1, 2]


async def test_two_epochs_in_one_pile_leave_the_newer_ones_events(
    user: User, writer: Writer
) -> None:
    claim = await aclaimed(user)
    await sync_to_async(claims.give_back)(claim.run_id, epoch=claim.epoch)
    await sync_to_async(Run.objects.move)(claim.run_id, RunStatus.RUNNING)
    old, new = journal_of(writer, claim), journal_of(writer, claim, epoch=2)
    blockade = Blockade(writer)
    old.append(note(1))
    new.append(note(2))
    await asyncio.sleep(0)
    blockade.lift()
    await new.commit()
    with pytest.raises(Fenced):
        await old.commit()
    (record,) = await ahistory(claim.run_id)
    assert record["data"] == {"number": 2}


async def test_a_run_that_ended_elsewhere_takes_no_more_events(
    user: User, writer: Writer
) -> None:
    claim = await aclaimed(user)
    told = journal_of(writer, claim)
    moved = await sync_to_async(Run.objects.move)(claim.run_id, RunStatus.CANCELLED)
    assert moved
    told.append({"event": "run_status", "data": {"status": "completed", "result": {}}})
    with pytest.raises(Fenced):
        await told.commit()
    run = await Run.objects.aget(pk=claim.run_id)
    assert run.status == RunStatus.CANCELLED


async def test_what_watchers_see_is_in_the_database_by_then(
    user: User, writer: Writer
) -> None:
    claim = await aclaimed(user)
    told = journal_of(writer, claim)
    watcher = hub.subscribe(claim.run_id)
    for number in range(20):
        told.append(note(number))
        await asyncio.wait_for(watcher.wait(), PATIENCE)
        items, _ = watcher.take(0)
        run = await Run.objects.aget(pk=claim.run_id)
        assert run.last_seq >= max(item.seq for item in items)
    watcher.close()


@pytest.fixture
async def told(user: User, writer: Writer) -> RunJournal:
    return journal_of(writer, await aclaimed(user))


@pytest.mark.parametrize(
    ("event", "status", "fields"),
    [
        (
            {
                "event": "run_status",
                "data": {"status": "completed", "result": {"a": 1}},
            },
            RunStatus.COMPLETED,
            {"result": {"a": 1}, "error": None},
        ),
        (
            run_error({"code": "WF_X", "message": "no"}),
            RunStatus.ERROR,
            {"result": None, "error": {"code": "WF_X", "message": "no"}},
        ),
        (
            {"event": "run_status", "data": {"status": "cancelled", "result": {}}},
            RunStatus.CANCELLED,
            {"result": {}, "error": None},
        ),
    ],
)
async def test_the_row_takes_the_outcome_with_its_event(
    told: RunJournal, event: Event, status: RunStatus, fields: dict[str, Any]
) -> None:
    told.append(run_running("r"))
    told.append(event)
    await told.commit()
    run = await Run.objects.aget()
    assert (run.status, run.last_seq) == (status, 2)
    assert {name: getattr(run, name) for name in fields} == fields
    assert run.finished_at is not None
    assert run.lease_expires_at is None


async def test_a_pause_opens_a_review(told: RunJournal) -> None:
    told.append(run_running("r"))
    suspension = {"runId": "r", "nodeId": "n", "instructions": "Look.", "data": None}
    told.append(run_paused(suspension))
    await told.commit()
    run = await Run.objects.aget()
    review = await run.reviews.aget()
    assert run.status == RunStatus.PAUSED
    assert (review.node_id, review.opened_seq) == ("n", 2)
    assert (review.instructions, review.data) == ("Look.", {"value": None})


class Faults:
    """Makes the next commits fail."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.left = error, times
        self._commit = commits.commit

    def __call__(self, shares: Any) -> Any:
        if self.left:
            self.left -= 1
            raise self.error
        return self._commit(shares)


async def test_a_locked_database_is_asked_again(
    user: User, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await aclaimed(user)
    told = journal_of(writer, claim)
    faults = Faults(OperationalError("database is locked"), 5)
    monkeypatch.setattr(commits, "commit", faults)
    told.append(note(1))
    await told.commit()
    assert len(await ahistory(claim.run_id)) == 1


async def test_events_that_cannot_be_written_fail_their_run_by_name(
    user: User, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await aclaimed(user)
    told = journal_of(writer, claim)
    faults = Faults(OperationalError("disk is full"), journal.TRIES + 1)
    monkeypatch.setattr(commits, "commit", faults)
    told.append(note(1))
    with pytest.raises(NotDurable) as caught:
        await told.commit()
    assert caught.value.code == "WF_RUN_NOT_DURABLE"
    with pytest.raises(NotDurable):
        await told.commit()


async def test_a_failure_that_nobody_awaits_is_told_to_the_owner(
    user: User, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await aclaimed(user)
    failed = asyncio.Event()
    told = RunJournal(
        writer, run_id=claim.run_id, epoch=9, last_seq=0, failed=failed.set
    )
    told.append(note(1))
    await asyncio.wait_for(failed.wait(), PATIENCE)
    assert isinstance(told.error, Fenced)


async def test_events_that_no_database_takes_hurt_only_their_own_run(
    user: User, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, other = await aclaimed(user), await aclaimed(user)
    commit = commits.commit

    def picky(shares: Any) -> Any:
        if any(share.run_id == poisoned.run_id for share in shares):
            raise DataError("too big")
        return commit(shares)

    monkeypatch.setattr(commits, "commit", picky)
    bad, good = journal_of(writer, poisoned), journal_of(writer, other)
    blockade = Blockade(writer)
    bad.append(note(1))
    good.append(note(1))
    await asyncio.sleep(0)
    blockade.lift()
    await good.commit()
    with pytest.raises(NotDurable):
        await bad.commit()


async def test_a_fault_in_the_journal_does_not_end_its_thread(
    user: User, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty, sound = await aclaimed(user), await aclaimed(user)
    monkeypatch.setattr(commits, "commit", Faults(RuntimeError("a bug"), 1))
    bad = journal_of(writer, faulty)
    bad.append(note(1))
    with pytest.raises(NotDurable):
        await bad.commit()
    good = journal_of(writer, sound)
    good.append(note(1))
    await good.commit()
