"""The room as Django installs it."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkflowsConfig(AppConfig):
    """Design time."""

    name = "workflows"
    verbose_name = "Workflows"

    def ready(self) -> None:
        """Import every app's ``wayflow_nodes``, which registers what it brings."""
        autodiscover_modules("wayflow_nodes")
