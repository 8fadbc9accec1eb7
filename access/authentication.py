"""Tells who calls: by a token in the header, or by the session of our own pages."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from .csrf import refusal
from .errors import ApiError
from .models import Token, digest_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SCHEMES = ("token", "bearer")
CHALLENGE = "Token"


class CsrfRefused(ApiError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            403,
            "WF_CSRF_FAILED",
            f"The request does not come from a page of this server: {reason}",
            hint="Call from our own pages, send X-CSRFToken, or use a token.",
        )


class TokenRefused(AuthenticationFailed):
    """A token that nobody may use; its answer does not tell why."""

    default_detail = "This token is not valid, or not valid any more."
    auth_header = CHALLENGE


class Anonymous(ApiError):
    def __init__(self) -> None:
        super().__init__(
            401,
            "not_authenticated",
            "Sign in, or send a token.",
            hint='Send the header "Authorization: Token <token>".',
            headers={"WWW-Authenticate": CHALLENGE},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sent a request; ``token`` is None for a session."""

    user: User
    token: Token | None


def caller_of(request: HttpRequest) -> Caller:
    """Who sent ``request``; a token wins over a session.

    Raises Anonymous, TokenRefused and CsrfRefused.
    """
    token = token_of(request)
    if token is not None:
        return Caller(user=token.owner, token=token)
    user = session_user(request)
    if user is None:
        raise Anonymous
    return Caller(user=user, token=None)


def token_of(request: HttpRequest) -> Token | None:
    """The token that ``request`` carries, with its owner; None without a token.

    Raises TokenRefused.
    """
    clear = _token_in(request)
    if clear is None:
        return None
    now = timezone.now()
    token = (
        Token.objects.usable(now)
        .select_related("owner")
        .filter(digest=digest_of(clear))
        .first()
    )
    if token is None:
        raise TokenRefused
    Token.objects.saw(token, now)
    return token


def session_user(request: HttpRequest) -> User | None:
    """The user signed in on the session of ``request``, if it carries one.

    Works behind the session middleware and without. Raises CsrfRefused.
    """
    if _token_in(request) is not None:
        return None
    if not hasattr(request, "session"):
        _load_session(request)
    user = auth.get_user(request)
    if user.is_anonymous:
        return None
    reason = refusal(request)
    if reason is not None:
        raise CsrfRefused(reason)
    return user


def sender_by_now(request: HttpRequest) -> User | None:
    """Who sent a request that was accepted a while ago, as they are now.

    None if their token or session is no longer good, or they are not active.
    """
    if _token_in(request) is None:
        _load_session(request)
        user = auth.get_user(request)
        return None if user.is_anonymous else user
    try:
        token = token_of(request)
    except TokenRefused:
        return None
    return None if token is None else token.owner


def _load_session(request: HttpRequest) -> None:
    engine = import_module(settings.SESSION_ENGINE)
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    request.session = engine.SessionStore(key)


def _token_in(request: HttpRequest) -> str | None:
    scheme, _, clear = request.headers.get("Authorization", "").partition(" ")
    return clear.strip() if scheme.lower() in SCHEMES else None


class _Authentication(BaseAuthentication):
    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class TokenAuthentication(_Authentication):
    """``Authorization: Token <token>`` or ``Bearer <token>``, for REST views.

    ``request.auth`` is the token.
    """

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        token = token_of(request._request)
        return None if token is None else (token.owner, token)


class SessionAuthentication(_Authentication):
    """The session of our own pages, under the CSRF rule, for REST views."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = session_user(request._request)
        return None if user is None else (user, None)
