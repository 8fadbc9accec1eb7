"""The routes of run time, below ``/api/``."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from . import downloading, editor, following, repeating, reviewing
from .cancelling import cancel_many
from .feed import feed
from .node_detail import node
from .preflight import preflight
from .ran_graph import graph
from .starting import start
from .views import RunViewSet

router = SimpleRouter(trailing_slash=False)
router.register("runs", RunViewSet, basename="run")

urlpatterns = [
    path("run", editor.run, name="editor-run"),
    path("resume", editor.resume, name="editor-resume"),
    path("cancel", editor.cancel, name="editor-cancel"),
    path("pending", editor.pending, name="editor-pending"),
    path("feed", feed, name="feed"),
    path("workflows/<str:workflow_id>/runs", start, name="workflow-runs"),
    path(
        "workflows/<str:workflow_id>/publish/preflight",
        preflight,
        name="publish-preflight",
    ),
    path("runs/cancel", cancel_many, name="runs-cancel"),
    path("runs/<str:run_id>/events", following.events, name="run-events"),
    path(
        "runs/<str:run_id>/events.ndjson", downloading.events, name="run-events-ndjson"
    ),
    path("runs/<str:run_id>/graph", graph, name="run-graph"),
    # The ids of nodes are anything, line breaks too, which no converter takes.
    re_path(
        r"^runs/(?P<run_id>[^/]+)/nodes/(?P<node_id>[\s\S]+)$", node, name="run-node"
    ),
    path("runs/<str:run_id>/attach", following.attach, name="run-attach"),
    path("runs/<str:run_id>/cancel", following.cancel, name="run-cancel"),
    path("runs/<str:run_id>/retry", repeating.retry, name="run-retry"),
    path("runs/<str:run_id>/rerun", repeating.rerun, name="run-rerun"),
    path("runs/<str:run_id>/reviews", reviewing.reviews, name="run-reviews"),
    path(
        "runs/<str:run_id>/reviews/<str:review_id>/decide",
        reviewing.decide,
        name="review-decide",
    ),
    path("", include(router.urls)),
]
