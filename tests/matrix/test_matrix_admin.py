"""Every page of the admin by everybody who may call: the status that each gets.

Whoever is no staff is led to the sign-in page. A page of an object that staff may not
see answers as if it did not exist.
"""

from __future__ import annotations

from typing import Any

import pytest

from .routes import routes
from .table import rows_of
from .world import World

TABLE = """
# who calls:                                          ano str vie run own sta adm
GET    /admin/                                        302 302 302 302 302 200 200
GET    /admin/login/                                  200 200 200 200 200 302 302
POST   /admin/logout/                                 302 302 302 302 302 200 200
GET    /admin/password_change/                        302 302 302 302 302 200 200
GET    /admin/password_change/done/                   302 302 302 302 302 200 200
GET    /admin/search/                                 302 302 302 302 302 200 200
GET    /admin/autocomplete/?{of_workflows}            302 302 302 302 302 403 200
GET    /admin/jsi18n/                                 302 302 302 302 302 200 200
GET    /admin/r/{nothing}/{nothing}/                  302 302 302 302 302 404 404
GET    /admin/runs/                                   302 302 302 302 302 200 200
GET    /admin/nowhere                                 302 302 302 302 302 404 404

GET    /admin/runs/run/                               302 302 302 302 302 403 200
POST   /admin/runs/run/ cancel                        302 302 302 302 302 403 302
GET    /admin/runs/run/statuses/                      302 302 302 302 302 403 200
GET    /admin/runs/run/add/                           302 302 302 302 302 403 403
GET    /admin/runs/run/{run}/                         302 302 302 302 302 302 302
GET    /admin/runs/run/{run}/change/                  302 302 302 302 302 404 200
POST   /admin/runs/run/{run}/change/                  302 302 302 302 302 405 405
GET    /admin/runs/run/{run}/history/                 302 302 302 302 302 302 200
GET    /admin/runs/run/{run}/delete/                  302 302 302 302 302 403 403
POST   /admin/runs/run/{run}/delete/                  302 302 302 302 302 403 403
POST   /admin/runs/run/{queued}/cancel/               302 302 302 302 302 404 302
GET    /admin/runs/run/{queued}/cancel/               302 302 302 302 302 405 405
GET    /admin/runs/run/{run}/events/                  302 302 302 302 302 404 200
POST   /admin/runs/run/{run}/events/                  302 302 302 302 302 405 405
GET    /admin/runs/run/{run}/value/?of=inputs         302 302 302 302 302 404 200
POST   /admin/runs/run/{run}/value/                   302 302 302 302 302 405 405
POST   /admin/runs/run/{failed}/retry/                302 302 302 302 302 404 302
GET    /admin/runs/run/{failed}/retry/                302 302 302 302 302 405 405
GET    /admin/runs/run/{run}/rerun/                   302 302 302 302 302 404 200
POST   /admin/runs/run/{run}/rerun/                   302 302 302 302 302 404 302
POST   /admin/runs/run/{queued}/end/                  302 302 302 302 302 404 302
GET    /admin/runs/run/{queued}/end/                  302 302 302 302 302 405 405
POST   /admin/runs/run/{paused}/reviews/{review}/decide/ 302 302 302 302 302 404 302
GET    /admin/runs/run/{paused}/reviews/{review}/decide/ 302 302 302 302 302 405 405

GET    /admin/runs/review/                            302 302 302 302 302 200 200
GET    /admin/runs/review/waiting/                    302 302 302 302 302 200 200
GET    /admin/runs/review/add/                        302 302 302 302 302 403 403
GET    /admin/runs/review/{review}/                   302 302 302 302 302 302 302
GET    /admin/runs/review/{review}/change/            302 302 302 302 302 404 200
POST   /admin/runs/review/{review}/change/            302 302 302 302 302 404 302
GET    /admin/runs/review/{review}/history/           302 302 302 302 302 403 200
GET    /admin/runs/review/{review}/delete/            302 302 302 302 302 403 403
POST   /admin/runs/review/{review}/delete/            302 302 302 302 302 403 403

GET    /admin/workflows/workflow/                     302 302 302 302 302 403 200
GET    /admin/workflows/workflow/add/                 302 302 302 302 302 403 403
GET    /admin/workflows/workflow/{workflow}/          302 302 302 302 302 302 302
GET    /admin/workflows/workflow/{workflow}/change/   302 302 302 302 302 403 200
POST   /admin/workflows/workflow/{workflow}/change/   302 302 302 302 302 403 302
GET    /admin/workflows/workflow/{workflow}/history/  302 302 302 302 302 403 200
GET    /admin/workflows/workflow/{workflow}/delete/   302 302 302 302 302 403 200
POST   /admin/workflows/workflow/{workflow}/delete/   302 302 302 302 302 403 302
GET    /admin/workflows/workflow/{workflow}/run/      302 302 302 302 302 404 200
POST   /admin/workflows/workflow/{workflow}/run/      302 302 302 302 302 404 302
GET    /admin/workflows/workflow/{workflow}/versions/ 302 302 302 302 302 404 200
GET    /admin/workflows/workflow/{workflow}/versions/{one}/ 302 302 302 302 302 404 200
POST   /admin/workflows/workflow/{workflow}/versions/{one}/name/ 302 302 302 302 302 404 302
GET    /admin/workflows/workflow/{workflow}/versions/{one}/name/ 302 302 302 302 302 405 405
GET    /admin/workflows/workflow/{workflow}/versions/{one}/restore/ 302 302 302 302 302 404 200
POST   /admin/workflows/workflow/{workflow}/versions/{one}/restore/ 302 302 302 302 302 404 302
GET    /admin/workflows/workflow/{workflow}/compare/?before=1&after=1 302 302 302 302 302 404 200
GET    /admin/workflows/workflow/{workflow}/publish/  302 302 302 302 302 404 200
POST   /admin/workflows/workflow/{workflow}/publish/  302 302 302 302 302 404 302
GET    /admin/workflows/workflow/{workflow}/unpublish/ 302 302 302 302 302 404 200
POST   /admin/workflows/workflow/{workflow}/unpublish/ 302 302 302 302 302 404 302
GET    /admin/workflows/workflow/{workflow}/give/     302 302 302 302 302 404 200
POST   /admin/workflows/workflow/{workflow}/give/     302 302 302 302 302 404 302

GET    /admin/access/token/                           302 302 302 302 302 403 200
GET    /admin/access/token/add/                       302 302 302 302 302 403 200
POST   /admin/access/token/add/                       302 302 302 302 302 403 302
GET    /admin/access/token/{token}/                   302 302 302 302 302 302 302
GET    /admin/access/token/{token}/change/            302 302 302 302 302 403 302
GET    /admin/access/token/{token}/history/           302 302 302 302 302 302 302
GET    /admin/access/token/{token}/delete/            302 302 302 302 302 403 302
POST   /admin/access/token/{token}/delete/            302 302 302 302 302 403 302

GET    /admin/auth/user/                              302 302 302 302 302 403 200
GET    /admin/auth/user/add/                          302 302 302 302 302 403 200
GET    /admin/auth/user/{user}/                       302 302 302 302 302 302 302
GET    /admin/auth/user/{user}/change/                302 302 302 302 302 403 200
GET    /admin/auth/user/{user}/history/               302 302 302 302 302 403 200
GET    /admin/auth/user/{user}/delete/                302 302 302 302 302 403 200
POST   /admin/auth/user/{user}/delete/                302 302 302 302 302 403 302
GET    /admin/auth/user/{user}/password/              302 302 302 302 302 403 200

GET    /admin/auth/group/                             302 302 302 302 302 403 200
GET    /admin/auth/group/add/                         302 302 302 302 302 403 200
POST   /admin/auth/group/add/                         302 302 302 302 302 403 302
GET    /admin/auth/group/{group}/                     302 302 302 302 302 302 302
GET    /admin/auth/group/{group}/change/              302 302 302 302 302 403 200
GET    /admin/auth/group/{group}/history/             302 302 302 302 302 403 200
GET    /admin/auth/group/{group}/delete/              302 302 302 302 302 403 200
POST   /admin/auth/group/{group}/delete/              302 302 302 302 302 403 302
"""

YES = {"post": "yes"}
BODIES: dict[str, Any] = {
    "POST /admin/runs/run/ cancel": lambda s: {
        "action": "cancel_selected",
        "_selected_action": s["queued"],
        "confirmed": "yes",
    },
    "POST /admin/runs/run/{run}/rerun/": {"inputs-v": '"hello"'},
    "POST /admin/runs/run/{paused}/reviews/{review}/decide/": {"branch": "approved"},
    "POST /admin/runs/review/{review}/change/": {
        "branch": "approved",
        "data": "null",
    },
    "POST /admin/workflows/workflow/{workflow}/change/": {
        "name": "New",
        **{
            f"{prefix}-{name}": 0
            for prefix in ("versions", "shares")
            for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        },
    },
    "POST /admin/workflows/workflow/{workflow}/delete/": YES,
    "POST /admin/workflows/workflow/{workflow}/give/": lambda s: {
        "owner": s.world.users["stranger"].username
    },
    "POST /admin/workflows/workflow/{workflow}/run/": {"inputs-v": '"hello"'},
    "POST /admin/access/token/add/": lambda s: {
        "name": "new",
        "owner": s.world.users["admin"].pk,
    },
    "POST /admin/access/token/{token}/delete/": YES,
    "POST /admin/auth/user/{user}/delete/": YES,
    "POST /admin/auth/group/add/": {"name": "new"},
    "POST /admin/auth/group/{group}/delete/": YES,
}
ROWS = rows_of(TABLE)


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_the_page_that_the_table_says(subtests: pytest.Subtests) -> None:
    world = World()
    for row in ROWS:
        with subtests.test(row.key):
            assert world.answered(row, BODIES.get(row.key)) == row


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    there = {path for path, _ in routes() if path.startswith("/admin/")}
    catching = {"/admin/{}/": "/admin/runs/", "/admin/{}": "/admin/nowhere"}
    assert {row.route for row in ROWS} == {catching.get(path, path) for path in there}


def test_every_body_belongs_to_a_row() -> None:
    assert {*BODIES} <= {row.key for row in ROWS}
