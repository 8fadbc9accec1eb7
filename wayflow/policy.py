"""What becomes of a node that fails or takes long: its time limit, its retries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from .errors import PolicyInvalid

POLICY = "policy"
"""The key of a node's config under which its own policy lies."""

MOST_RETRIES = 20
LONGEST_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one node is tried. Times are in seconds.

    ``timeout`` limits one attempt; None leaves it to the runtime. After a failed
    attempt up to ``retries`` follow: the first after about ``backoff`` seconds, each
    later one after twice as long, at most ``longest_backoff``. With
    ``continue_on_error`` a node that failed for good does not fail the run: it emits no
    value on every port, and what depends on it goes on.
    """

    timeout: float | None = None
    retries: int = 0
    backoff: float = 1.0
    longest_backoff: float = 60.0
    continue_on_error: bool = False

    def pause_after(self, attempt: int, chance: float) -> float | None:
        """Seconds until the attempt after number ``attempt``; None when there is none.

        Between half of the full pause and all of it, as ``chance`` (0 to 1) has it, so
        that many nodes which failed together do not come back together.
        """
        if attempt > self.retries:
            return None
        full = min(self.backoff * 2.0 ** (attempt - 1), self.longest_backoff)
        return full * (0.5 + chance / 2)

    def describe(self) -> dict[str, Any]:
        """The policy as a node's config spells it."""
        return {_KEYS[f.name]: getattr(self, f.name) for f in fields(self)}

    def changed(self, given: Any) -> Policy:
        """This policy with what a node's config says of it. Raises PolicyInvalid."""
        if not isinstance(given, Mapping):
            raise PolicyInvalid(f"{POLICY} must be an object")
        for key in given:
            if key not in _NAMES:
                raise PolicyInvalid(f"{POLICY}.{key} is unknown")
        changes = {_NAMES[key]: _checked(key, given[key]) for key in given}
        return replace(self, **changes)


ONCE = Policy()
"""One attempt, within the runtime's own limit."""

_KEYS = {
    "timeout": "timeout",
    "retries": "retries",
    "backoff": "backoff",
    "longest_backoff": "longestBackoff",
    "continue_on_error": "continueOnError",
}
_NAMES = {key: name for name, key in _KEYS.items()}


def _checked(key: str, value: Any) -> Any:
    if key == "continueOnError":
        if isinstance(value, bool):
            return value
        raise PolicyInvalid(f"{POLICY}.{key} must be true or false")
    if key == "timeout" and value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PolicyInvalid(f"{POLICY}.{key} must be a number")
    if key == "retries":
        if isinstance(value, int) and 0 <= value <= MOST_RETRIES:
            return value
        raise PolicyInvalid(
            f"{POLICY}.{key} must be a whole number from 0 to {MOST_RETRIES}"
        )
    if not 0 < value <= LONGEST_SECONDS:
        raise PolicyInvalid(
            f"{POLICY}.{key} must be above 0 and at most {LONGEST_SECONDS:g} seconds"
        )
    return float(value)
