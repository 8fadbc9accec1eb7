"""The routes of who may call, below ``/api/``."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .views import TokenViewSet

router = SimpleRouter(trailing_slash=False)
router.register("tokens", TokenViewSet, basename="token")

urlpatterns = [path("", include(router.urls))]
