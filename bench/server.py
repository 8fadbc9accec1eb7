"""A server to be measured, with a database of its own."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def environment_in(folder: Path) -> dict[str, str]:
    """What a server needs that keeps its database in ``folder``."""
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "WAYFLOW_SECRET_KEY": secrets.token_urlsafe(50),
        "WAYFLOW_ALLOWED_HOSTS": "127.0.0.1",
        "WAYFLOW_HTTPS": "false",
        "WAYFLOW_LOG_LEVEL": "WARNING",
        # Counted as ever, but never too many.
        "WAYFLOW_REQUESTS_PER_MINUTE": str(10**9),
        "WAYFLOW_RUNS_PER_USER": str(10**6),
        "WAYFLOW_QUEUE_PER_USER": str(10**6),
        "WAYFLOW_QUEUE_LENGTH": str(10**6),
        "OPENAI_API_KEY": "",
        "WAYFLOW_STATIC_ROOT": str(folder),
    }


def prepared(environment: Mapping[str, str]) -> str:
    """A token of somebody who may run any graph, in a fresh database."""
    for command in (["migrate"], ["createsuperuser", "--noinput", "--email", ""]):
        _manage([*command, "-v", "0"], {**environment, **_SUPERUSER})
    return _manage(["create_token", "bench"], environment).split()[-1]


_SUPERUSER = {
    "DJANGO_SUPERUSER_USERNAME": "bench",
    "DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(12),
}


def _manage(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The process and port of a server that has one core to itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    application = "wayflow_project.asgi:application"
    options = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", application, *options], env=environment
    )
    cores = sorted(os.sched_getaffinity(0))
    try:
        _wait_for(port)
        if len(cores) > 1:
            os.sched_setaffinity(process.pid, cores[:1])
            os.sched_setaffinity(0, cores[1:])
        yield process.pid, port
    finally:
        os.sched_setaffinity(0, cores)
        process.terminate()
        process.wait(15)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The server does not answer.")
