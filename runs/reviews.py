"""The questions of runs to people: opened by a pause, answered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import Group, User

from access.errors import ApiError
from wayflow.checkpoint import Decision
from wayflow.graph import Node, NodeId
from wayflow.status import RunStatus
from wayflow.values import ABSENT

from .feed_events import ANSWERED, WAITING, WITHDRAWN, note
from .graphs import graphs
from .models import Review, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

BRANCHES = ("approved", "rejected")
TERMS = "review"
"""The key of a node's config under which the terms of its review lie."""

LONGEST_DAYS = 3_650


class ReviewTermsInvalid(ApiError):
    def __init__(self, node: Node, problem: str) -> None:
        super().__init__(
            400,
            "WF_REVIEW_TERMS_INVALID",
            f"The review terms of node {node.id} are wrong: {problem}.",
            hint='Give {"users", "groups", "expiresAfter", "expiryBranch"}.',
            attr="graph",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTerms:
    """Who may answer, by name, and what happens when nobody does.

    Without names it is whoever may run the workflow. ``expires_after`` is in seconds;
    then ``expiry_branch`` is taken.
    """

    users: Sequence[str] = ()
    groups: Sequence[str] = ()
    expires_after: float | None = None
    expiry_branch: str = "rejected"


def terms_of(node: Node) -> ReviewTerms:
    """The terms in a node's config. Raises ReviewTermsInvalid."""
    given = node.data.get(TERMS)
    if given is None:
        return ReviewTerms()
    if not isinstance(given, Mapping):
        raise ReviewTermsInvalid(node, "they must be an object")
    unknown = given.keys() - {"users", "groups", "expiresAfter", "expiryBranch"}
    if unknown:
        raise ReviewTermsInvalid(node, f"{min(unknown)} is unknown")
    return ReviewTerms(
        users=_names(node, given, "users"),
        groups=_names(node, given, "groups"),
        expires_after=_seconds(node, given.get("expiresAfter")),
        expiry_branch=_branch(node, given.get("expiryBranch", "rejected")),
    )


def open_review(
    run_id: UUID, seq: int, suspension: Mapping[str, Any], now: datetime
) -> None:
    """Store the question that event number ``seq`` of a run asks."""
    digest = Run.objects.values_list("document__digest", flat=True).get(pk=run_id)
    node_id = NodeId(suspension["nodeId"])
    node = graphs.load(digest).nodes.get(node_id)
    terms = ReviewTerms() if node is None else terms_of(node)
    after = terms.expires_after
    review = Review.objects.create(
        run_id=run_id,
        node_id=node_id,
        instructions=suspension["instructions"].replace("\0", "\ufffd"),
        data={"value": suspension["data"]} if "data" in suspension else {},
        opened_at=now,
        opened_seq=seq,
        expires_at=None if after is None else now + timedelta(seconds=after),
        expiry_branch=terms.expiry_branch,
    )
    if terms.users:
        review.users.set(User.objects.filter(username__in=terms.users))
    if terms.groups:
        review.groups.set(Group.objects.filter(name__in=terms.groups))
    note(run_id, WAITING, review_id=review.pk)


def answer(
    review: Review, decision: Decision, *, by: User | None, now: datetime
) -> bool:
    """Answer an open review and queue its run; ``by`` None: its time was over.

    To be called in a transaction, which the caller rolls back on False: somebody was
    faster, or the run is not paused any more.
    """
    unanswered = Review.objects.filter(pk=review.pk, decided_at=None)
    data = {} if decision.data is ABSENT else {"value": decision.data}
    answered = unanswered.update(
        decided_at=now, decided_by=by, branch=decision.branch, decision=data
    )
    if not answered:
        return False
    note(review.run_id, ANSWERED, review_id=review.pk)
    return Run.objects.move(review.run_id, RunStatus.QUEUED)


def withdraw_reviews(run_id: UUID) -> None:
    """Tell those who were asked that a run ended without their answer."""
    unanswered = Review.objects.filter(run=run_id, decided_at=None)
    for review_id in unanswered.values_list("pk", flat=True):
        note(run_id, WITHDRAWN, review_id=review_id)


def _names(node: Node, given: Mapping[str, Any], key: str) -> list[str]:
    names = given.get(key, [])
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise ReviewTermsInvalid(node, f"{key} must be a list of names")
    return names


def _seconds(node: Node, value: Any) -> float | None:
    if value is None:
        return None
    longest = LONGEST_DAYS * 86_400
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= longest:
        raise ReviewTermsInvalid(node, f"expiresAfter must be 1 to {longest} seconds")
    return float(value)


def _branch(node: Node, value: Any) -> str:
    if value not in BRANCHES:
        raise ReviewTermsInvalid(node, f"expiryBranch must be {' or '.join(BRANCHES)}")
    return str(value)
