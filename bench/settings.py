"""The project's settings with the node types that are measured."""

from wayflow_project.settings import *  # noqa: F403
from wayflow_project.settings import INSTALLED_APPS as PROJECT_APPS

INSTALLED_APPS = [*PROJECT_APPS, "bench"]
