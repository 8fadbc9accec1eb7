"""How a run ends, and the signal that asks it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .checkpoint import Checkpoint, Suspension
from .errors import WayflowError


@dataclass(frozen=True, slots=True)
class Completed:
    """The run is over; ``result`` is what its Output nodes collected."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits for a person; ``checkpoint`` is what it needs to go on."""

    suspension: Suspension
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Failed:
    """The run ended in an error."""

    error: WayflowError


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run was cancelled; ``result`` is what had been collected until then."""

    result: dict[str, Any]


Outcome = Completed | Paused | Failed | Stopped


class Cancellation:
    """A request to stop, handed to a run and to the runs inside it.

    ``cancel`` belongs to the thread of the engine's loop; from another one go through
    ``loop.call_soon_threadsafe``.
    """

    def __init__(self) -> None:
        self.requested = False
        self._listeners: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Ask the run to stop. Asking again changes nothing."""
        if not self.requested:
            self.requested = True
            for listener in list(self._listeners):
                listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called at the first ``cancel``."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Undo ``listen``."""
        self._listeners.remove(listener)
