"""Lets nobody guess passwords by the thousand."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from .throttle import WINDOW_SECONDS, counted


class Patience:
    """An authentication backend that knows nobody; it is asked before the others.

    So many attempts in a minute may be made at one name from one address.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **_: Any
    ) -> None:
        """Raises ValidationError, which a form shows, after too many attempts.

        Then nobody looks at the password, right or wrong.
        """
        limit = settings.WAYFLOW["SIGN_INS_PER_MINUTE"]
        if not limit or request is None or username is None:
            return
        minute, second = divmod(int(time.time()), WINDOW_SECONDS)
        who = f"{request.META.get('REMOTE_ADDR', '')} {username}"
        digest = sha256(who.encode(errors="replace")).hexdigest()
        if counted(f"wayflow.sign-ins.{digest}.{minute}") > limit:
            seconds = WINDOW_SECONDS - second
            raise ValidationError(
                f"Too many attempts. Try again in {seconds} s.", "too_many_attempts"
            )
