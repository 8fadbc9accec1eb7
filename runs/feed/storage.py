"""The feed as it is stored, and what of it concerns whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q, QuerySet
from django_eventstream.event import Event
from django_eventstream.storage import EventDoesNotExist, StorageBase

from runs.feed_events import FeedEvent, newest_id
from runs.models import Review
from wayflow.jsontext import json_text

from .channels import user_id_of

RUN, REVIEW = "run", "review"
"""The names of events on the wire."""


class Change(NamedTuple):
    """A stored event with what belongs to it; a review's if it names one."""

    id: int
    status: str
    run_id: UUID
    owner_id: int
    workflow_id: UUID | None
    review_id: int | None
    node_id: str | None

    def event(self, channel: str) -> Event:
        """The change on ``channel``; its data are JSON on one line."""
        workflow = None if self.workflow_id is None else str(self.workflow_id)
        told = {"workflowId": workflow, "status": self.status}
        run_id = str(self.run_id)
        if self.review_id is None:
            return _event(channel, RUN, {"id": run_id, **told}, self.id)
        about = {"id": self.review_id, "runId": run_id, "nodeId": self.node_id}
        return _event(channel, REVIEW, {**about, **told}, self.id)


def changes(events: QuerySet[FeedEvent], most: int) -> list[Change]:
    """The first of ``events``; those of pruned runs are left out."""
    rows = events.order_by("id").values_list(
        "id",
        "status",
        "run_id",
        "run__owner_id",
        "run__workflow_id",
        "review_id",
        "review__node_id",
    )
    return [Change(*row) for row in rows[:most]]


def recipients(
    found: Iterable[Change], listening: Collection[int]
) -> Mapping[int, set[int]]:
    """Whom of those listening each change of ``found`` concerns, by its id."""
    found = list(found)
    asked: dict[int, set[int]] = {
        change.review_id: set() for change in found if change.review_id is not None
    }
    if asked:
        for user in User.objects.filter(pk__in=listening, is_active=True):
            answerable = Review.objects.answerable_by(user).filter(pk__in=asked)
            for review_id in answerable.values_list("pk", flat=True):
                asked[review_id].add(user.pk)
    return {
        change.id: {change.owner_id}.intersection(listening)
        if change.review_id is None
        else asked[change.review_id]
        for change in found
    }


class FeedStorage(StorageBase):
    """Reads the feed of one user's channel; its connections are closed after use."""

    def append_event(self, channel: str, event_type: str, data: object) -> NoReturn:
        """Raises TypeError: a change of the feed is stored with what it tells of."""
        raise TypeError("The feed is written by the moves of runs and reviews alone.")

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """What concerns the channel's user after event ``last_id``; 0 is all there is.

        Raises EventDoesNotExist when some of it is not stored any more.
        """
        try:
            self._refuse_unknown(last_id)
            user = User.objects.get(pk=user_id_of(channel))
            own = Q(review=None, run__owner=user)
            asked = Q(review__in=Review.objects.answerable_by(user))
            after = FeedEvent.objects.filter(own | asked, id__gt=last_id)
            return [change.event(channel) for change in changes(after, limit)]
        finally:
            connection.close()

    def get_current_id(self, channel: str) -> int:
        try:
            return newest_id()
        finally:
            connection.close()

    def _refuse_unknown(self, last_id: int) -> None:
        newest = newest_id()
        oldest = FeedEvent.objects.values_list("id", flat=True).first()
        if last_id > newest or 0 < last_id < (oldest or 0) - 1:
            raise EventDoesNotExist(f"No event {last_id}", newest)


def _event(channel: str, name: str, data: Mapping[str, Any], id: int) -> Event:
    text: Any = json_text(data)
    return Event(channel, name, text, id=id)
