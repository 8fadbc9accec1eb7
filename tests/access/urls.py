"""Endpoints and REST views that do as a test tells them."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.endpoint import Answer, Call, endpoint
from access.errors import ApiError
from access.serializers import StrictSerializer
from wayflow.errors import GraphFormatError


def _divide() -> None:
    raise ZeroDivisionError("the secret of the server")


def _raiser(exception: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise exception

    return fail


FAILURES: dict[str, Callable[[], None]] = {
    "api": _raiser(
        ApiError(
            409, "WF_TEST", "No.", hint="Yes.", headers={"X-Why": "test"}, attr="name"
        )
    ),
    "engine": _raiser(GraphFormatError("graph.nodes must be an object")),
    "forbidden": _raiser(PermissionDenied()),
    "missing": _raiser(Http404()),
    "invalid": _raiser(DjangoValidationError({"name": ["Too long."]})),
    "suspicious": _raiser(SuspiciousOperation("odd")),
    "bad": _raiser(BadRequest("odd")),
    "parts": _raiser(MultiPartParserError("odd")),
    "fault": _divide,
}


@endpoint(methods=("GET", "POST"))
def echo(call: Call) -> HttpResponse:
    by = None if call.token is None else call.token.pk
    shown = {"user": call.user.username, "token": by, "body": call.body}
    return JsonResponse(shown, headers={"X-Told": "yes"})


@endpoint(methods=("POST",))
def fail(call: Call, what: str) -> Answer:
    FAILURES[what]()
    return HttpResponse()


@endpoint(methods=("POST",))
def fail_later(call: Call, what: str) -> Answer:
    async def later() -> HttpResponse:
        FAILURES[what]()
        return HttpResponse()

    return later()


class Named(StrictSerializer):
    """One field."""

    name = serializers.CharField(max_length=3)


class RestView(APIView):
    """Fails, or shows what it was sent."""

    def post(self, request: Request, what: str = "") -> Response:
        if what:
            FAILURES[what]()
        serializer = Named(data=request.data)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        by = None if request.auth is None else request.auth.pk
        return Response({"user": request.user.get_username(), "token": by, **data})


urlpatterns = [
    path("echo", echo),
    path("fail/<what>", fail),
    path("fail-later/<what>", fail_later),
    path("rest", RestView.as_view()),
    path("rest/<what>", RestView.as_view()),
]
