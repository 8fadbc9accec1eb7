"""How often one user may call: one count for plain endpoints and REST views."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

from .errors import ApiError

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

WINDOW_SECONDS = 60

logger = logging.getLogger(__name__)


class TooManyRequests(ApiError):
    def __init__(self, limit: int, seconds: int) -> None:
        super().__init__(
            429,
            "WF_TOO_MANY_REQUESTS",
            f"These are more than {limit} requests in one minute.",
            hint=f"Call again in {seconds} s, or ask for a higher"
            " WAYFLOW_REQUESTS_PER_MINUTE.",
            headers={"Retry-After": str(seconds)},
        )


def count_request(user_id: int, *, now: float) -> None:
    """Count a request of a user at ``now``, in seconds since 1970.

    Counted are the minutes of the clock, by all processes that share the cache. Raises
    TooManyRequests, which says in how many seconds the next minute begins.
    """
    limit = settings.WAYFLOW["REQUESTS_PER_MINUTE"]
    if not limit:
        return
    minute, second = divmod(int(now), WINDOW_SECONDS)
    if counted(f"wayflow.requests.{user_id}.{minute}") > limit:
        raise TooManyRequests(limit, WINDOW_SECONDS - second)


class RequestThrottle(BaseThrottle):
    """Counts the requests to REST views."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.user.is_authenticated:
            count_request(request.user.pk, now=time.time())
        return True


def counted(key: str) -> int:
    """How often ``key`` was counted, this time included; 0 if no cache can tell."""
    try:
        return _increased(key)
    except Exception as error:
        # A cache that is down must not take the server with it.
        logger.warning("Requests cannot be counted: %s", error)
        return 0


def _increased(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:
        # The first of this minute; another may have been faster since.
        is_first = cache.add(key, 1, 2 * WINDOW_SECONDS)
        return 1 if is_first else cache.incr(key)
