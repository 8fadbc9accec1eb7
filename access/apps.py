"""The room as Django installs it."""

from importlib import import_module

from django.apps import AppConfig

from .logs import cover_handlers


class AccessConfig(AppConfig):
    """Who may call."""

    name = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        # Being imported is what makes checks and extensions of the schema known.
        import_module("access.checks")
        import_module("access.secret_checks")
        import_module("access.schema")
        # A server's own handlers were there before Django's.
        cover_handlers()
