"""One node of one run, with its whole output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse

from access.endpoint import Call, endpoint
from access.errors import ApiError
from runs import services
from runs.graphs import graphs
from runs.models import Run
from runs.node_events import events_of_node
from runs.node_runs import idle, node_runs
from runs.records import Told
from wayflow.graph import NodeId
from wayflow.status import NodeStatus

from .answers import json_answer
from .reading import known_run_id


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
    runs = node_runs(graph, _noting_outputs(events_of_node(run.pk, node_id), whole))
    shown = runs[0] if runs else idle(graph, node_id)
    return json_answer({**shown.data(), "outputs": whole})


def _visible(call: Call, run_id: str) -> Run:
    visible = Run.objects.visible_to(call.user).filter(pk=known_run_id(run_id))
    run = visible.select_related("document").only("document__digest").first()
    if run is None:
        raise services.RunNotFound
    return run


def _noting_outputs(records: Iterable[Told], whole: dict[str, Any]) -> Iterator[Told]:
    """``records``; ``whole`` becomes the values by port of the newest completion."""
    for event, private in records:
        if event["data"].get("status") == NodeStatus.COMPLETE:
            whole.clear()
            whole.update((private or {}).get("outputs", {}))
        yield event, private
