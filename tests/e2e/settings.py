"""The project's settings as live servers have them: with the tests' node types."""

from wayflow_project.settings import *  # noqa: F403
from wayflow_project.settings import INSTALLED_APPS as PROJECT_APPS
from wayflow_project.settings import STORAGES as PROJECT_STORAGES

INSTALLED_APPS = [*PROJECT_APPS, "tests.e2e"]
# The pages of the admin come without having collected what they refer to.
STORAGES = {
    **PROJECT_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
