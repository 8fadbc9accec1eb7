"""The run-time room as Django installs it."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"
    verbose_name = "Runs"

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks, limit_checks  # noqa: F401
