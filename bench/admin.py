"""The admin's pages when there is much to show: when they begin, how large they are."""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from .archive import NODES, RUNS
from .counting import HEADER
from .server import environment_in, prepared, served

ROUNDS = 7
LIST = "/admin/runs/run/"


def lines() -> Iterator[str]:
    """Median time to the first byte, size and queries of each page."""
    with tempfile.TemporaryDirectory(prefix="wayflow-bench-") as folder:
        environment = environment_in(Path(folder))
        prepared(environment)
        session, run_id = _filled(environment)
        with served(environment) as (_, port):
            for title, path in _pages(run_id).items():
                yield f"admin, {title}: {_measured(port, session, path)}"


def _pages(run_id: str) -> dict[str, str]:
    return {
        f"the list of {RUNS:,} runs": LIST,
        "a search in their errors and inputs": f"{LIST}?q=printer",
        f"the dashboard over {RUNS:,} runs": "/admin/",
        f"a run of {NODES:,} nodes and a 1 MB output": f"{LIST}{run_id}/change/",
    }


def _filled(environment: Mapping[str, str]) -> list[str]:
    """The key of a session, and the id of the large run."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.archive"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.split()


def _measured(port: int, session: str, path: str) -> str:
    _fetched(port, session, path)
    rounds = [_fetched(port, session, path) for _ in range(ROUNDS)]
    first = statistics.median(seconds for seconds, _, _ in rounds)
    _, size, queries = rounds[-1]
    told = f"{first * 1e3:.0f} ms to the first byte, {size / 1e3:,.0f} KB"
    return f"{told}, {queries} queries"


def _fetched(port: int, session: str, path: str) -> tuple[float, int, str]:
    """Seconds until the answer begins, its bytes, and the queries that it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        response = connection.getresponse()
        seconds = time.perf_counter() - began
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {body[-500:].decode()}")
        return seconds, len(body), response.headers[HEADER]
    finally:
        connection.close()
