"""Lives of the server in one world, each begun in no time and ended at will."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.site import PATIENCE
from tests.servers import ROOT, free_port

SETTINGS = "tests.chaos.settings"
START_SECONDS = 60
LEASE_SECONDS = 1
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": SETTINGS,
    "WAYFLOW_LEASE_SECONDS": str(LEASE_SECONDS),
    "WAYFLOW_MAX_TAKEOVERS": "1000",
    "WAYFLOW_KEEP_ALIVE_SECONDS": "1",
}


@dataclass(slots=True, kw_only=True)
class Nursery:
    """The process that forks; ``database`` is the one that worlds begin with."""

    process: subprocess.Popen[str]
    database: Path
    token: str = ""
    workflows: Mapping[str, str] = field(default_factory=dict)

    def order(self, **order: Any) -> int:
        """What the process answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@dataclass(slots=True, kw_only=True)
class World:
    """A database, what its servers wrote down in ``folder``, and who lived in it."""

    nursery: Nursery
    database: Path
    folder: Path
    provider_port: int = field(default_factory=free_port)
    lives: list[Life] = field(default_factory=list)
    begun: int = 0

    @property
    def log(self) -> str:
        """Everything that the lives printed so far."""
        output = self.folder / "output.txt"
        return output.read_text(errors="replace") if output.exists() else ""

    def born(self, call: str, **arguments: Any) -> Life:
        """A new life that does a chore."""
        name = self.next_name()
        pid = self.nursery.order(
            call=call,
            world={
                "database": str(self.database),
                "folder": str(self.folder),
                "life": name,
                "provider_port": self.provider_port,
            },
            arguments=arguments,
        )
        life = Life(name=name, pid=pid, port=arguments.get("port", 0), world=self)
        self.lives.append(life)
        return life

    def next_name(self) -> str:
        """What the ledger is to call the next life."""
        self.begun += 1
        return f"life-{self.begun}"

    def server(self, port: int | None = None) -> Life:
        """A new life that answers at a port."""
        life = self.born("serve", port=port or free_port())
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", life.port), timeout=1).close()
                return life
            time.sleep(0.005)
        raise AssertionError(f"The server does not answer. It printed:\n{self.log}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A forked process. ``name`` is what the ledger calls it."""

    name: str
    pid: int
    port: int
    world: World

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        """The exit code, once it has ended."""
        self.world.lives.remove(self)
        return self.world.nursery.order(reap=self.pid)


@contextlib.contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery with a populated database in ``folder``, until the block ends."""
    database = folder / "first.sqlite3"
    environment = {
        **os.environ,
        **ENVIRONMENT,
        "DATABASE_URL": f"sqlite:///{database}",
        "WAYFLOW_STATIC_ROOT": str(folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.nursery"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert process.stdout.readline() == "ready\n"
            made = Nursery(process=process, database=database)
            told = folder / "told.json"
            first = World(nursery=made, database=database, folder=folder)
            assert first.born("populate", told=str(told)).wait() == 0, first.log
            found = json.loads(told.read_text())
            made.token, made.workflows = found["token"], found["workflows"]
            yield made
        finally:
            process.stdin.close()
            process.wait(PATIENCE)


@contextlib.contextmanager
def world(nursery: Nursery, folder: Path) -> Iterator[World]:
    """A world of its own for a test; whoever still lives at the end is killed."""
    database = folder / "world.sqlite3"
    shutil.copy(nursery.database, database)
    made = World(nursery=nursery, database=database, folder=folder)
    try:
        yield made
    finally:
        for life in [*made.lives]:
            life.end()
