"""The built editor, as pages refer to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import (
    ManifestFilesMixin,
    staticfiles_storage,
)
from django.templatetags.static import static

SCRIPT = "wayflow/editor.js"
STYLE = "wayflow/editor.css"

BUILD = "make editor"
"""The command that builds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Where a browser finds the editor's module and its stylesheet."""

    script: str
    style: str


def is_built() -> bool:
    """Whether the editor lies among the static files."""
    return all(finders.find(name) for name in (SCRIPT, STYLE))


def editor() -> Editor | None:
    """The editor as this server serves it; None when it is not built or collected."""
    try:
        served = Editor(script=static(SCRIPT), style=static(STYLE))
    except ValueError:
        # The manifest of what was collected does not name it.
        return None
    is_collected = isinstance(staticfiles_storage, ManifestFilesMixin)
    return served if is_collected or is_built() else None
