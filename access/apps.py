"""The room as Django installs it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may call."""

    name = "access"
    verbose_name = "Access"
