"""One run, claimed and driven on the engine's loop to its outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.utils import timezone

from wayflow import Cancellation, Completed, Paused, Runtime, WayflowError
from wayflow.checkpoint import replay
from wayflow.graph import Graph

from . import claims
from .claims import Claim
from .graphs import graphs
from .journal import Fenced, Writer
from .records import Told, told
from .run_journal import RunJournal
from .runtimes import OwnerRefused, runtime_for
from .settling import settle_cancelled, settle_failed

logger = logging.getLogger(__name__)

T = TypeVar("T")


class EngineFault(WayflowError):
    """Something that is not the run's fault kept the engine from driving it."""

    code = "WF_RUN_ENGINE_FAULT"
    hint = "Look into the server's log, and report it."

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"The engine failed: {type(error).__name__}")


class Drive:
    """A run from its claim to its outcome.

    ``again`` says that it was submitted once more meanwhile, ``owner_id`` whose it is
    once that is known, and ``waits`` that its owner has no room for it yet. Lives on
    the host's loop.
    """

    def __init__(
        self,
        run_id: UUID,
        *,
        host: str,
        runtime: Runtime,
        writer: Writer,
    ) -> None:
        self.again = False
        self.waits = False
        self.owner_id: int | None = None
        self._run_id = run_id
        self._host = host
        self._runtime = runtime
        self._writer = writer
        self._cancellation = Cancellation()
        self._epoch: int | None = None
        self._task: asyncio.Task[Any] | None = None

    def cancel(self) -> bool:
        """Ask the run to stop; it may not even be claimed yet. False: it was asked."""
        if self._cancellation.requested:
            return False
        self._cancellation.cancel()
        return True

    def lose(self, epoch: int) -> None:
        """Stop driving, without a word, if ``epoch`` is another owner's."""
        if self._task is not None and self._epoch not in (None, epoch):
            self._task.cancel()

    async def live(self) -> None:
        """Claim the run, if it is still queued, and drive it.

        When the task is cancelled the run is given back.
        """
        claim = await self._claim()
        if claim is None:
            return
        self.owner_id = claim.owner_id
        self._epoch = claim.epoch
        self._task = task = asyncio.current_task()
        assert task is not None
        journal = RunJournal(
            self._writer,
            run_id=claim.run_id,
            epoch=claim.epoch,
            last_seq=claim.last_seq,
            failed=task.cancel,
        )
        if claim.cancel_requested:
            self.cancel()
        try:
            outcome = await self._advance(claim, journal)
        except asyncio.CancelledError:
            await self._leave(claim, journal)
            if journal.error is None:
                raise
        except Exception as error:
            await self._conclude(claim, journal, error)
        else:
            if isinstance(outcome, Paused):
                # A cancel that came while the run was pausing found nobody to stop.
                now = timezone.now()
                await self._call(partial(settle_cancelled, claim.run_id, now=now))

    async def _claim(self) -> Claim | None:
        claiming = asyncio.ensure_future(self._call(self._take))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            claim = await claiming
            if claim is not None:
                await self._give_back(claim)
            raise

    def _take(self) -> Claim | None:
        # The lease begins now: the writer may have had a lot to do before.
        try:
            return claims.claim(self._run_id, host=self._host, now=timezone.now())
        except claims.NoRoom as refusal:
            self.waits, self.owner_id = True, refusal.owner_id
            return None

    async def _advance(self, claim: Claim, journal: RunJournal) -> Completed | Paused:
        graph = graphs.known(claim.digest)
        if graph is None:
            graph = await asyncio.to_thread(_load, claim.digest)
        runtime = await runtime_for(
            graph,
            owner_id=claim.owner_id,
            is_active=claim.owner_is_active,
            shared=self._runtime,
        )
        if not claim.rows:
            return await runtime.run(
                graph,
                claim.inputs,
                run_id=str(claim.run_id),
                journal=journal,
                cancellation=self._cancellation,
                metadata=claim.metadata,
            )
        return await self._continue(runtime, graph, claim, journal)

    async def _continue(
        self, runtime: Runtime, graph: Graph, claim: Claim, journal: RunJournal
    ) -> Completed | Paused:
        records = await asyncio.to_thread(_story, claim.rows)
        checkpoint = replay(graph, str(claim.run_id), claim.inputs, records)
        asked, answer = checkpoint.suspension(graph), claim.answer
        fits = asked and answer and asked.node_id == answer.node_id
        return await runtime.resume(
            graph,
            checkpoint=checkpoint,
            decision=answer.decision if answer and fits else None,
            journal=journal,
            cancellation=self._cancellation,
            metadata=claim.metadata,
        )

    async def _conclude(
        self, claim: Claim, journal: RunJournal, error: Exception
    ) -> None:
        """The engine ended with ``error``; see that the run has an outcome."""
        if journal.error is not None:
            await self._leave(claim, journal)
        elif not journal.has_outcome:
            await self._fail(claim, error)

    async def _leave(self, claim: Claim, journal: RunJournal) -> None:
        """Drive the run no longer: the host stops, or its journal failed."""
        journal.hand_over()
        if journal.error is None:
            await self._give_back(claim)
        elif isinstance(journal.error, Fenced):
            logger.info("%s", journal.error)
        else:
            await self._fail(claim, journal.error)

    async def _fail(self, claim: Claim, error: Exception) -> None:
        if isinstance(error, OwnerRefused):
            logger.info("Run %s: %s", claim.run_id, error.message)
        else:
            logger.error("Run %s cannot go on", claim.run_id, exc_info=error)
        told = error if isinstance(error, WayflowError) else EngineFault(error)
        settling = partial(settle_failed, claim.run_id, told, epoch=claim.epoch)
        await self._call(settling)

    async def _give_back(self, claim: Claim) -> None:
        work = partial(claims.give_back, claim.run_id, epoch=claim.epoch)
        await self._call(work)

    async def _call(self, function: Callable[[], T]) -> T:
        # What was asked of the writer is done even when the host stops meanwhile.
        return await asyncio.shield(asyncio.wrap_future(self._writer.call(function)))


def _story(rows: Sequence[str]) -> list[Told]:
    try:
        return list(told(rows))
    finally:
        connection.close()


def _load(digest: str) -> Graph:
    try:
        return graphs.load(digest)
    finally:
        connection.close()
