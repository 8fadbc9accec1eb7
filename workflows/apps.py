"""The room as Django installs it."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkflowsConfig(AppConfig):
    """Design time."""

    name = "workflows"
    verbose_name = "Workflows"

    def ready(self) -> None:
        """Register the system checks, and what every app's ``wayflow_nodes`` brings."""
        from . import checks  # noqa: F401

        autodiscover_modules("wayflow_nodes")
