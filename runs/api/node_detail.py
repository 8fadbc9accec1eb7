"""One node of one run, with its whole output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Value
from django.db.models.functions import StrIndex
from django.http import HttpResponse

from access.endpoint import Call, endpoint
from access.errors import ApiError
from runs import services
from runs.graphs import graphs
from runs.models import JournalEntry, Run
from runs.node_runs import idle, node_runs
from runs.records import Told, told
from wayflow.graph import NodeId
from wayflow.jsontext import json_text
from wayflow.status import NodeStatus

from .answers import json_answer
from .reading import known_run_id

ROWS_AT_ONCE = 20


class NodeNotInRun(ApiError):
    def __init__(self, node_id: str) -> None:
        super().__init__(
            404, "WF_NODE_NOT_FOUND", f"The run has no node {node_id[:100]!r}."
        )


@endpoint(methods=("GET",))
def node(call: Call, run_id: str, node_id: str) -> HttpResponse:
    """What one node did in a run, with its values by port in full as `outputs`.

    Its `inputs` are those that its events show; where one is cut off, the node that it
    comes from has the whole.
    """
    run = _visible(call, run_id)
    graph = graphs.load(run.document.digest)
    if NodeId(node_id) not in graph.nodes:
        raise NodeNotInRun(node_id)
    whole: dict[str, Any] = {}
    runs = node_runs(graph, _noting_outputs(_told(run, node_id), whole))
    shown = runs[0] if runs else idle(graph, node_id)
    return json_answer({**shown.data(), "outputs": whole})


def _visible(call: Call, run_id: str) -> Run:
    visible = Run.objects.visible_to(call.user).filter(pk=known_run_id(run_id))
    run = visible.select_related("document").only("document__digest").first()
    if run is None:
        raise services.RunNotFound
    return run


def _told(run: Run, node_id: str) -> Iterator[Told]:
    # The database looks through a long story faster, and not every row has to be read.
    spelled = Value(f'"nodeId":{json_text(node_id)}')
    entries = JournalEntry.objects.filter(run=run).order_by("first_seq")
    about = entries.annotate(at=StrIndex("events", spelled)).filter(at__gt=0)
    rows = about.values_list("events", flat=True).iterator(ROWS_AT_ONCE)
    return told(rows, node_id=node_id)


def _noting_outputs(records: Iterable[Told], whole: dict[str, Any]) -> Iterator[Told]:
    """``records``; ``whole`` becomes the values by port of the newest completion."""
    for event, private in records:
        if event["data"].get("status") == NodeStatus.COMPLETE:
            whole.clear()
            whole.update((private or {}).get("outputs", {}))
        yield event, private
