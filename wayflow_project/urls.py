"""The project's routes: the admin, the API's schema, and what the rooms add."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)

from access.endpoint import nowhere

urlpatterns = [
    path("", include("pages.urls")),
    path(
        "favicon.ico",
        TemplateView.as_view(template_name="favicon.svg", content_type="image/svg+xml"),
        name="favicon",
    ),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("api/redoc", SpectacularRedocView.as_view(), name="redoc"),
    path("api/", include("access.api.urls")),
    path("api/", include("workflows.api.urls")),
    path("api/", include("runs.api.urls")),
    # Line breaks as well, which no converter of paths takes.
    re_path(r"^api/(?P<rest>[\s\S]*)$", csrf_exempt(nowhere)),
]

handler400 = "wayflow_project.refusals.bad_request"
