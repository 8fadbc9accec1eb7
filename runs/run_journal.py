"""One run's journal as the engine sees it: what it says goes to the writer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from uuid import UUID

from wayflow.errors import WayflowError
from wayflow.events import Event, Private

from .journal import Batch, Writer
from .live import hub
from .records import Record, record


class RunJournal:
    """A ``wayflow.contracts.Journal``, used on the engine's loop alone.

    What is appended within one tick of the loop becomes one batch. When the run's
    events do not become durable any more ``error`` says why; ``failed`` is called then
    if nobody was waiting to be told.
    """

    def __init__(
        self,
        writer: Writer,
        *,
        run_id: UUID,
        epoch: int,
        last_seq: int,
        failed: Callable[[], object],
    ) -> None:
        self.error: WayflowError | None = None
        self.has_outcome = False
        self._writer = writer
        self._run_id = run_id
        self._epoch = epoch
        self._seq = last_seq
        self._handed = last_seq
        self._durable = last_seq
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._pending: list[Record] = []
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def append(self, event: Event, private: Private | None = None) -> None:
        if not self._pending:
            self._loop.call_soon(self.hand_over)
        self._seq += 1
        written = record(self._seq, event, private)
        self._pending.append(written)
        self.has_outcome = written.is_outcome

    def chunk(self, event: Event) -> None:
        hub.chunk(self._run_id, self._seq, event)

    async def ready(self) -> None:
        """Give others a turn: a slow watcher is no reason to wait."""
        await asyncio.sleep(0)

    async def commit(self) -> None:
        """Return once all is durable. Raises Fenced and NotDurable."""
        self.hand_over()
        if self.error is not None:
            raise self.error
        if self._durable < self._handed:
            durable = self._loop.create_future()
            self._waiting.append((self._handed, durable))
            await durable

    def hand_over(self) -> None:
        """Send what is pending to the writer now."""
        if not self._pending:
            return
        records, self._pending = self._pending, []
        self._handed = self._seq
        batch = Batch(
            run_id=self._run_id,
            epoch=self._epoch,
            records=records,
            loop=self._loop,
            settled=partial(self._settle, self._seq),
        )
        self._writer.write(batch)

    def _settle(self, seq: int, error: WayflowError | None) -> None:
        if error is None:
            self._durable = max(self._durable, seq)
            while self._waiting and self._waiting[0][0] <= self._durable:
                durable = self._waiting.popleft()[1]
                if not durable.done():
                    durable.set_result(None)
        elif self.error is None:
            self.error = error
            told = [durable for _, durable in self._waiting if not durable.done()]
            self._waiting.clear()
            for durable in told:
                durable.set_exception(error)
            if not told:
                self._failed()
