"""What may be done with runs: one verb each, by keyword, whole or not at all."""

from .cancelling import abandon, request_cancel
from .deciding import ReviewNotOpen, UnknownBranch, decide
from .finding import RunNotFound
from .repeating import NodeNotFound, NothingToRetry, RunNotEnded, rerun, retry
from .starting import (
    Idempotency,
    IdempotencyKeyReused,
    UnknownNodeType,
    start_graph,
    start_workflow,
)

__all__ = [
    "Idempotency",
    "IdempotencyKeyReused",
    "NodeNotFound",
    "NothingToRetry",
    "ReviewNotOpen",
    "RunNotEnded",
    "RunNotFound",
    "UnknownBranch",
    "UnknownNodeType",
    "abandon",
    "decide",
    "request_cancel",
    "rerun",
    "retry",
    "start_graph",
    "start_workflow",
]
