"""The room as Django installs it."""

from importlib import import_module

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may call."""

    name = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        # Being imported is what makes an extension of the schema known.
        import_module("access.schema")
