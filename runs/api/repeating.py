"""Running again what ran before."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase

from access.endpoint import Call, endpoint
from runs import services
from runs.models import Trigger

from .reading import FieldRefused, known_run_id, refuse_unknown
from .starting import accepted

ORIGINAL, LATEST = "original", "latest"


@endpoint(methods=("POST",))
def retry(call: Call, run_id: str) -> HttpResponseBase:
    """Run again what failed or was not reached, or a node and all that depends on it.

    What else completed is taken over. The new run tells its origin.
    """
    refuse_unknown(call.body, ("nodeId", "version"))
    node_id = call.body.get("nodeId")
    if node_id is not None and not isinstance(node_id, str):
        raise FieldRefused("nodeId", "must be a text")
    run = services.retry(
        run_id=known_run_id(run_id),
        by=call.user,
        trigger=Trigger.API,
        token=call.token,
        node_id=node_id,
        latest=_latest(call.body),
    )
    return accepted(run)


@endpoint(methods=("POST",))
def rerun(call: Call, run_id: str) -> HttpResponseBase:
    """Run the same again from the start, with the same inputs or others."""
    refuse_unknown(call.body, ("inputs", "version"))
    run = services.rerun(
        run_id=known_run_id(run_id),
        by=call.user,
        trigger=Trigger.API,
        token=call.token,
        inputs=call.body.get("inputs"),
        latest=_latest(call.body),
    )
    return accepted(run)


def _latest(body: dict[str, Any]) -> bool:
    version = body.get("version", ORIGINAL)
    if version not in (ORIGINAL, LATEST):
        raise FieldRefused("version", f'must be "{ORIGINAL}" or "{LATEST}"')
    return bool(version == LATEST)
