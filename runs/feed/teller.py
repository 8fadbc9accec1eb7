"""Tells the listeners of this process what is new, from one thread for all of them."""

from __future__ import annotations

import logging
import threading
import time

from django.db import connection
from django.db.models import Q
from django_eventstream.event import Event
from django_eventstream.views import get_listener_manager

from runs.feed_events import FeedEvent, newest_id, news

from .channels import channel_of
from .seats import seats
from .storage import changes, recipients

logger = logging.getLogger(__name__)

POLL_SECONDS = 2.0
"""Between two looks for what other processes brought."""

PAUSE_SECONDS = 0.05
"""What happens within it is read at once."""

AT_ONCE = 2_000

GAP_SECONDS = 10.0
"""How long an id may stay away that was given out but is not committed yet."""

WIDEST_GAP = 1_000


class Teller:
    """Reads what was committed and hands it out, while anybody sits and listens.

    What cannot be read or handed out now is tried again: the table is the truth.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works = False
        self._told = 0
        self._missing: dict[int, float] = {}

    def attend(self) -> None:
        """Tell all that is committed from now on; the first listener has a seat."""
        with self._lock:
            if not self._works:
                self._told, self._missing = newest_id(), {}
                threading.Thread(target=self._work, name="feed", daemon=True).start()
                self._works = True

    def _work(self) -> None:
        while self._goes_on():
            news.wait(POLL_SECONDS)
            news.clear()
            try:
                found = self._tell()
            except Exception:
                logger.exception("The feed could not be read")
                found = 0
            if not found:
                connection.close()
            elif found < AT_ONCE:
                time.sleep(PAUSE_SECONDS)
            else:
                news.set()
        connection.close()

    def _goes_on(self) -> bool:
        with self._lock:
            self._works = bool(seats.users())
            return self._works

    def _tell(self) -> int:
        """Returns how many events are new, whomever they concern."""
        new = FeedEvent.objects.filter(Q(id__gt=self._told) | Q(id__in=self._missing))
        ids = list(new.order_by("id").values_list("id", flat=True)[:AT_ONCE])
        if ids:
            listening = seats.users()
            ours = Q(run__owner__in=listening) | Q(review__isnull=False)
            found = changes(new.filter(ours, id__lte=ids[-1]), AT_ONCE)
            to = recipients(found, listening)
            for change in found:
                for user_id in to[change.id]:
                    _hand_out(change.event(channel_of(user_id)))
        self._advance(ids)
        return len(ids)

    def _advance(self, ids: list[int]) -> None:
        """Note what was told, and what is missing below it."""
        now, came = time.monotonic(), set(ids)
        newest = max(ids, default=self._told)
        for id in range(max(self._told + 1, newest - WIDEST_GAP), newest):
            self._missing[id] = now + GAP_SECONDS
        self._missing = {
            id: until
            for id, until in self._missing.items()
            if id not in came and until > now
        }
        self._told = max(self._told, newest)


def _hand_out(event: Event) -> None:
    try:
        get_listener_manager().add_to_queues(event.channel, event)
    except RuntimeError:
        logger.warning("A listener left without a word", exc_info=True)


teller = Teller()
"""The process's own."""
