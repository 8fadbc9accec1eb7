"""What people are told of: each change of a run's status and of a review."""

from __future__ import annotations

import threading
from uuid import UUID

from django.db import connection, models, transaction

KEPT = 50_000
"""How many of the newest are kept for those who come back."""

WAITING, ANSWERED, WITHDRAWN = "waiting", "answered", "withdrawn"
"""What becomes of a review; it is withdrawn when its run ends without an answer."""

news = threading.Event()
"""Set after each commit that brought something to tell; for one reader."""


class FeedEvent(models.Model):
    """A status that a run took on, or a review of it if there is one.

    Whatever it points at may have been pruned since.
    """

    # Without index and constraint a row costs next to nothing: one is written with
    # every move of a run, and they are read by their own ids alone.
    run = models.ForeignKey(
        "runs.Run",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    review = models.ForeignKey(
        "runs.Review",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    status = models.CharField(max_length=16)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.run_id}: {self.status}"


def note(run_id: UUID, status: str, *, review_id: int | None = None) -> None:
    """Store what is to be told, in the transaction that makes it true."""
    table = connection.ops.quote_name(FeedEvent._meta.db_table)
    key = FeedEvent._meta.get_field("run").get_db_prep_save(run_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (run_id, review_id, status) VALUES (%s, %s, %s)",
            [key, review_id, str(status)],
        )
    transaction.on_commit(news.set)


def newest_id() -> int:
    """The id of the newest event, 0 when there is none."""
    last = FeedEvent.objects.order_by("-id").values_list("id", flat=True).first()
    return last or 0
