"""The paths that a live server answers, read from the URL configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

API = "/api/"
CATCH_ALL = "/api/<rest>"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def routes() -> list[str]:
    """Every path, with names in angle brackets, but the API's word for all others."""
    return sorted({*_below(get_resolver(), "/")} - {CATCH_ALL})


def filled(route: str, values: Mapping[str, str]) -> str:
    """``route`` with ``values`` by name, and 1 for names that have none."""
    return re.sub(r"<(\w+)>", lambda found: values.get(found[1], "1"), route)


def _below(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = before.rstrip("/") + simplify_regex(str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield re.sub(r"<\w+:(\w+)>", r"<\1>", path)
        else:
            yield from _below(entry, path)
