"""The routes of design time, below ``/api/``."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .editor import models, node_types, tools, workflow
from .views import ValidateView, WorkflowViewSet

router = SimpleRouter(trailing_slash=False)
router.register("workflows", WorkflowViewSet, basename="workflow")

urlpatterns = [
    path("workflow/<str:id>", workflow, name="editor-workflow"),
    path("models", models, name="editor-models"),
    path("tools", tools, name="editor-tools"),
    path("node-types", node_types, name="editor-node-types"),
    path("validate", ValidateView.as_view(), name="validate"),
    path("", include(router.urls)),
]
