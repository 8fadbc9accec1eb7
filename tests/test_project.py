"""The project as a whole: it checks, routes, serves, and tells its version once."""

import re
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command

from tests.servers import live_server
from wayflow_project import place

ROOT = Path(__file__).resolve().parent.parent


def test_the_version_is_the_changelogs_newest() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] == place.version()


def test_the_commands_that_the_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {
        command
        for document in ("README.md", "CONTRIBUTING.md")
        for command in re.findall(r"\bmake ([a-z]+)\b", (ROOT / document).read_text())
    }
    assert named - {"and"} <= targets


@pytest.mark.django_db
def test_django_finds_nothing_wrong() -> None:
    call_command("check", fail_level="WARNING", stderr=StringIO())


def test_the_schema_is_valid(tmp_path: Path) -> None:
    schema = tmp_path / "schema.yaml"
    call_command("spectacular", file=str(schema), validate=True, fail_on_warn=True)
    assert schema.read_text().startswith("openapi: 3.1")


def test_a_server_gives_the_admin_its_styles(tmp_path: Path) -> None:
    env = {
        "WAYFLOW_DEBUG": "true",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
    }
    with live_server(env=env) as server, httpx.Client(base_url=server.url) as client:
        assert client.get("/static/admin/css/base.css").status_code == 200
        assert client.get("/admin/login/").status_code == 200


def test_a_server_in_production_serves_the_collected_files(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("body {}")
    env = {"WAYFLOW_STATIC_ROOT": str(tmp_path)}
    with live_server(env=env) as server, httpx.Client(base_url=server.url) as client:
        assert client.get("/static/style.css").text == "body {}"
        assert client.get("/static/nothing.css").status_code == 404
