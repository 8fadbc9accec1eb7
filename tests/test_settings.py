"""Settings: safe when nothing is said, tunable from the environment, documented."""

import ast
import os
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from dotenv import dotenv_values
from environs import EnvError

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "wayflow_project" / "settings.py"
PLACES = {"DATABASES", "STATIC_ROOT"}


def settings_with(monkeypatch: pytest.MonkeyPatch, **environ: str) -> dict[str, Any]:
    """Read the settings file afresh, with nothing but `environ` in the environment."""
    for name in [*os.environ]:
        if name.startswith(("WAYFLOW_", "OPENAI_", "DATABASE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WAYFLOW_ENV_FILE", os.devnull)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(SETTINGS))


def names_read() -> set[str]:
    """List the variables that settings.py asks the environment for."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(SETTINGS.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    example = (ROOT / ".env.example").read_text()
    documented = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert names_read() == documented


def test_the_example_shows_what_holds_when_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = dotenv_values(ROOT / ".env.example")
    shown = {name: value or "" for name, value in example.items()}
    shown |= {"WAYFLOW_SECRET_KEY": "secret"}
    assert shown.pop("WAYFLOW_ALLOWED_HOSTS") == "wayflow.example.com"
    from_example = settings_with(monkeypatch, **shown)
    default = settings_with(monkeypatch, WAYFLOW_SECRET_KEY="secret")
    for name in default.keys() - PLACES:
        if name.isupper():
            assert from_example[name] == default[name], name


def test_without_a_secret_key_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"WAYFLOW_SECRET_KEY.*Hint"):
        settings_with(monkeypatch)


def test_what_is_not_said_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(monkeypatch, WAYFLOW_SECRET_KEY="secret")
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == []
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert "SECURE_PROXY_SSL_HEADER" not in settings
    assert settings["WAYFLOW"]["OPENAI_API_KEY"] == ""


def test_development_works_over_plain_http_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_with(
        monkeypatch, WAYFLOW_SECRET_KEY="secret", WAYFLOW_DEBUG="true"
    )
    assert "127.0.0.1" in settings["ALLOWED_HOSTS"]
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["SECURE_SSL_REDIRECT"] is False


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(
        monkeypatch,
        WAYFLOW_SECRET_KEY="secret",
        WAYFLOW_MAX_BODY_BYTES="1000",
        WAYFLOW_LLM_MODELS="small,large",
    )
    assert settings["WAYFLOW"]["MAX_BODY_BYTES"] == 1000
    assert settings["DATA_UPLOAD_MAX_MEMORY_SIZE"] == 1000
    assert settings["WAYFLOW"]["LLM_MODELS"] == ["small", "large"]


def test_a_limit_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvError, match="WAYFLOW_MAX_NODES"):
        settings_with(
            monkeypatch, WAYFLOW_SECRET_KEY="secret", WAYFLOW_MAX_NODES="many"
        )


def test_a_database_url_chooses_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://wayflow:secret@db.example.com/wayflow"
    settings = settings_with(monkeypatch, WAYFLOW_SECRET_KEY="secret", DATABASE_URL=url)
    database = settings["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["HOST"] == "db.example.com"
    assert "init_command" not in database.get("OPTIONS", {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_sqlite_is_opened_for_many_readers_and_one_writer() -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 1,
        "busy_timeout": 5000,
        "foreign_keys": 1,
    }
    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in expected
        }
    assert found == expected
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
