"""What is missing from an installation before anybody can build a workflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from access.checks import TAG

from . import assets


@register(TAG, deploy=True)
def check_editor(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """The editor is built from its sources, and comes with no checkout."""
    if assets.is_built() or assets.editor() is not None:
        return []
    return [
        Warning(
            "The editor is not built: the page of a workflow can only say so.",
            hint=f"Run `{assets.BUILD}` before `manage.py collectstatic`.",
            id="pages.W001",
        )
    ]
