"""A live server with its own database, people and model provider."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers import ROOT, LiveServer, ServerKind, free_port, live_server

SETTINGS = "tests.e2e.settings"
CROWD = 500
PATIENCE = 60.0
"""Seconds after which a test that waits has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A database to copy, and the tokens of the people in it."""

    database: Path
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A served database. Models are asked at ``provider_port`` of this machine."""

    server: LiveServer
    kind: ServerKind
    database: Path
    provider_port: int
    tokens: Iterator[str]

    def person(self) -> httpx.AsyncClient:
        """Somebody whom no other test knows, as a client to be closed."""
        return person(self.server.url, next(self.tokens))

    def rows(self, statement: str, *parameters: object) -> list[Any]:
        """What the database says itself."""
        return rows(self.database, statement, *parameters)


def person(url: str, token: str) -> httpx.AsyncClient:
    """The owner of ``token`` as a client of the server at ``url``."""
    headers = {"Authorization": f"Token {token}"}
    # Reading the system's certificates takes longer than most tests.
    return httpx.AsyncClient(
        base_url=url, headers=headers, timeout=PATIENCE, trust_env=False, verify=False
    )


def gather_crowd(folder: Path) -> Crowd:
    """A new database in ``folder``."""
    database = folder / "crowd.sqlite3"
    made = subprocess.run(
        [sys.executable, "-m", "tests.e2e.crowd", str(CROWD)],
        cwd=ROOT,
        env={**os.environ, **_environment(database)},
        capture_output=True,
        check=True,
    )
    return Crowd(database=database, tokens=tuple(json.loads(made.stdout)))


@contextlib.contextmanager
def site(
    crowd: Crowd,
    folder: Path,
    kind: ServerKind,
    *,
    database: Path | None = None,
    provider_port: int | None = None,
    **env: str,
) -> Iterator[Site]:
    """Serve ``database``, by default a copy of the crowd's, until the block ends."""
    database = database or copied(crowd, folder)
    provider_port = provider_port or free_port()
    environment = {
        **_environment(database),
        "OPENAI_API_KEY": "sk-e2e",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{provider_port}/v1",
        **env,
    }
    with live_server(kind=kind, env=environment) as server:
        yield Site(
            server=server,
            kind=kind,
            database=database,
            provider_port=provider_port,
            tokens=iter(crowd.tokens),
        )


def copied(crowd: Crowd, folder: Path) -> Path:
    """A copy of the crowd's database in ``folder``."""
    database = folder / "served.sqlite3"
    shutil.copy(crowd.database, database)
    return database


def rows(database: Path, statement: str, *parameters: object) -> list[Any]:
    """What a statement finds or changes in a SQLite file."""
    with contextlib.closing(sqlite3.connect(database, timeout=PATIENCE)) as connection:
        found = connection.execute(statement, parameters).fetchall()
        connection.commit()
        return found


def _environment(database: Path) -> Mapping[str, str]:
    static = database.parent / "static"
    static.mkdir(exist_ok=True)
    return {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "WAYFLOW_STATIC_ROOT": str(static),
    }
