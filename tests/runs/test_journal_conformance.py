"""A run's journal in the database passes the suite that every journal must pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from runs import claims
from runs.claims import Claim
from runs.journal import Writer
from runs.models import Run
from runs.run_journal import RunJournal
from wayflow.status import RunStatus
from wayflow.testing import JOURNAL_CHECKS, Record
from wayflow.testing.journal_checks import JournalCheck

from .scenes import claimed, history
from .stage import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writer() -> Iterator[Writer]:
    """A journal thread that tries again at once."""
    writer = Writer(pause=lambda seconds: None)
    writer.start()
    yield writer
    assert writer.stop(PATIENCE)


class Bench:
    """A claimed run and its journal in the database."""

    def __init__(self, claim: Claim, writer: Writer) -> None:
        self._claim = claim
        self._writer = writer

    async def open(self) -> RunJournal:
        run = await Run.objects.aget(pk=self._claim.run_id)
        return RunJournal(
            self._writer,
            run_id=run.pk,
            epoch=run.epoch,
            last_seq=run.last_seq,
            failed=lambda: None,
        )

    async def durable(self) -> list[Record]:
        records = await sync_to_async(history)(self._claim.run_id)
        return [
            Record(
                seq,
                {"event": record["event"], "data": record["data"]},
                record.get("private"),
            )
            for seq, record in enumerate(records, 1)
        ]

    async def lose(self) -> None:
        """Give the run to another owner: its epoch is no longer this one's."""
        run_id = self._claim.run_id
        await sync_to_async(claims.give_back)(run_id, epoch=self._claim.epoch)
        await sync_to_async(Run.objects.move)(run_id, RunStatus.RUNNING)


def name_of(check: JournalCheck) -> str:
    return getattr(check, "__name__", "")


@pytest.mark.parametrize("check", JOURNAL_CHECKS, ids=name_of)
async def test_the_journal_of_a_run_is_a_journal(
    check: JournalCheck, user: User, writer: Writer
) -> None:
    claim = await sync_to_async(claimed)(user)
    await check(Bench(claim, writer))
