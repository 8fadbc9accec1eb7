"""The project's settings as stalled readers meet them: with a node that pours."""

from wayflow_project.settings import *  # noqa: F403
from wayflow_project.settings import INSTALLED_APPS as PROJECT_APPS
from wayflow_project.settings import WAYFLOW as PROJECT_WAYFLOW

INSTALLED_APPS = [*PROJECT_APPS, "tests.scale"]
# One user has the whole crowd's runs.
WAYFLOW = {**PROJECT_WAYFLOW, "RUNS_PER_USER": 0, "QUEUE_PER_USER": 0}
