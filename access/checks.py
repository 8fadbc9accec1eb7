"""What is wrong with an installation's doors: hosts, origins, cookies and sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string

from .csrf import CsrfMiddleware
from .workers import worker_count

TAG = "wayflow"
"""All checks of the project carry it: servers run these alone when they start."""

LOCAL = ("localhost", "127.0.0.1", "[::1]", "::1")
MEMORY_OF_ONE = (
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
)


@register(TAG)
def check_csrf(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Ours must be installed; Django's own check looks for its middleware by name."""
    if any(_is_ours(path) for path in settings.MIDDLEWARE):
        return []
    return [
        Error(
            "Nothing protects sessions against pages of other sites.",
            hint='Put "access.csrf.CsrfMiddleware" into MIDDLEWARE.',
            id="access.E001",
        )
    ]


@register(TAG)
def check_origins(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Browsers send origins without a path, and Django compares letter by letter."""
    wrong = [o for o in settings.CSRF_TRUSTED_ORIGINS if not _is_origin(o)]
    return [
        Error(
            f"{origin!r} is not an origin: no browser sends it.",
            hint="Write scheme://host or scheme://host:port in WAYFLOW_TRUSTED_ORIGINS,"
            " without a slash at the end.",
            id="access.E002",
        )
        for origin in wrong
    ]


@register(TAG)
def check_debug(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Error pages with details are for the developer's own machine."""
    if not settings.DEBUG or _are_local(settings.ALLOWED_HOSTS):
        return []
    return [
        Warning(
            "Others can reach this server, and its error pages show them its insides.",
            hint="Set WAYFLOW_DEBUG=false, or leave WAYFLOW_ALLOWED_HOSTS to this"
            " machine.",
            id="access.W001",
        )
    ]


@register(TAG, deploy=True)
def check_csrf_cookie(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """What Django checks only where its own middleware is installed."""
    if settings.CSRF_COOKIE_SECURE:
        return []
    return [
        Warning(
            "The CSRF cookie is sent over plain HTTP.",
            hint="Set WAYFLOW_HTTPS=true.",
            id="access.W002",
        )
    ]


@register(TAG, deploy=True)
def check_hosts(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """The host of a request decides what counts as our own page."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Warning(
            "The server answers under any host name that a request makes up.",
            hint="Name the hosts in WAYFLOW_ALLOWED_HOSTS.",
            id="access.W003",
        )
    ]


@register(TAG)
def check_sessions(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Sessions must be known to every process that may get the next request."""
    workers = worker_count()
    kept_in_cache = settings.SESSION_ENGINE == "django.contrib.sessions.backends.cache"
    cache = settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {})
    if workers < 2 or not kept_in_cache or cache.get("BACKEND") not in MEMORY_OF_ONE:
        return []
    return [
        Warning(
            f"Each of the {workers} workers knows only the sessions it began itself.",
            hint="Give CACHES a backend that processes share, or leave SESSION_ENGINE"
            " to the database.",
            id="access.W004",
        )
    ]


@register(TAG, deploy=True)
def check_counting(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Processes count together only in a cache that they share."""
    workers = worker_count()
    cache = settings.CACHES.get("default", {})
    counts = settings.WAYFLOW["REQUESTS_PER_MINUTE"] > 0
    if workers < 2 or not counts or cache.get("BACKEND") not in MEMORY_OF_ONE:
        return []
    return [
        Warning(
            f"Each of the {workers} workers counts a user's requests by itself.",
            hint="Set WAYFLOW_CACHE_URL to a cache that processes share, or"
            " WAYFLOW_REQUESTS_PER_MINUTE=0 to count none.",
            id="access.W005",
        )
    ]


def _is_ours(path: str) -> bool:
    installed = import_string(path)
    return isinstance(installed, type) and issubclass(installed, CsrfMiddleware)


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and (
        text == f"{parts.scheme}://{parts.netloc}" and bool(parts.hostname)
    )


def _are_local(hosts: Iterable[str]) -> bool:
    return all(host in LOCAL or host.endswith(".localhost") for host in hosts)
