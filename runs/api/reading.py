"""Requests as run time reads them: ids, bodies and preferences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from access.errors import ApiError
from access.serializers import LONGEST_NAME
from runs.chunks import ChunkStyle
from runs.services import RunNotFound

LONGEST_WAIT = 300.0


class FieldRefused(ApiError):
    """A field of the body is missing, unknown or of the wrong type."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(400, "WF_FIELD_REFUSED", f'"{name}" {problem}.', attr=name)


class EventIdInvalid(ApiError):
    def __init__(self, given: str) -> None:
        super().__init__(
            400, "WF_EVENT_ID_INVALID", f"{given[:40]!r} is not the id of an event."
        )


class ChunksInvalid(ApiError):
    def __init__(self, given: str) -> None:
        known = " or ".join(ChunkStyle)
        super().__init__(
            400, "WF_CHUNKS_INVALID", f'"chunks" must be {known}, not {given[:40]!r}.'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """How a caller likes to wait: ``seconds`` None means the server decides."""

    respond_async: bool
    seconds: float | None


def uuid_or_none(value: Any) -> UUID | None:
    """The UUID that ``value`` spells, if it does."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def known_run_id(value: str) -> UUID:
    """The id of a run in a path. Raises RunNotFound for what can be none."""
    run_id = uuid_or_none(value)
    if run_id is None:
        raise RunNotFound
    return run_id


def refuse_unknown(body: Mapping[str, Any], known: Collection[str]) -> None:
    """Raises FieldRefused for the first field that is not ``known``."""
    for name in body:
        if name not in known:
            raise FieldRefused(name[:LONGEST_NAME], "is unknown")


def version_number(value: Any) -> int | None:
    """The number of a version; None when none is asked for. Raises FieldRefused."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise FieldRefused("version", "must be the number of a version")
    return value


def preference_of(request: HttpRequest) -> Preference:
    """What the ``Prefer`` header asks for; what it cannot mean is ignored."""
    respond_async, seconds = False, None
    for item in request.headers.get("Prefer", "").split(","):
        name, _, value = item.strip().partition("=")
        value = value.strip(' "')
        if name.strip().lower() == "respond-async":
            respond_async = True
        elif name.strip().lower() == "wait" and value.isascii() and value.isdigit():
            seconds = min(float(value), LONGEST_WAIT)
    return Preference(respond_async=respond_async, seconds=seconds)


def last_event_id(request: HttpRequest) -> int:
    """The event after which to go on, by header or ``?after=``; 0 is the start.

    A browser that reconnects sends both; the header is the newer. Raises
    EventIdInvalid.
    """
    given = request.headers.get("Last-Event-ID") or request.GET.get("after") or "0"
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise EventIdInvalid(given)
    return int(given)


def chunk_style(request: HttpRequest) -> ChunkStyle:
    """What ``?chunks=`` asks for. Raises ChunksInvalid."""
    given = request.GET.get("chunks", ChunkStyle.CONTENT)
    try:
        return ChunkStyle(given)
    except ValueError:
        raise ChunksInvalid(given) from None


def wants_events(request: HttpRequest) -> bool:
    """Whether the caller accepts a stream of events by name."""
    accepted = request.headers.get("Accept", "")
    return any(
        kind.partition(";")[0].strip().lower() == "text/event-stream"
        for kind in accepted.split(",")
    )
