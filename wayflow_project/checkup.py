"""What the system checks say to a server, which nobody starts through manage.py."""

import logging

from django.conf import settings
from django.core.checks import run_checks

from access.checks import TAG

logger = logging.getLogger(__name__)


def report_checks() -> None:
    """Log what the project's own checks find; the server starts all the same.

    A worker knows here how many there are, which ``manage.py check`` may not.
    """
    deployed = not settings.DEBUG
    for found in run_checks(tags=[TAG], include_deployment_checks=deployed):
        if not found.is_silenced():
            logger.log(found.level, "%s", found)
