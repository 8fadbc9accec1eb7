"""What a stream costs its server while nothing happens on it."""

from __future__ import annotations

import asyncio
import json
import resource
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from wayflow import serialize
from wayflow.testing import make_graph, node_document

from .server import environment_in, prepared, served

STREAMS = 1_000
RUNS = 500
AT_ONCE = 20


def lines() -> Iterator[str]:
    """Memory and threads for many watchers of one run, and for one of each of many."""
    _allow_files(4 * STREAMS)
    with tempfile.TemporaryDirectory(prefix="wayflow-bench-") as folder:
        environment = environment_in(Path(folder))
        head = f"Host: 127.0.0.1\r\nAuthorization: Token {prepared(environment)}\r\n"
        for title, streams, runs in (
            (f"{STREAMS:,} watchers of a run", STREAMS, 1),
            (f"a watcher of each of {RUNS} runs", RUNS, RUNS),
        ):
            with served(environment) as (pid, port):
                yield f"{title}: {asyncio.run(_cost(pid, port, head, streams, runs))}"


async def _cost(pid: int, port: int, head: str, streams: int, runs: int) -> str:
    turn = asyncio.Semaphore(AT_ONCE)
    run_ids = await asyncio.gather(*(_paused(port, head, turn) for _ in range(runs)))
    opened = await _watching(port, head, run_ids[:1] * AT_ONCE)
    before, threads = _status(pid, "VmRSS"), _status(pid, "Threads")
    opened += await _watching(port, head, run_ids * (streams // runs))
    kb = (_status(pid, "VmRSS") - before) / streams
    more = _status(pid, "Threads") - threads
    for writer in opened:
        writer.close()
    return f"{kb:.0f} KB each (aim 100), {more} more threads"


async def _paused(port: int, head: str, turn: asyncio.Semaphore) -> str:
    """The id of a run that waits for somebody."""
    body = json.dumps({"graph": serialize(_REVIEW), "inputs": {}})
    async with turn:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with closing(writer):
            size = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(f"POST /api/run HTTP/1.1\r\n{head}{size}{body}".encode())
            told = (await reader.read()).decode()
    if '"status":"paused"' not in told:
        raise RuntimeError(told[-500:])
    return told.partition('"runId":"')[2][:36]


async def _watching(
    port: int, head: str, run_ids: Sequence[str]
) -> list[asyncio.StreamWriter]:
    """A stream of each run that was read as far as there is something to read."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def watch(run_id: str) -> asyncio.StreamWriter:
        async with turn:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            asked = f"GET /api/runs/{run_id}/events HTTP/1.1\r\n{head}\r\n"
            writer.write(asked.encode())
            await reader.readuntil(b'"status":"paused"')
            return writer

    return await asyncio.gather(*(watch(run_id) for run_id in run_ids))


_REVIEW = make_graph(
    node_document(
        "review",
        "humanInTheLoop",
        inputs=["input"],
        outputs=["approved", "rejected"],
    )
)


def _status(pid: int, name: str) -> int:
    """A figure of a process, in KB where it is memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise RuntimeError(f"There is no {name} of process {pid}.")


def _allow_files(number: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < number <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
