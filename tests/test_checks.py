"""System checks: each finds its mistake, none cries wolf, and all are documented."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import LazySettings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, registry
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from dotenv import dotenv_values

import access.checks
import access.secret_checks
import access.workers
import pages.checks
import runs.checks
import runs.limit_checks
import workflows.checks
from tests.servers import live_server
from wayflow_project import checkup

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "deployment.md").read_text()
MODULES = (
    access.checks,
    access.secret_checks,
    workflows.checks,
    runs.checks,
    runs.limit_checks,
    pages.checks,
)
ID = re.compile(r"\b(?:access|workflows|runs|pages)\.[EWI]\d{3}\b")

CSRF = "access.csrf.CsrfMiddleware"
SESSIONS = "django.contrib.sessions.backends"
CACHES = "django.core.cache.backends"
COUNTED_APART: dict[str, Any] = {
    "WORKERS": 2,
    "REQUESTS_PER_MINUTE": 1_200,
    "SIGN_INS_PER_MINUTE": 10,
    "CACHES": {"default": {"BACKEND": f"{CACHES}.locmem.LocMemCache"}},
}
LAYER = "channels.layers.InMemoryChannelLayer"


class FindsAll(BaseFinder):
    """Finds whatever it is asked for."""

    def find(self, path: str, find_all: Any = False, **_: Any) -> Any:
        return path


Case = tuple[str, Callable[..., list[CheckMessage]], dict[str, Any], dict[str, Any]]

FOUND: list[Case] = [
    # What is found, by which check, with which settings, and with which it is not.
    (
        "access.E001",
        access.checks.check_csrf,
        {"MIDDLEWARE": ["django.middleware.csrf.CsrfViewMiddleware"]},
        {"MIDDLEWARE": [CSRF]},
    ),
    *(
        (
            "access.E002",
            access.checks.check_origins,
            {"CSRF_TRUSTED_ORIGINS": ["https://a.example.com", wrong]},
            {"CSRF_TRUSTED_ORIGINS": ["https://a.example.com", "https://*.b.org:81"]},
        )
        for wrong in (
            "https://a.example.com/",
            "https://a.example.com/editor",
            "a.example.com",
            "ftp://a.example.com",
            "https://",
            "https://:80",
        )
    ),
    (
        "access.W001",
        access.checks.check_debug,
        {"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "wayflow.example.com"]},
        {"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "a.localhost"]},
    ),
    (
        "access.W001",
        access.checks.check_debug,
        {"DEBUG": True, "ALLOWED_HOSTS": ["*"]},
        {"DEBUG": False, "ALLOWED_HOSTS": ["*"]},
    ),
    (
        "access.W002",
        access.checks.check_csrf_cookie,
        {"CSRF_COOKIE_SECURE": False},
        {"CSRF_COOKIE_SECURE": True},
    ),
    (
        "access.W003",
        access.checks.check_hosts,
        {"ALLOWED_HOSTS": ["a.example.com", "*"]},
        {"ALLOWED_HOSTS": ["a.example.com", ".b.example.com"]},
    ),
    (
        "access.W004",
        access.checks.check_sessions,
        {"SESSION_ENGINE": f"{SESSIONS}.cache", "WORKERS": 2},
        {"SESSION_ENGINE": f"{SESSIONS}.cache", "WORKERS": 1},
    ),
    (
        "access.W004",
        access.checks.check_sessions,
        {"SESSION_ENGINE": f"{SESSIONS}.cache", "WORKERS": 2},
        {"SESSION_ENGINE": f"{SESSIONS}.db", "WORKERS": 2},
    ),
    (
        "access.W004",
        access.checks.check_sessions,
        {"SESSION_ENGINE": f"{SESSIONS}.cache", "WORKERS": 2},
        {
            "SESSION_ENGINE": f"{SESSIONS}.cache",
            "CACHES": {"default": {"BACKEND": f"{CACHES}.db.DatabaseCache"}},
            "WORKERS": 2,
        },
    ),
    (
        "access.W006",
        access.secret_checks.check_secrets,
        {"SECRETS": ["abc"]},
        {"SECRETS": ["abcdefghijkl"]},
    ),
    (
        "workflows.I001",
        workflows.checks.check_key,
        {"OPENAI_API_KEY": ""},
        {"OPENAI_API_KEY": "sk-test"},
    ),
    (
        "workflows.W001",
        workflows.checks.check_models,
        {"OPENAI_API_KEY": "sk-test", "LLM_MODELS": [], "IMAGE_MODELS": []},
        {"OPENAI_API_KEY": "sk-test", "LLM_MODELS": ["m"], "IMAGE_MODELS": []},
    ),
    *(
        (
            "workflows.E001",
            workflows.checks.check_endpoint,
            {"OPENAI_BASE_URL": wrong},
            {"OPENAI_BASE_URL": right},
        )
        for wrong, right in (
            ("api.example.com/v1", "https://api.example.com/v1"),
            ("file:///v1", "http://127.0.0.1:8001/v1"),
            ("https:///v1", ""),
        )
    ),
    (
        "runs.E004",
        runs.checks.check_lease,
        {"LEASE_SECONDS": 0.5},
        {"LEASE_SECONDS": 15},
    ),
    (
        "runs.E005",
        runs.checks.check_keep_alive,
        {"KEEP_ALIVE_SECONDS": 0},
        {"KEEP_ALIVE_SECONDS": 15},
    ),
    (
        "runs.E005",
        runs.checks.check_keep_alive,
        {"KEEP_ALIVE_SECONDS": float("nan")},
        {"KEEP_ALIVE_SECONDS": 1},
    ),
    (
        "runs.W002",
        runs.checks.check_keep_alive,
        {"KEEP_ALIVE_SECONDS": 0.1},
        {"KEEP_ALIVE_SECONDS": 59},
    ),
    (
        "runs.W003",
        runs.checks.check_keep_alive,
        {"KEEP_ALIVE_SECONDS": 60},
        {"KEEP_ALIVE_SECONDS": 59},
    ),
    (
        "runs.W004",
        runs.checks.check_layers,
        {"CHANNEL_LAYERS": {"default": {"BACKEND": LAYER}}, "WORKERS": 2},
        {"CHANNEL_LAYERS": {"default": {"BACKEND": LAYER}}, "WORKERS": 1},
    ),
    (
        "runs.W004",
        runs.checks.check_layers,
        {"CHANNEL_LAYERS": {"default": {"BACKEND": LAYER}}, "WORKERS": 2},
        {"CHANNEL_LAYERS": {"default": {"BACKEND": "a.B"}}, "WORKERS": 2},
    ),
    *(
        ("access.W005", access.checks.check_counting, COUNTED_APART, right)
        for right in (
            {"WORKERS": 1},
            {"REQUESTS_PER_MINUTE": 0},
            {"CACHES": {"default": {"BACKEND": f"{CACHES}.redis.RedisCache"}}},
        )
    ),
    (
        "runs.E006",
        runs.checks.check_wsgi,
        {"WSGI_APPLICATION": "mine.wsgi.application"},
        {"WSGI_APPLICATION": None},
    ),
    *(
        ("runs.E007", runs.limit_checks.check_limits, {name: 0}, {name: 1})
        for name in runs.limit_checks.POSITIVE
    ),
    *(
        ("runs.E007", runs.limit_checks.check_limits, {name: -1}, {name: 0})
        for name in runs.limit_checks.NOT_NEGATIVE
    ),
    *(
        (
            "runs.W005",
            runs.limit_checks.check_contradictions,
            {less: 11, more: 10},
            {less: 10, more: 10},
        )
        for less, more, _ in runs.limit_checks.AT_MOST
    ),
    (
        "runs.W005",
        runs.limit_checks.check_contradictions,
        {"QUEUE_PER_USER": 11, "QUEUE_LENGTH": 10},
        {"QUEUE_PER_USER": 11, "QUEUE_LENGTH": 0},
    ),
    (
        "runs.E003",
        runs.checks.check_executor,
        {"EXECUTOR": "nowhere.Nobody"},
        {"EXECUTOR": "runs.executor.EmbeddedExecutor"},
    ),
    (
        "pages.W001",
        pages.checks.check_editor,
        {"STATICFILES_FINDERS": []},
        {"STATICFILES_FINDERS": [f"{__name__}.FindsAll"]},
    ),
]
BY_DATABASE = {"runs.E001", "runs.E002", "runs.W001"}


def apply(settings: LazySettings, changes: dict[str, Any]) -> None:
    """Set what belongs into WAYFLOW there, and the rest as it is."""
    inner = {*settings.WAYFLOW, "EXECUTOR"}
    for name in changes.keys() - inner:
        setattr(settings, name, changes[name])
    changed = {name: changes[name] for name in changes.keys() & inner}
    settings.WAYFLOW = {**settings.WAYFLOW, **changed}


def ids(found: Iterable[CheckMessage]) -> set[str]:
    return {str(message.id) for message in found}


# --- each by itself ---


@pytest.mark.parametrize(("id", "check", "wrong", "right"), FOUND)
def test_a_mistake_is_found_and_its_repair_is_not(
    settings: LazySettings,
    id: str,
    check: Callable[..., list[CheckMessage]],
    wrong: dict[str, Any],
    right: dict[str, Any],
) -> None:
    apply(settings, wrong)
    found = check(None)
    assert ids(found) == {id}
    assert all(message.hint for message in found)
    apply(settings, right)
    assert check(None) == []


class Connection:
    """A database connection as far as the checks look at it."""

    def __init__(self, vendor: str, **settings_dict: Any) -> None:
        self.vendor = vendor
        self.settings_dict = {"NAME": "db.sqlite3", **settings_dict}


IMMEDIATE = {"OPTIONS": {"transaction_mode": "IMMEDIATE"}}


@pytest.mark.parametrize(
    ("connection", "found"),
    [
        (Connection("sqlite"), {"runs.E001"}),
        (Connection("sqlite", **IMMEDIATE), set()),
        (Connection("sqlite", NAME=":memory:", **IMMEDIATE), {"runs.W001"}),
        (Connection("postgresql", NAME="wayflow"), set()),
        (Connection("postgresql", ATOMIC_REQUESTS=True), {"runs.E002"}),
    ],
)
def test_the_database_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, connection: Connection, found: set[str]
) -> None:
    monkeypatch.setattr(runs.checks, "connections", {"default": connection})
    checks = (runs.checks.check_database, runs.checks.check_atomic_requests)
    assert {id for check in checks for id in ids(check(None))} == found


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("uvicorn a:b", 3),
        ("uvicorn a:b --workers 4", 4),
        ("uvicorn --workers=1 a:b", 1),
        ("gunicorn -w 5 -k uvicorn_worker.UvicornWorker a:b", 5),
        ("uvicorn a:b --workers", 3),
        ("uvicorn a:b --workers many", 3),
    ],
)
def test_the_command_line_tells_how_many_workers_there_are(
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
    command: str,
    count: int,
) -> None:
    apply(settings, {"WORKERS": 3})
    monkeypatch.setattr(sys, "argv", command.split())
    assert access.workers.worker_count() == count


# --- all together ---


def declared() -> set[str]:
    """The ids in the modules of checks."""
    sources = [Path(str(module.__file__)).read_text() for module in MODULES]
    return {id for source in sources for id in ID.findall(source)}


def test_every_number_among_the_settings_is_judged(settings: LazySettings) -> None:
    by_themselves = {"LEASE_SECONDS", "KEEP_ALIVE_SECONDS"}
    numbers = {k for k, v in settings.WAYFLOW.items() if isinstance(v, int | float)}
    limits = {*runs.limit_checks.POSITIVE, *runs.limit_checks.NOT_NEGATIVE}
    assert numbers == limits | by_themselves


def test_every_check_is_tested_both_ways() -> None:
    assert {id for id, *_ in FOUND} | BY_DATABASE == declared()


def test_every_check_of_the_modules_is_registered_under_our_name() -> None:
    written = {
        value
        for module in MODULES
        for name, value in vars(module).items()
        if name.startswith("check_")
    }
    known = registry.registry.get_checks(include_deployment_checks=True)
    ours = {check for check in known if access.checks.TAG in check.tags}
    assert ours == written


def test_the_guide_lists_exactly_the_checks_there_are() -> None:
    rows = re.findall(r"^\| `(.+?)` \|", GUIDE, re.MULTILINE)
    assert [row for row in rows if ID.fullmatch(row)] == sorted(declared())


def test_the_guide_names_only_settings_that_exist() -> None:
    example = (ROOT / ".env.example").read_text()
    documented = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    named = set(re.findall(r"\b(?:WAYFLOW|OPENAI|DATABASE)_[A-Z_]+\b", GUIDE))
    assert named <= documented


# --- a deployment as the example has it ---


def production(**more: str) -> dict[str, str]:
    """The environment of a server whose settings are the example's, filled in."""
    example = dotenv_values(ROOT / ".env.example")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WAYFLOW_")}
    return {
        **kept,
        **{name: value or "" for name, value in example.items()},
        "WAYFLOW_ENV_FILE": os.devnull,
        "WAYFLOW_SECRET_KEY": "Vb3k9-QmT_2xLr8WcZ5yHs7NfEj4DgUa6PoRi1KqXtCvBnMz0wSl",
        "DJANGO_SETTINGS_MODULE": "wayflow_project.settings",
        **more,
    }


def deploy_check(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", *command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_deployment_as_in_the_example_is_clean(tmp_path: Path) -> None:
    done = deploy_check(production(DATABASE_URL=f"sqlite:///{tmp_path / 'db'}"))
    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stderr
    assert set(ID.findall(done.stderr)) == {"workflows.I001"}


def test_a_careless_deployment_is_told_everything_at_once(tmp_path: Path) -> None:
    careless = production(
        DATABASE_URL=f"sqlite:///{tmp_path / 'db'}",
        WAYFLOW_SECRET_KEY="short",
        WAYFLOW_ALLOWED_HOSTS="*",
        WAYFLOW_HTTPS="false",
        WAYFLOW_HSTS_SECONDS="0",
        WAYFLOW_DEBUG="true",
        WAYFLOW_TRUSTED_ORIGINS="https://a.example.com/",
        OPENAI_API_KEY="sk-test",
        WEB_CONCURRENCY="4",
    )
    done = deploy_check(careless)
    assert done.returncode == 1
    assert set(ID.findall(done.stderr)) == {
        "access.E002",
        *(f"access.W00{n}" for n in (1, 2, 3, 5, 6)),
    }
    djangos = {"W004", "W008", "W009", "W012", "W018"}
    assert djangos == set(re.findall(r"security\.(W\d+)", done.stderr))


def test_a_server_says_what_is_wrong_when_it_starts(tmp_path: Path) -> None:
    env = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "WAYFLOW_KEEP_ALIVE_SECONDS": "0.5",
        "WAYFLOW_LOG_LEVEL": "INFO",
    }
    with live_server(env=env) as server, httpx.Client(base_url=server.url) as client:
        client.get("/favicon.ico")
        assert "WARNING wayflow_project.checkup: ?: (runs.W002)" in server.log
        assert "INFO wayflow_project.checkup: ?: (workflows.I001)" in server.log


def test_a_silenced_check_stays_silent_in_the_log(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    apply(settings, {"KEEP_ALIVE_SECONDS": 0.5, "OPENAI_API_KEY": "", "DEBUG": True})
    with caplog.at_level(logging.INFO):
        checkup.report_checks()
        assert "runs.W002" in caplog.text
        assert "workflows.I001" not in caplog.text
        caplog.clear()
        settings.SILENCED_SYSTEM_CHECKS = ["runs.W002"]
        checkup.report_checks()
    assert "runs.W002" not in caplog.text


def test_a_wsgi_server_is_told_that_it_cannot_serve() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"ASGI.*wayflow_project\.asgi"):
        __import__("wayflow_project.wsgi")


# --- plain mistakes ---


def test_browsers_get_an_icon(client: Client) -> None:
    icon = client.get("/favicon.ico")
    assert icon["Content-Type"] == "image/svg+xml"
    assert icon.content.startswith(b"<svg")
