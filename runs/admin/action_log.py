"""What staff did, and why, in Django's own log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_REASON = 500


def log_action(
    by: User, objects: Sequence[Model], what: str, *, reason: str = ""
) -> None:
    """Note that ``by`` did ``what``, a sentence, with each of ``objects``."""
    why = reason.strip()[:LONGEST_REASON]
    message = f"{what} Reason: {why}" if why else what
    LogEntry.objects.log_actions(by.pk, objects, CHANGE, message)
