"""The seats for listeners of the feed: so many in a process, so many for each user."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection

from django.conf import settings

from access.errors import ApiError

RETRY_AFTER = {"Retry-After": "30"}


class FeedFull(ApiError):
    def __init__(self) -> None:
        super().__init__(
            503,
            "WF_FEED_FULL",
            "Too many listen to the feed of this server.",
            hint="Come back later, or ask for a higher WAYFLOW_FEED_LISTENERS.",
            headers=RETRY_AFTER,
        )


class TooManyListeners(ApiError):
    def __init__(self, most: int) -> None:
        super().__init__(
            429,
            "WF_FEED_TOO_MANY_LISTENERS",
            f"You listen to the feed {most} times already.",
            hint="Close a window, or share one stream among them.",
            headers=RETRY_AFTER,
        )


class Seats:
    """Who listens in this process. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[int] = Counter()

    def take(self, user_id: int) -> None:
        """Raises FeedFull and TooManyListeners."""
        limits = settings.WAYFLOW
        with self._lock:
            if self._taken.total() >= limits["FEED_LISTENERS"]:
                raise FeedFull
            if self._taken[user_id] >= limits["FEED_LISTENERS_PER_USER"]:
                raise TooManyListeners(self._taken[user_id])
            self._taken[user_id] += 1

    def leave(self, user_id: int) -> None:
        with self._lock:
            self._taken[user_id] -= 1
            if not self._taken[user_id]:
                del self._taken[user_id]

    def users(self) -> Collection[int]:
        """The ids of those who listen."""
        with self._lock:
            return list(self._taken)


seats = Seats()
"""The process's own."""
