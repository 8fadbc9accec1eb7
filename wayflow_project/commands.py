"""The project's commands, as manage.py and the installed wayflow-server run them."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wayflow_project.settings")
    execute_from_command_line(sys.argv)
