"""Whether the limits of an installation can be meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from access.checks import TAG

POSITIVE = (
    "NODE_TIMEOUT",
    "RUN_TIMEOUT",
    "MAX_CONCURRENCY",
    "MAX_BODY_BYTES",
    "MAX_NODES",
    "MAX_EDGES",
    "MAX_NESTING",
    "MAX_INPUT_BYTES",
    "MAX_OUTPUT_BYTES",
    "FEED_LISTENERS",
    "FEED_LISTENERS_PER_USER",
    "WORKERS",
)
NOT_NEGATIVE = (
    "MAX_TAKEOVERS",
    "REQUESTS_PER_MINUTE",
    "SIGN_INS_PER_MINUTE",
    "RUNS_PER_USER",
    "QUEUE_PER_USER",
    "QUEUE_LENGTH",
    "WAIT_SECONDS",
    "RETENTION_DAYS",
    "VERSION_DAYS",
)
AT_MOST = (
    ("MAX_INPUT_BYTES", "MAX_BODY_BYTES", "such inputs come in no request"),
    ("NODE_TIMEOUT", "RUN_TIMEOUT", "no node may ever take so long"),
    ("FEED_LISTENERS_PER_USER", "FEED_LISTENERS", "one user may take all places"),
    ("QUEUE_PER_USER", "QUEUE_LENGTH", "one user may fill the whole queue"),
)
"""The first should not exceed the second, for else the third; 0 of either is none."""

VARIABLES = {"WORKERS": "WEB_CONCURRENCY"}


@register(TAG)
def check_limits(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Limits must leave room for something."""
    given: Any = settings.WAYFLOW
    return [
        Error(
            f"{variable_of(name)} is {given[name]}: nothing could be done.",
            hint=f"Set {variable_of(name)} to {least}.",
            id="runs.E007",
        )
        for name, least in _impossible()
    ]


@register(TAG)
def check_contradictions(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """A limit that another one makes void is not what its owner wanted."""
    given: Any = settings.WAYFLOW
    return [
        Warning(
            f"{variable_of(less)} is more than {variable_of(more)}: {consequence}.",
            hint=f"Lower {variable_of(less)}, or raise {variable_of(more)}.",
            id="runs.W005",
        )
        for less, more, consequence in AT_MOST
        if given[less] > given[more] > 0
    ]


def variable_of(name: str) -> str:
    """The environment's name for a setting."""
    return VARIABLES.get(name, f"WAYFLOW_{name}")


def _impossible() -> Iterator[tuple[str, str]]:
    given: Any = settings.WAYFLOW
    # Put so that what is not a number at all is caught too.
    for name in POSITIVE:
        if not given[name] > 0:
            yield name, "more than 0"
    for name in NOT_NEGATIVE:
        if not given[name] >= 0:
            yield name, "0 or more"
