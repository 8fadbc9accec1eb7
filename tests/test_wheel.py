"""The wheel: what is in it, and that a server runs out of it, away from a checkout."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.servers import live_server
from wayflow_project import place

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("access", "pages", "runs", "workflows", "wayflow", "wayflow_project")
NAME = f"wayflow_server-{place.version()}"
INFO = f"{NAME}.dist-info"
EDITOR = {
    f"pages/static/wayflow/editor.{ending}" for ending in ("js", "css", "licenses.md")
}
COMMAND = """
import sys
from importlib.metadata import entry_points

[script] = entry_points(group="console_scripts", name="wayflow-server")
sys.exit(script.load()())
"""
ENV_FILE = """
WAYFLOW_SECRET_KEY=known-to-everybody-and-good-for-tests-alone-0123456789
WAYFLOW_ALLOWED_HOSTS=127.0.0.1
WAYFLOW_HTTPS=false
"""


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the archive of sources, as whoever builds without a checkout."""
    folder = tmp_path_factory.mktemp("sources")
    build("sdist", ROOT, folder)
    with tarfile.open(folder / f"{NAME}.tar.gz") as archive:
        # The first releases of Python 3.11 know no filters.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)
    return folder / NAME


@pytest.fixture(scope="session")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from the sources, where the machine's own Node is broken."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("node", "npm", "npx"):
        program = folder / name
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    build("wheel", sources, folder, {"PATH": path})
    return folder / f"{NAME}-py3-none-any.whl"


@pytest.fixture(scope="session")
def packages(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the wheel into a folder that Python can look into."""
    folder = tmp_path_factory.mktemp("packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def build(
    target: str, project: Path, into: Path, env: Mapping[str, str] | None = None
) -> None:
    """Build as pip does, with what the virtualenv has of the build's requirements."""
    run("-m", "hatchling", "build", "-t", target, "-d", str(into), cwd=project, env=env)


def run(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run Python, and give back what it prints. Raises AssertionError when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_in(folder: str) -> set[str]:
    """Name the files of a folder of the checkout that came with it."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return found - EDITOR


def test_a_wheel_is_the_rooms_the_templates_and_the_built_editor(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        record = archive.read(f"{INFO}/RECORD").decode().splitlines()
        packed = set(archive.namelist())
    named = {row[0] for row in csv.reader(record)}
    rooms = {name for room in ROOMS for name in files_in(room)}
    templates = {f"wayflow_project/{name}" for name in files_in("templates")}
    assert named == packed
    about = {name for name in named if name.startswith(f"{INFO}/")}
    assert named - about == rooms | templates | EDITOR
    assert {f"{room}/py.typed" for room in ROOMS} <= named
    assert f"{INFO}/licenses/LICENSE" in about


def test_the_sources_come_without_what_is_built_or_fetched(sources: Path) -> None:
    assert (sources / "editor" / "package-lock.json").is_file()
    assert not (sources / "editor" / "node_modules").exists()
    assert not [name for name in EDITOR if (sources / name).exists()]


def test_a_server_runs_out_of_a_wheel_in_any_folder(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [*os.environ]:
        if name.startswith(("WAYFLOW_", "DATABASE_", "DJANGO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(packages))
    (tmp_path / ".env").write_text(ENV_FILE)
    run("-c", COMMAND, "check", cwd=tmp_path)
    run("-c", COMMAND, "migrate", cwd=tmp_path)
    run("-c", COMMAND, "collectstatic", "--no-input", cwd=tmp_path)
    with (
        live_server(cwd=tmp_path) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        assert 'name="password"' in client.get("/sign-in").text
        assert client.get("/admin/login/").status_code == 200
        assert "createWorkflowEditor" in client.get("/static/wayflow/editor.js").text
        assert f"version: {place.version()}\n" in client.get("/api/schema").text
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".env",
        ".local",
        "db.sqlite3",
    ]
