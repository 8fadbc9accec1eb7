"""The values of a run in full, of which its page shows excerpts."""

from __future__ import annotations

from typing import Any

from runs.admin.excerpt import spelled_value
from runs.graphs import graphs
from runs.models import Review
from runs.node_events import events_of_node
from runs.node_runs import node_runs
from wayflow.status import NodeStatus

from .sight import Sight

_OF_RUN = ("inputs", "result", "error")


def whole_value(sight: Sight, what: str, node_id: str, review: int) -> str | None:
    """The text of a value of the run, of one of its nodes or of a review.

    ``what`` is ``inputs``, ``result`` or ``error`` of the run; ``inputs``, ``error``,
    ``outputs`` or ``calls`` of a node; ``data`` of a review. None when there is none.
    """
    if node_id:
        return _of_node(sight, what, node_id)
    if review:
        return _of_review(sight, what, review)
    value = getattr(sight.run, what) if what in _OF_RUN else None
    return None if value is None else spelled_value(value)


def _of_review(sight: Sight, what: str, pk: int) -> str | None:
    review = Review.objects.filter(pk=pk, run=sight.run.pk).first()
    if review is None or what != "data" or "value" not in review.data:
        return None
    return spelled_value(review.data["value"])


def _of_node(sight: Sight, what: str, node_id: str) -> str | None:
    if what == "outputs":
        return _outputs(sight, node_id)
    graph = graphs.load(sight.run.document.digest)
    told = node_runs(graph, events_of_node(sight.run.pk, node_id))
    if not told:
        return None
    (node,) = told
    if what == "calls":
        return spelled_value(list(node.tool_calls.values()))
    value: Any = node.shown.get(what) if what in ("inputs", "error") else None
    return None if value is None else spelled_value(value)


def _outputs(sight: Sight, node_id: str) -> str | None:
    """By port; of the newest completion."""
    whole: dict[str, Any] | None = None
    for event, private in events_of_node(sight.run.pk, node_id):
        if event["data"].get("status") == NodeStatus.COMPLETE:
            whole = (private or {}).get("outputs", {})
    return None if whole is None else spelled_value(whole)
