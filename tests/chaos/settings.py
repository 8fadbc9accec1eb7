"""The project's settings as servers that are to die have them."""

from tests.e2e.settings import *  # noqa: F403
from tests.e2e.settings import INSTALLED_APPS as LIVE_APPS

INSTALLED_APPS = [*LIVE_APPS, "tests.chaos"]
