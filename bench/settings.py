"""The project's settings with the node types that are measured."""

from wayflow_project.settings import *  # noqa: F403
from wayflow_project.settings import INSTALLED_APPS as PROJECT_APPS
from wayflow_project.settings import MIDDLEWARE as PROJECT_MIDDLEWARE
from wayflow_project.settings import STORAGES as PROJECT_STORAGES

INSTALLED_APPS = [*PROJECT_APPS, "bench"]
MIDDLEWARE = ["bench.counting.count_queries", *PROJECT_MIDDLEWARE]
# The pages of the admin come without having collected what they refer to.
STORAGES = {
    **PROJECT_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
