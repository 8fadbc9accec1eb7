"""The graph that a run ran, whatever its workflow has become since."""

from __future__ import annotations

from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import HttpResponse

from access.endpoint import Call, endpoint
from runs import services
from runs.models import Run
from workflows.api.preconditions import is_known

from .reading import known_run_id


@endpoint(methods=("GET",))
def graph(call: Call, run_id: str) -> HttpResponse:
    """The graph that a run ran, and the number of its version; null if it is none.

    It never changes, so that who has it once is told so by its `ETag`.
    """
    visible = Run.objects.visible_to(call.user).filter(pk=known_run_id(run_id))
    named = visible.select_related("version", "document")
    run = named.only("version__number", "document__digest").first()
    if run is None:
        raise services.RunNotFound
    headers = {"ETag": f'"{run.document.digest}"'}
    if is_known(call.request, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    # The text as it is stored: large graphs are neither read nor written anew.
    stored = visible.values_list(Cast("document__content", TextField()), flat=True)
    text = stored.first()
    if text is None:  # It was deleted just now.
        raise services.RunNotFound
    version = "null" if run.version is None else run.version.number
    return HttpResponse(
        f'{{"version":{version},"graph":{text}}}',
        content_type="application/json",
        headers=headers,
    )
