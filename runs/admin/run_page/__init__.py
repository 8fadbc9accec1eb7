"""The page of a run: what it shows, and what can be done from it."""

from .acting import RunActions
from .colours import STATUS_COLOURS
from .spans import duration_of

__all__ = ["STATUS_COLOURS", "RunActions", "duration_of"]
