"""What staff did, and why, in Django's own log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model

from .secrets import clean

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_REASON = 500


def log_action(
    by: User, objects: Sequence[Model], what: str, *, reason: str = ""
) -> None:
    """Note that ``by`` did ``what``, a sentence, with each of ``objects``.

    The text has no secret of the server. To call this in the transaction of what it
    tells makes both happen, or neither.
    """
    LogEntry.objects.log_actions(by.pk, objects, CHANGE, told(what, reason))


def told(what: str, reason: str) -> str:
    """``what`` and the reason for it, if there is one, without a secret."""
    # Half of a secret would not be known as one. Not every database takes a NUL.
    why = clean(reason.replace("\0", "").strip())[:LONGEST_REASON]
    return f"{clean(what)} Reason: {why}" if why else clean(what)
