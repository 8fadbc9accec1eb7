"""One commit of the journal: fence the runs, store their events, move their rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from access.writing import write_atomic
from wayflow.status import RunStatus

from .models import JournalEntry, Run
from .records import Record, row_text
from .reviews import open_review
from .stored_values import keep


class Share(Protocol):
    """What one run adds with one commit, written by the owner of ``epoch``."""

    @property
    def run_id(self) -> UUID: ...
    @property
    def epoch(self) -> int: ...
    @property
    def records(self) -> Sequence[Record]: ...


def commit(shares: Sequence[Share]) -> set[UUID]:
    """Make the shares durable in one transaction; at most one for each run.

    Returns the runs whose writer still owned them and had missed nothing; the shares
    of the others are left out.
    """
    with write_atomic():
        owned = _fence(shares)
        kept = [share for share in shares if share.run_id in owned]
        insert([(share.run_id, share.records) for share in kept])
        now = timezone.now()
        for share in kept:
            for record in share.records:
                if record.is_outcome:
                    _move(share, record, now)
    return owned


def insert(rows: Sequence[tuple[UUID, Sequence[Record]]]) -> None:
    """Store one journal row for each run and its records."""
    if not rows:
        return
    table = connection.ops.quote_name(JournalEntry._meta.db_table)
    parameters: list[Any] = []
    for run_id, records in rows:
        first, last = records[0].seq, records[-1].seq
        parameters += [_key(run_id), first, last, row_text(records)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (run_id, first_seq, last_seq, events) VALUES "
            + ", ".join(["(%s, %s, %s, %s)"] * len(rows)),
            parameters,
        )
    for run_id, records in rows:
        for record in records:
            if record.spared is not None:
                keep(run_id, record.spared.values)


def _fence(shares: Sequence[Share]) -> set[UUID]:
    """Move ``last_seq`` of all runs at once, where nothing came between."""
    key, number = (
        Run._meta.get_field(name).db_type(connection) for name in ("id", "last_seq")
    )
    row = (
        f"(CAST(%s AS {key}), CAST(%s AS {number}),"
        f" CAST(%s AS {number}), CAST(%s AS {number}))"
    )
    table = connection.ops.quote_name(Run._meta.db_table)
    parameters: list[Any] = []
    for share in shares:
        first, last = share.records[0].seq, share.records[-1].seq
        parameters += [_key(share.run_id), share.epoch, first - 1, last]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH share (run_id, owner_epoch, seq_before, seq_after) AS (VALUES "
            + ", ".join([row] * len(shares))
            + f") UPDATE {table} SET last_seq = share.seq_after FROM share"
            " WHERE id = share.run_id AND epoch = share.owner_epoch"
            " AND last_seq = share.seq_before AND status = %s RETURNING id",
            [*parameters, RunStatus.RUNNING.value],
        )
        field = Run._meta.get_field("id")
        return {field.to_python(value) for (value,) in cursor.fetchall()}


def _key(run_id: UUID) -> Any:
    return Run._meta.get_field("id").get_db_prep_value(run_id, connection)


def _move(share: Share, record: Record, now: datetime) -> None:
    data: dict[str, Any] = orjson.loads(record.data)
    target = RunStatus(data["status"])
    said = {key: data[key] for key in ("result", "error") if key in data}
    Run.objects.move(share.run_id, target, epoch=share.epoch, **said)
    if target is RunStatus.PAUSED:
        open_review(share.run_id, record.seq, data["suspension"], now)
