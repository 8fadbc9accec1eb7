"""The states of runs, nodes and edges, and the moves a run may make."""

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands. The wire knows all of them but queued and waiting."""

    QUEUED = "queued"
    # Nobody drives it yet, or its owner gave it back.
    RUNNING = "running"
    PAUSED = "paused"
    # A human review is open.
    WAITING = "waiting"
    # A timer or a child run is open; the wire still says running.
    COMPLETED = "completed"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """True when no move leads out of this state."""
        return not MOVES[self]


class NodeStatus(StrEnum):
    """Where a node stands within one run."""

    IDLE = "idle"
    RUNNING = "running"
    COMPLETE = "complete"
    ERROR = "error"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    WAITING = "waiting"


class EdgeStatus(StrEnum):
    """Where an edge stands within one run."""

    IDLE = "idle"
    ACTIVE = "active"
    SKIPPED = "skipped"


_S = RunStatus

MOVES: dict[RunStatus, frozenset[RunStatus]] = {
    _S.QUEUED: frozenset({_S.RUNNING, _S.CANCELLED, _S.ERROR}),
    _S.RUNNING: frozenset(
        {_S.QUEUED, _S.PAUSED, _S.WAITING, _S.COMPLETED, _S.ERROR, _S.CANCELLED}
    ),
    _S.PAUSED: frozenset({_S.QUEUED, _S.CANCELLED}),
    _S.WAITING: frozenset({_S.QUEUED, _S.CANCELLED, _S.ERROR}),
    _S.COMPLETED: frozenset(),
    _S.ERROR: frozenset(),
    _S.CANCELLED: frozenset(),
}

TERMINAL: frozenset[RunStatus] = frozenset(s for s, to in MOVES.items() if not to)


def sources_of(target: RunStatus) -> frozenset[RunStatus]:
    """The states from which a run may move to ``target``."""
    return frozenset(source for source, to in MOVES.items() if target in to)
