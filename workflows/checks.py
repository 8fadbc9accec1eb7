"""What is wrong with an installation's models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register

from access.checks import TAG


@register(TAG, deploy=True)
def check_key(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The mock is a choice too, but one that should be known."""
    if settings.WAYFLOW["OPENAI_API_KEY"]:
        return []
    return [
        Info(
            "There is no key for a model provider: a mock answers instead of models.",
            hint="Set OPENAI_API_KEY.",
            id="workflows.I001",
        )
    ]


@register(TAG)
def check_models(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Who pays for a key wants to choose a model."""
    given = settings.WAYFLOW
    if not given["OPENAI_API_KEY"] or given["LLM_MODELS"] or given["IMAGE_MODELS"]:
        return []
    return [
        Warning(
            "There is a key for a model provider, but no model is on offer.",
            hint="Name some in WAYFLOW_LLM_MODELS or WAYFLOW_IMAGE_MODELS.",
            id="workflows.W001",
        )
    ]


@register(TAG)
def check_endpoint(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Requests, and the key with them, go to a place that can be reached."""
    url = urlsplit(settings.WAYFLOW["OPENAI_BASE_URL"])
    if not url.geturl() or (url.scheme in ("http", "https") and url.hostname):
        return []
    return [
        Error(
            "The address of the model provider is not one of the web.",
            hint="Give OPENAI_BASE_URL as https://host/path, or leave it empty for"
            " OpenAI's own.",
            id="workflows.E001",
        )
    ]
