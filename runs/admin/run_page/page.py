"""What the page of a run shows, each part bounded however long the run was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from runs.admin.excerpt import clipped, excerpt, spelled
from runs.admin.review_form import ReviewForm
from wayflow.graph import NodeId
from wayflow.status import NodeStatus, RunStatus
from workflows.picture import picture

from .actions import actions_on
from .addresses import Place
from .asking import ShownReview, reviews_of, shown_review
from .colours import STATUS_COLOURS
from .drawer import chosen_node, drawer_of
from .family import family_of
from .sight import Sight
from .spans import duration_of, spans_of
from .story import Story, Waits, story_of
from .timeline import timeline_of

VALUE_LIMIT = 20_000
"""Characters of the inputs or of the result that are shown."""

LARGEST_PICTURE = 3_000
"""Nodes of a graph that is drawn without being asked for."""

INTERRUPTED_SHOWN = 20

QUICK_MS, SLOW_MS = 2_000, 15_000
"""Between two looks for what no event tells, while a run moves and while it waits."""

_MOVING = (RunStatus.QUEUED, RunStatus.RUNNING)


def page_of(
    sight: Sight, place: Place, now: datetime, wrong: ReviewForm | None = None
) -> dict[str, Any]:
    """The context of the page but for its picture.

    ``wrong`` is the form of a review that was filled in wrongly.
    """
    run = sight.run
    reviews = reviews_of(sight)
    story = story_of(sight, _waits(reviews))
    node_id = chosen_node(story, place.node)
    return {
        "run": run,
        "sight": sight,
        "place": place,
        "story": story,
        "colour": STATUS_COLOURS.get(run.status, ""),
        "duration": spelled(duration_of(run, now)),
        "spans": spans_of(run, reviews, now),
        "actions": actions_on(sight, story, now),
        "interrupted": _interrupted(story, place) if run.cancel_requested_at else [],
        "failed_href": _href_of_failed(story, place),
        "inputs": excerpt(run.inputs, VALUE_LIMIT),
        "result": None if run.result is None else excerpt(run.result, VALUE_LIMIT),
        "reviews": _shown_reviews(sight, story, reviews, wrong),
        "timeline": timeline_of(sight, story, place, now),
        "drawer": None if node_id is None else drawer_of(sight, story, node_id),
        "family": family_of(sight),
        "large_href": place.at(picture=True),
        "pace": QUICK_MS if run.status in _MOVING else SLOW_MS,
    }


def picture_of(context: Mapping[str, Any]) -> SafeString | None:
    """The graph in the states of the nodes; None when it is too large to be given."""
    story: Story = context["story"]
    place: Place = context["place"]
    if len(story.graph.nodes) > LARGEST_PICTURE and not place.picture:
        return None
    drawer = context["drawer"]
    return picture(
        story.graph,
        states=story.states,
        edge_states=story.edges,
        selected=None if drawer is None else NodeId(drawer.node.node_id),
        link=lambda node_id: f"{place.at(node=node_id)}#node",
    )


def _waits(reviews: list[Any]) -> Waits:
    waits = defaultdict(list)
    for review in reversed(reviews):
        waits[review.node_id].append(review.opened_at)
    return waits


def _shown_reviews(
    sight: Sight, story: Story, reviews: list[Any], wrong: ReviewForm | None
) -> list[ShownReview]:
    shown = []
    for review in reviews:
        node = story.nodes.get(review.node_id)
        name = (node and node.label) or review.node_id
        shown.append(shown_review(sight, review, clipped(name), wrong))
    return shown


def _interrupted(story: Story, place: Place) -> list[tuple[str, str]]:
    """Names and addresses of the nodes that a cancel stopped."""
    stopped = [n for n in story.nodes.values() if n.status == NodeStatus.CANCELLED]
    return [
        (clipped(node.label or node.node_id), place.at(node=node.node_id))
        for node in stopped[:INTERRUPTED_SHOWN]
    ]


def _href_of_failed(story: Story, place: Place) -> str | None:
    return None if story.failed is None else place.at(node=story.failed.node_id)
