"""What the URL configuration holds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from access.endpoint import is_endpoint


def nameless(path: str) -> str:
    """A path whose parameters have no names."""
    return re.sub(r"[{<][^}>]*[}>]", "{}", path)


def routes(
    resolver: URLResolver | None = None, before: str = "/"
) -> Iterator[tuple[str, URLPattern]]:
    """Every route by its path without names."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = before.rstrip("/") + simplify_regex(str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield nameless(path), entry
        else:
            yield from routes(entry, path)


def methods_of(route: URLPattern) -> set[str]:
    """What a route allows, by what its view says of itself; a page is only read."""
    view: Any = route.callback
    if is_endpoint(view):
        refused = asyncio.run(view(RequestFactory().generic("PURGE", "/")))
        return set(refused["Allow"].split(", ")) - {"HEAD", "OPTIONS"}
    actions = getattr(view, "actions", None)
    if actions is not None:
        return {method.upper() for method in actions} - {"HEAD"}
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    verbs = {"get", "post", "put", "patch", "delete"}
    verbs &= {*getattr(kind, "http_method_names", ())}
    return {verb.upper() for verb in verbs if hasattr(kind, verb)} or {"GET"}
