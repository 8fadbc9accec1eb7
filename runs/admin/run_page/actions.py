"""What can be done with a run from its page, and why something cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wayflow.status import RunStatus

from .sight import Sight
from .story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action that its viewer is allowed; ``why_not`` says what keeps it from now."""

    name: str
    label: str
    why_not: str = ""


def actions_on(sight: Sight, story: Story, now: datetime) -> list[Action]:
    """Those that the viewer may ever do with the run, in the order of the page."""
    actions = []
    if sight.may_repeat or sight.may_run_newest:
        why_not = _why_no_retry(sight, story)
        actions.append(Action(name="retry", label="Retry", why_not=why_not))
        actions.append(Action(name="rerun", label="Run again"))
    if sight.may_cancel:
        why_not = _why_no_cancel(sight)
        actions.append(Action(name="cancel", label="Cancel run", why_not=why_not))
    if sight.may_cancel and sight.run.status == RunStatus.RUNNING:
        why_not = _why_no_end(sight, now)
        actions.append(Action(name="end", label="End by force", why_not=why_not))
    return actions


def _why_no_retry(sight: Sight, story: Story) -> str:
    if not sight.has_ended:
        return "The run goes on. Wait for its end, or cancel it first."
    if story.is_complete:
        return "Nothing failed. Choose a node to start again from it."
    return ""


def _why_no_cancel(sight: Sight) -> str:
    if sight.has_ended:
        return "The run is over."
    if sight.run.cancel_requested_at is not None:
        return "The run was asked to stop already."
    return ""


def _why_no_end(sight: Sight, now: datetime) -> str:
    until = sight.run.lease_expires_at
    if until is None or until >= now:
        return "The server that drives the run is alive. Cancel the run instead."
    return ""
