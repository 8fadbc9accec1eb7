"""The project's settings as live servers have them: with the tests' node types."""

from wayflow_project.settings import *  # noqa: F403
from wayflow_project.settings import INSTALLED_APPS as PROJECT_APPS

INSTALLED_APPS = [*PROJECT_APPS, "tests.e2e"]
