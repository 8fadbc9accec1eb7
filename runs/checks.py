"""What is wrong with an installation before the first run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.module_loading import import_string

from access.checks import TAG
from access.workers import worker_count

from . import executor
from .host import BEAT_SECONDS

SHORTEST_LEASE = 2 * BEAT_SECONDS
EAGER_SECONDS = 1.0
PROXY_SECONDS = 60.0
"""After so much silence common proxies (nginx, load balancers) cut a connection."""

MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"


@register(TAG)
def check_database(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """SQLite must take its write lock at the start, and keep what it is told."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "sqlite":
        return []
    found: list[CheckMessage] = []
    options = connection.settings_dict.get("OPTIONS", {})
    if options.get("transaction_mode") != "IMMEDIATE":
        found.append(
            Error(
                "SQLite transactions begin without the write lock.",
                hint='Set DATABASES["default"]["OPTIONS"]["transaction_mode"] to'
                ' "IMMEDIATE": otherwise writers fail with "database is locked".',
                id="runs.E001",
            )
        )
    if ":memory:" in str(connection.settings_dict["NAME"]) and not settings.DEBUG:
        found.append(
            Warning(
                "The database is in memory: runs end with the process.",
                hint="Set DATABASE_URL to a file or to PostgreSQL.",
                id="runs.W001",
            )
        )
    return found


@register(TAG)
def check_atomic_requests(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Async views cannot be wrapped in a transaction."""
    if not connections[DEFAULT_DB_ALIAS].settings_dict.get("ATOMIC_REQUESTS"):
        return []
    return [
        Error(
            "ATOMIC_REQUESTS is on, but the streaming views are async.",
            hint='Set DATABASES["default"]["ATOMIC_REQUESTS"] to False.',
            id="runs.E002",
        )
    ]


@register(TAG)
def check_executor(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """The executor must be importable."""
    try:
        import_string(executor.path())
    except ImportError as error:
        return [
            Error(
                f'WAYFLOW["EXECUTOR"] cannot be imported: {error}',
                hint="Give the dotted path of a class, module and all.",
                id="runs.E003",
            )
        ]
    return []


@register(TAG)
def check_lease(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """A lease must outlive the time between two renewals of it."""
    if settings.WAYFLOW["LEASE_SECONDS"] >= SHORTEST_LEASE:
        return []
    return [
        Error(
            "A living server would lose its runs before it renews its lease.",
            hint=f"Set WAYFLOW_LEASE_SECONDS to {SHORTEST_LEASE:g} or more.",
            id="runs.E004",
        )
    ]


@register(TAG)
def check_keep_alive(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Neither busy with comments, nor silent for so long that proxies hang up."""
    seconds = settings.WAYFLOW["KEEP_ALIVE_SECONDS"]
    hint = "Set WAYFLOW_KEEP_ALIVE_SECONDS to something like 15."
    if not seconds > 0:
        problem = "Streams would send comments without a pause."
        return [Error(problem, hint=hint, id="runs.E005")]
    if seconds < EAGER_SECONDS:
        problem = f"Every silent stream sends a comment each {seconds:g} s."
        return [Warning(problem, hint=hint, id="runs.W002")]
    if seconds >= PROXY_SECONDS:
        problem = f"Proxies cut streams that are silent for {seconds:g} s."
        return [Warning(problem, hint=hint, id="runs.W003")]
    return []


@register(TAG)
def check_layers(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """A channel layer in memory reaches nobody in another process."""
    workers = worker_count()
    layers = getattr(settings, "CHANNEL_LAYERS", {})
    in_memory = [n for n, of in layers.items() if of.get("BACKEND") == MEMORY_LAYER]
    if workers < 2 or not in_memory:
        return []
    return [
        Warning(
            f"{workers} workers, but the channel layer is in the memory of each.",
            hint="Give CHANNEL_LAYERS a backend that processes share, or leave it out:"
            " then each looks into the database for what the others did.",
            id="runs.W004",
        )
    ]


@register(TAG)
def check_wsgi(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Streams need ASGI, and so does the host, which starts and stops with it."""
    if not settings.WSGI_APPLICATION:
        return []
    return [
        Error(
            "WSGI_APPLICATION is set, but Wayflow cannot be served that way.",
            hint="Remove it and serve wayflow_project.asgi:application, for instance"
            " with uvicorn.",
            id="runs.E006",
        )
    ]
