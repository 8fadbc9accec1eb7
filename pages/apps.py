"""The room as Django installs it."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The pages of people who build workflows."""

    name = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401
