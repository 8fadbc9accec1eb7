"""The project's settings as stalled readers meet them: with a node that pours."""

from wayflow_project.settings import *  # noqa: F403
from wayflow_project.settings import INSTALLED_APPS as PROJECT_APPS

INSTALLED_APPS = [*PROJECT_APPS, "tests.scale"]
