"""What durability costs a node: runs with their journal, beside the plain driver.

``python -m bench.durable`` measures the database of DATABASE_URL, which it fills.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import django

NODES = 100
ROUNDS = 5
MANY = 50
EVENT = '{"event":"node_status","data":{"nodeId":"n1","status":"complete"}}' * 4


def lines() -> Iterator[str]:
    """The figures of this database, as text."""
    from django.db import connection

    name = connection.vendor
    for kind in ("pure", "effectful"):
        alone = min(_seconds(kind, 1) for _ in range(ROUNDS)) / NODES
        many = min(_seconds(kind, MANY) for _ in range(2)) / (NODES * MANY)
        yield (
            f"{name}, durable {kind} nodes: {alone * 1e6:.0f} us a node alone,"
            f" {1 / many:,.0f} nodes/s with {MANY} runs"
        )
    each, tens = (_floor(size) * 1e6 for size in (1, 10))
    yield f"    plain driver: {each:.0f} us a node by itself, {tens:.0f} us in tens"


def _seconds(kind: str, count: int) -> float:
    """How long ``count`` runs take together, from their claims to their ends."""
    runs = _queued(kind, count)
    seconds = asyncio.run(_driven(runs))
    _check_completed(runs)
    return seconds


def _queued(kind: str, count: int) -> list[UUID]:
    from django.contrib.auth.models import User

    from runs.models import Run, Trigger
    from workflows.services import store_document

    from .graphs import chain

    owner, _ = User.objects.get_or_create(username="bench")
    document = store_document(chain(NODES, kind))
    fresh = [
        Run(document=document, owner=owner, trigger=Trigger.PYTHON)
        for _ in range(count)
    ]
    return [run.pk for run in Run.objects.bulk_create(fresh)]


async def _driven(runs: list[UUID]) -> float:
    """Seconds for ``runs``, with a writer that has its connection already."""
    from runs.drive import Drive
    from runs.journal import Writer
    from wayflow import NodeType, Runtime

    from .engine import nothing, nothing_async

    pure = NodeType(type="pure", handler=nothing, inline=True, effects=False)
    runtime = Runtime(handlers={"pure": pure, "effectful": nothing_async})
    writer = Writer()
    writer.start()
    await asyncio.wrap_future(writer.call(_warm_up))
    drives = [Drive(r, host="bench", runtime=runtime, writer=writer) for r in runs]
    began = time.perf_counter()
    await asyncio.gather(*(drive.live() for drive in drives))
    seconds = time.perf_counter() - began
    writer.stop(10)
    return seconds


def _warm_up() -> None:
    from runs.models import Run

    Run.objects.first()


def _check_completed(runs: list[UUID]) -> None:
    from runs.models import Run
    from wayflow.status import RunStatus

    done = Run.objects.filter(pk__in=runs, status=RunStatus.COMPLETED)
    if done.count() != len(runs):
        raise RuntimeError("A run did not complete.")


def _floor(size: int) -> float:
    """Seconds a node when a driver stores ``size`` nodes a commit, and does no more."""
    execute, commit = _driver()
    rounds = 500 // size
    began = time.perf_counter()
    for i in range(rounds):
        for j in range(size):
            execute(i * size + j)
        commit()
    return (time.perf_counter() - began) / (rounds * size)


def _driver() -> tuple[Callable[[int], Any], Callable[[], Any]]:
    from django.db import connection

    create = "CREATE TABLE IF NOT EXISTS floor (id integer, events text)"
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        plain = sqlite3.connect(f"{settings['NAME']}-floor")
        plain.execute("PRAGMA journal_mode=WAL")
        plain.execute("PRAGMA synchronous=NORMAL")
        plain.execute(create)
        insert = "INSERT INTO floor VALUES (?, ?)"
        return lambda i: plain.execute(insert, (i, EVENT)), plain.commit
    import psycopg

    server = psycopg.connect(os.environ["DATABASE_URL"])
    server.execute(create)
    insert = "INSERT INTO floor VALUES (%s, %s)"
    return lambda i: server.execute(insert, (i, EVENT)), server.commit


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for line in lines():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
