"""Real servers for tests: subprocesses on loopback, each stopped by its own test."""

import contextlib
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ServerKind = Literal["uvicorn", "daphne"]

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 15
PORTS = range(20_000, 32_000)
"""Below those that a system hands out by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveServer:
    """A server that answers at `url`, and the file that takes what it prints."""

    url: str
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def log(self) -> str:
        """Everything that the server printed so far."""
        return self.output.read_text(errors="replace")


@contextlib.contextmanager
def live_server(
    application: str = "wayflow_project.asgi:application",
    *,
    kind: ServerKind = "uvicorn",
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
) -> Iterator[LiveServer]:
    """Serve an application on a free port, until the block ends.

    The server has the tests' environment with `env` on top, and the project's own
    settings, so `env` names its database (DATABASE_URL). Raises RuntimeError with
    what the server printed when it does not answer.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="wayflow-server-") as folder:
        output = Path(folder) / "output.txt"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                _command(application, kind, port),
                cwd=cwd,
                env=_environment(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        server = LiveServer(
            url=f"http://127.0.0.1:{port}", process=process, output=output
        )
        try:
            _wait_until_listening(server, port)
            yield server
        finally:
            _stop(process)


def free_port() -> int:
    """Name a loopback port that nobody listens on, nor is given unasked meanwhile."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _command(application: str, kind: ServerKind, port: int) -> list[str]:
    address = [sys.executable, "-m", kind, application, "--port", str(port)]
    if kind == "daphne":
        return [*address, "--bind", "127.0.0.1"]
    limit = ["--timeout-graceful-shutdown", "5"]
    return [*address, "--host", "127.0.0.1", *limit]


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    settings = {"DJANGO_SETTINGS_MODULE": "wayflow_project.settings"}
    return {**os.environ, **settings, "PYTHONUNBUFFERED": "1", **extra}


def _wait_until_listening(server: LiveServer, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.02)
    raise RuntimeError(f"The server does not answer. It printed:\n{server.log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
