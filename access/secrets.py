"""What in the settings must never leave the server, and what sees to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from .scrubber import Scrubber

_PLACES = ("DATABASES", "CACHES", "CHANNEL_LAYERS", "WAYFLOW")
_PASSWORDS = ("PASSWORD", "PASSWD")


@cache
def scrubber() -> Scrubber:
    """The process's own, for the secrets of its settings."""
    return Scrubber(secret_values().values())


def clean(value: Any) -> Any:
    """A value of JSON without the server's secrets."""
    return scrubber().value(value)


def secret_values() -> dict[str, str]:
    """The secrets in the settings, by where they are from."""
    given: dict[str, str] = {
        "SECRET_KEY": settings.SECRET_KEY,
        "OPENAI_API_KEY": settings.WAYFLOW["OPENAI_API_KEY"],
        "EMAIL_HOST_PASSWORD": settings.EMAIL_HOST_PASSWORD,
        **_numbered("SECRET_KEY_FALLBACKS", settings.SECRET_KEY_FALLBACKS),
        **_numbered("WAYFLOW_SECRETS", settings.WAYFLOW["SECRETS"]),
    }
    for name in _PLACES:
        given.update(_passwords(name, getattr(settings, name, {})))
    return {place: value for place, value in given.items() if value}


def _numbered(name: str, values: Iterable[str | bytes]) -> dict[str, str]:
    texts = (v if isinstance(v, str) else v.decode() for v in values)
    return {f"{name}[{i}]": text.strip() for i, text in enumerate(texts)}


def _passwords(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """The passwords in a setting: those called so, and those of URLs.

    One that is the name of its user or database is known to everybody.
    """
    if isinstance(value, str):
        yield from _password_in_url(place, value)
    elif isinstance(value, Mapping):
        known = {value.get("USER"), value.get("NAME")}
        for name, member in value.items():
            inside = f"{place}.{name}"
            if str(name).upper() not in _PASSWORDS:
                yield from _passwords(inside, member)
            elif isinstance(member, str) and member not in known:
                yield inside, member
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _passwords(f"{place}[{i}]", item)


def _password_in_url(place: str, url: str) -> Iterator[tuple[str, str]]:
    if "://" not in url or "@" not in url:
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if parts.password and parts.password not in (parts.username, parts.path[1:]):
        yield place, unquote(parts.password)
