"""Every endpoint and page by everybody who may call: the status that each gets.

What one may not see is 404, what one may see but not do 403. A row says what happens to
the owner's things, which are shared with one group to view and with another to run.
"""

from __future__ import annotations

from typing import Any

import pytest

from .routes import methods_of, routes
from .table import Role, rows_of
from .world import FOREIGN_GRAPH, GRAPH, OTHER_GRAPH, Scene, World

TABLE = """
# who calls:                                                ano str vie run own sta adm

# the editor's endpoints
GET    /api/models                                          401 200 200 200 200 200 200
GET    /api/tools                                           401 200 200 200 200 200 200
GET    /api/node-types                                      401 200 200 200 200 200 200
GET    /api/workflow/{workflow}                             401 404 200 200 200 404 200
PUT    /api/workflow/{workflow}                             401 404 403 403 204 404 204
PUT    /api/workflow/{nothing}                              401 204 204 204 204 204 204
POST   /api/run a version                                   401 404 403 200 200 404 200
POST   /api/run an edit                                     401 404 403 403 200 404 200
POST   /api/run a graph                                     401 403 403 403 403 403 200
POST   /api/run an id                                       401 404 403 200 200 404 200
POST   /api/resume                                          401 404 403 200 200 404 200
POST   /api/cancel                                          401 204 403 204 204 204 204
GET    /api/pending                                         401 200 200 200 200 200 200
GET    /api/feed                                            401 200 200 200 200 200 200

# workflows
GET    /api/workflows                                       401 200 200 200 200 200 200
POST   /api/workflows                                       401 201 201 201 201 201 201
POST   /api/workflows/import                                401 201 201 201 201 201 201
GET    /api/workflows/{workflow}                            401 404 200 200 200 404 200
PATCH  /api/workflows/{workflow}                            401 404 403 403 200 404 200
DELETE /api/workflows/{workflow}                            401 404 403 403 204 404 204
POST   /api/workflows/{workflow}/duplicate                  401 404 201 201 201 404 201
GET    /api/workflows/{workflow}/export                     401 404 200 200 200 404 200
POST   /api/workflows/{workflow}/validate                   401 404 200 200 200 404 200
GET    /api/workflows/{workflow}/shares                     401 404 403 403 200 404 200
PUT    /api/workflows/{workflow}/shares                     401 404 403 403 200 404 200
POST   /api/validate                                        401 200 200 200 200 200 200

# versions
GET    /api/workflows/{workflow}/versions                   401 404 200 200 200 404 200
GET    /api/workflows/{workflow}/versions/{one}             401 404 200 200 200 404 200
PATCH  /api/workflows/{workflow}/versions/{one}             401 404 403 403 200 404 200
GET    /api/workflows/{workflow}/versions/{one}/diff        401 404 200 200 200 404 200
POST   /api/workflows/{workflow}/versions/{one}/restore     401 404 403 403 200 404 200
GET    /api/workflows/{workflow}/publish/preflight          401 404 403 403 200 404 200
POST   /api/workflows/{workflow}/publish                    401 404 403 403 200 404 200
DELETE /api/workflows/{workflow}/publish                    401 404 403 403 204 404 204

# runs
POST   /api/workflows/{workflow}/runs                       401 404 403 202 202 404 202
POST   /api/workflows/{workflow}/runs a stream              401 404 403 200 200 404 200
GET    /api/runs                                            401 200 200 200 200 200 200
POST   /api/runs/cancel                                     401 200 200 200 200 200 200
GET    /api/runs/{run}                                      401 404 200 200 200 404 200
GET    /api/runs/{run}/nodes/{node}                         401 404 200 200 200 404 200
GET    /api/runs/{run}/graph                                401 404 200 200 200 404 200
GET    /api/runs/{paused}/events                            401 404 200 200 200 404 200
GET    /api/runs/{paused}/events.ndjson                     401 404 200 200 200 404 200
POST   /api/runs/{paused}/attach                            401 404 200 200 200 404 200
POST   /api/runs/{queued}/cancel                            401 404 403 204 204 404 204
POST   /api/runs/{failed}/retry                             401 404 403 202 202 404 202
POST   /api/runs/{run}/rerun                                401 404 403 202 202 404 202
GET    /api/runs/{paused}/reviews                           401 404 200 200 200 404 200
POST   /api/runs/{paused}/reviews/{review}/decide           401 404 403 200 200 404 200

# tokens
GET    /api/tokens                                          401 200 200 200 200 200 200
POST   /api/tokens                                          401 201 201 201 201 201 201
DELETE /api/tokens/{token}                                  401 404 404 404 204 404 404

# pages: whoever is not signed in is led to the sign-in page
GET    /                                                    302 200 200 200 200 200 200
POST   /workflows/new                                       302 302 302 302 302 302 302
GET    /workflows/{workflow}                                302 404 200 200 200 404 200
POST   /workflows/{workflow}/duplicate                      302 404 302 302 302 404 302
GET    /workflows/{workflow}/delete                         302 404 403 403 200 404 200
POST   /workflows/{workflow}/delete                         302 404 403 403 302 404 302
GET    /sign-in                                             200 302 302 302 302 302 302
POST   /sign-in                                             200 302 302 302 302 302 302
POST   /sign-out                                            302 302 302 302 302 302 302
GET    /password                                            302 200 200 200 200 200 200
POST   /password                                            302 200 200 200 200 200 200

# for everybody, and for nobody
GET    /favicon.ico                                         200 200 200 200 200 200 200
GET    /api/schema                                          200 200 200 200 200 200 200
GET    /api/docs                                            200 200 200 200 200 200 200
GET    /api/redoc                                           200 200 200 200 200 200 200
GET    /api/{nowhere}                                       404 404 404 404 404 404 404
"""

APPROVED = {"branch": "approved"}
BODIES: dict[str, Any] = {
    "PUT /api/workflow/{workflow}": {"graph": OTHER_GRAPH},
    "PUT /api/workflow/{nothing}": {"graph": GRAPH},
    "POST /api/run a version": lambda s: {"graph": GRAPH, "workflowId": s["workflow"]},
    "POST /api/run an edit": lambda s: {
        "graph": FOREIGN_GRAPH,
        "workflowId": s["workflow"],
    },
    "POST /api/run a graph": {"graph": FOREIGN_GRAPH},
    "POST /api/run an id": lambda s: {"workflowId": s["workflow"]},
    "POST /api/resume": lambda s: {"runId": s["paused"], "decision": APPROVED},
    "POST /api/cancel": lambda s: {"runId": s["queued"]},
    "POST /api/workflows": {"graph": GRAPH},
    "POST /api/workflows/import": {"graph": GRAPH},
    "PUT /api/workflows/{workflow}/shares": {"shares": []},
    "PATCH /api/workflows/{workflow}/versions/{one}": {"label": "good"},
    "POST /api/runs/cancel": lambda s: {"ids": [s["queued"]]},
    "PATCH /api/workflows/{workflow}": {"name": "New", "graph": OTHER_GRAPH},
    "POST /api/validate": {"graph": GRAPH},
    "POST /api/runs/{paused}/reviews/{review}/decide": APPROVED,
    "POST /api/tokens": {"name": "new"},
}
ASYNC = {"prefer": "respond-async"}
HEADERS = {
    "POST /api/workflows/{workflow}/runs": ASYNC,
    "POST /api/workflows/{workflow}/runs a stream": {"accept": "text/event-stream"},
}
ROWS = rows_of(TABLE)


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_what_the_table_says(subtests: pytest.Subtests) -> None:
    world = World()
    for row in ROWS:
        with subtests.test(row.key):
            answered = world.answered(row, BODIES.get(row.key), HEADERS.get(row.key))
            assert answered == row


SHARED = {Role.VIEWER, Role.RUNNER, Role.OWNER, Role.ADMIN}
LISTS = [
    ("/", "workflow", SHARED),
    ("/api/workflows", "workflow", SHARED),
    ("/api/runs", "run", SHARED),
    ("/api/runs?status=completed", "run", SHARED),
    ("/api/pending", "paused", {Role.OWNER}),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "name", "who"), LISTS)
def test_lists_show_what_one_may_see(path: str, name: str, who: set[Role]) -> None:
    world = World()
    wanted = Scene(world)[name]
    assert {role for role in world.users if wanted in world.text(path, role)} == who


@pytest.mark.django_db
def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    there = {
        f"{method} {path}"
        for path, route in routes()
        if not path.startswith("/admin/")
        for method in methods_of(route)
    }
    assert {f"{row.method} {row.route}" for row in ROWS} == there


def test_every_body_and_header_belongs_to_a_row() -> None:
    assert {*BODIES, *HEADERS} <= {row.key for row in ROWS}
