"""What a run's journal says of one node, without reading the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import StrIndex

from wayflow.jsontext import json_text

from .models import JournalEntry
from .records import Told, told

ROWS_AT_ONCE = 20


def events_of_node(run_id: UUID, node_id: str) -> Iterator[Told]:
    """The events and private parts about the node, in order."""
    # The database looks through a long story faster, and not every row has to be read.
    spelled = Value(f'"nodeId":{json_text(node_id)}')
    entries = JournalEntry.objects.filter(run=run_id).order_by("first_seq")
    about = entries.annotate(at=StrIndex("events", spelled)).filter(at__gt=0)
    rows = about.values_list("events", flat=True).iterator(ROWS_AT_ONCE)
    return told(rows, node_id=node_id)
