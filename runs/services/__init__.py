"""What may be done with runs: one verb each, by keyword, whole or not at all."""

from .cancelling import CancelOutcome, abandon, request_cancel, request_cancels
from .deciding import (
    ReviewAlreadyDecided,
    ReviewNotFound,
    ReviewNotOpen,
    UnknownBranch,
    decide,
    decide_review,
)
from .ending import OwnerGone, RunNotOrphaned, end_orphan
from .finding import RunNotFound
from .repeating import (
    NodeNotFound,
    NothingToRetry,
    Past,
    RunNotEnded,
    past_of,
    rerun,
    retry,
)
from .starting import (
    Idempotency,
    IdempotencyKeyReused,
    UnknownNodeType,
    start_graph,
    start_workflow,
)

__all__ = [
    "CancelOutcome",
    "Idempotency",
    "IdempotencyKeyReused",
    "NodeNotFound",
    "NothingToRetry",
    "OwnerGone",
    "Past",
    "ReviewAlreadyDecided",
    "ReviewNotFound",
    "ReviewNotOpen",
    "RunNotEnded",
    "RunNotFound",
    "RunNotOrphaned",
    "UnknownBranch",
    "UnknownNodeType",
    "abandon",
    "decide",
    "decide_review",
    "end_orphan",
    "past_of",
    "request_cancel",
    "request_cancels",
    "rerun",
    "retry",
    "start_graph",
    "start_workflow",
]
