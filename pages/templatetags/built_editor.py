"""The built editor, for templates that show it outside of the pages."""

from __future__ import annotations

from django import template

from pages import assets

register = template.Library()


@register.simple_tag
def built_editor() -> assets.Editor | None:
    """Where its files are; None when it is not built or collected."""
    return assets.editor()
