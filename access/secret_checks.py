"""Secrets in the settings that are too short to be looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from .checks import TAG
from .scrubber import SHORTEST
from .secrets import secret_values


@register(TAG)
def check_secrets(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """What is short stands in many texts that say nothing of it."""
    return [
        Warning(
            f"The secret {place} is too short to be looked for: it may show in logs,"
            " events and answers.",
            hint=f"Choose one of {SHORTEST} characters or more.",
            id="access.W006",
        )
        for place, value in secret_values().items()
        if len(value) < SHORTEST
    ]
