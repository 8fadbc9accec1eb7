"""Stopping many runs at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from access.endpoint import Call, endpoint
from runs import services
from runs.models import TERMINAL_VALUES, Run
from runs.services import CancelOutcome

from .answers import json_answer
from .filters import chosen_by
from .reading import FieldRefused, refuse_unknown, uuid_or_none

MOST = 100
"""Runs that one call cancels."""


@endpoint(methods=("POST",))
def cancel_many(call: Call) -> HttpResponse:
    """Ask up to 100 runs to stop: those of `ids`, or those that `filter` chooses.

    Each is asked on its own and has an outcome of its own. `filter` takes what the list
    of runs takes, and chooses among the runs that go on and that the caller may cancel,
    the oldest first; `more` tells that it would choose more than these.
    """
    refuse_unknown(call.body, ("ids", "filter"))
    if ("ids" in call.body) == ("filter" in call.body):
        raise FieldRefused("ids", "or filter must be given, and not both")
    if "ids" in call.body:
        return _answered(_by_id(call, call.body["ids"]), more=False)
    chosen = _chosen(call, call.body["filter"])
    asked = services.request_cancels(run_ids=chosen[:MOST], by=call.user)
    outcomes = {str(run_id): outcome for run_id, outcome in asked.items()}
    return _answered(outcomes, more=len(chosen) > MOST)


def _by_id(call: Call, ids: Any) -> dict[str, CancelOutcome]:
    """The outcomes by the ids as they were given."""
    if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
        raise FieldRefused("ids", "must be a list of the ids of runs")
    if len(ids) > MOST:
        raise FieldRefused("ids", f"may name {MOST} runs")
    known = {id: run_id for id in ids if (run_id := uuid_or_none(id)) is not None}
    run_ids = list(dict.fromkeys(known.values()))
    asked = services.request_cancels(run_ids=run_ids, by=call.user)
    return {
        id: asked[known[id]] if id in known else CancelOutcome.NOT_FOUND for id in ids
    }


def _chosen(call: Call, given: Any) -> list[UUID]:
    """The oldest runs that the filter chooses, and one more than are cancelled."""
    if not isinstance(given, dict) or not given:
        raise FieldRefused("filter", "must be an object with at least one filter")
    going_on = Run.objects.cancellable_by(call.user).exclude(status__in=TERMINAL_VALUES)
    oldest = chosen_by(given, going_on).order_by("created_at", "pk")
    return list(oldest.values_list("pk", flat=True)[: MOST + 1])


def _answered(outcomes: dict[str, CancelOutcome], *, more: bool) -> HttpResponse:
    told = [{"id": id, "outcome": outcome} for id, outcome in outcomes.items()]
    return json_answer({"outcomes": told, "more": more})
