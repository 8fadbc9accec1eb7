"""Doing the same with many runs, and telling what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from access.errors import ApiError
from runs import services
from runs.models import Run, Trigger
from runs.services import CancelOutcome
from wayflow.errors import WayflowError

from .action_log import log_action

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 500
"""Runs that one request does something with."""

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
    outcomes = services.request_cancels(run_ids=run_ids, by=by)
    tally = Tally()
    asked: list[UUID] = []
    for run_id, outcome in outcomes.items():
        if outcome in _NOT_CANCELLED:
            tally.refused[_NOT_CANCELLED[outcome]] += 1
        else:
            asked.append(run_id)
    tally.done = len(asked)
    runs = list(Run.objects.filter(pk__in=asked).only("pk"))
    log_action(by, runs, "Asked to stop, from the list.", reason=reason)
    return tally


def _retry(run_ids: Sequence[UUID], by: User, reason: str) -> Tally:
    tally = Tally()
    for run_id in run_ids:
        try:
            again = services.retry(run_id=run_id, by=by, trigger=Trigger.ADMIN)
        except (ApiError, WayflowError) as error:
            tally.refused[error.message.rstrip(".")] += 1
        else:
            tally.done += 1
            what = f"Retried as {again.pk}, from the list."
            log_action(by, [Run(pk=run_id)], what, reason=reason)
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
    explanation="Each is run again, as a new run of yours, from the nodes that did not"
    " complete. What completed is not done twice.",
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
