"""The project's routes: the admin, the API's schema, and what the rooms add."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from access.endpoint import nowhere

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/", include("workflows.api.urls")),
    path("api/", include("runs.api.urls")),
    path("api/<path:rest>", csrf_exempt(nowhere)),
]
