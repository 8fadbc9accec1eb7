"""The caller's tokens over REST: list, issue, revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from access.errors import ApiError
from access.models import Token

from .serializers import IssuedTokenSerializer, TokenInput, TokenSerializer

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SessionRequired(ApiError):
    """Whoever finds a token shall not make more of them: revoking it would be vain."""

    def __init__(self) -> None:
        super().__init__(
            403,
            "WF_SESSION_REQUIRED",
            "A token cannot issue tokens.",
            hint="Sign in and call with the session, or run"
            ' "manage.py create_token USER --name NAME" on the server.',
        )


class TokenViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Token]):
    """The caller's own tokens, the newest first; never their values."""

    serializer_class = TokenSerializer
    queryset = Token.objects.none()
    filter_backends = ()
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> QuerySet[Token]:
        if getattr(self, "swagger_fake_view", False):
            return Token.objects.none()
        return Token.objects.filter(owner=self._user)

    @extend_schema(request=TokenInput, responses={201: IssuedTokenSerializer})
    def create(self, request: Request) -> Response:
        """Issue a token for the caller, who must be signed in.

        `token` is its value, which nothing shows again.
        """
        if request.auth is not None:
            raise SessionRequired
        asked = TokenInput(data=request.data)
        asked.is_valid(raise_exception=True)
        token, clear = Token.objects.issue(owner=self._user, **asked.validated_data)
        shown = {**TokenSerializer(token).data, "token": clear}
        return Response(shown, status=201, headers={"Cache-Control": "no-store"})

    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a token at once and for good; one that is revoked stays so."""
        tokens = Token.objects.filter(pk=self.get_object().pk)
        tokens.revoke(timezone.now())
        return Response(status=204)

    @property
    def _user(self) -> User:
        return cast("User", self.request.user)
