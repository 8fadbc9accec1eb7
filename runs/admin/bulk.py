"""Doing the same with many runs, and telling what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from access.action_log import log_action
from access.errors import ApiError
from access.writing import write_atomic
from runs import services
from runs.models import Run, Trigger
from runs.services import CancelOutcome
from wayflow.errors import WayflowError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 500
"""Runs that one request does something with."""

AT_ONCE = 20
"""Runs that one transaction cancels: nobody else writes meanwhile."""

_NOT_CANCELLED = {
    CancelOutcome.ENDED: "already over",
    CancelOutcome.NOT_ALLOWED: "you may not cancel them",
    CancelOutcome.NOT_FOUND: "they are not there any more",
}


@dataclass(slots=True, kw_only=True)
class Tally:
    """With how many runs it was done, and why not with the others."""

    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """Something to do with many runs, and the words to ask and to answer with."""

    name: str
    title: str
    explanation: str
    button: str
    done: str
    refused: str
    is_danger: bool
    carry_out: Callable[[Sequence[UUID], User, str], Tally]


def _cancel(run_ids: Sequence[UUID], by: User, reason: str) -> Tally:
    tally = Tally()
    for first in range(0, len(run_ids), AT_ONCE):
        with write_atomic():
            few = run_ids[first : first + AT_ONCE]
            outcomes = services.request_cancels(run_ids=few, by=by)
            asked = [id for id, told in outcomes.items() if told not in _NOT_CANCELLED]
            runs = [Run(pk=run_id) for run_id in asked]
            log_action(by, runs, "Asked to stop, from the list.", reason=reason)
        tally.done += len(asked)
        tally.refused.update(
            _NOT_CANCELLED[told] for told in outcomes.values() if told in _NOT_CANCELLED
        )
    return tally


def _retry(run_ids: Sequence[UUID], by: User, reason: str) -> Tally:
    tally = Tally()
    for run_id in run_ids:
        try:
            past = services.past_of(run_id=run_id, by=by)
            with write_atomic():
                again = services.retry(
                    run_id=run_id, by=by, trigger=Trigger.ADMIN, past=past
                )
                what = f"Retried as {again.pk}, from the list."
                log_action(by, [Run(pk=run_id)], what, reason=reason)
        except (ApiError, WayflowError) as error:
            tally.refused[error.message.rstrip(".")] += 1
        else:
            tally.done += 1
    return tally


CANCEL = BulkAction(
    name="cancel_selected",
    title="Cancel runs",
    explanation="Each is asked to stop. What it did already stays done.",
    button="Cancel them",
    done="asked to stop",
    refused="not asked",
    is_danger=True,
    carry_out=_cancel,
)
RETRY = BulkAction(
    name="retry_selected",
    title="Retry runs",
    explanation="Each is run again, as a new run of yours, from the nodes that"
    " failed or were not reached. What completed is not done twice.",
    button="Retry them",
    done="retried",
    refused="not retried",
    is_danger=False,
    carry_out=_retry,
)


def sentences(action: BulkAction, tally: Tally) -> tuple[str, list[str]]:
    """What was done, empty if nothing was, and what was not, by the reason why."""
    done = f"{_runs(tally.done)} {action.done}." if tally.done else ""
    refused = [
        f"{_runs(many)} {action.refused}: {why}."
        for why, many in tally.refused.most_common()
    ]
    return done, refused


def _runs(count: int) -> str:
    return "1 run was" if count == 1 else f"{count} runs were"
