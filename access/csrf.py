"""The one rule by which a request with a session cookie proves where it is from."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseForbidden,
)
from django.middleware.csrf import CsrfViewMiddleware


def from_our_own_page(request: HttpRequest) -> bool:
    """Whether the browser vouches that a page of ours sent the request.

    A page cannot set ``Sec-Fetch-Site`` itself. Browsers leave it out on plain HTTP
    to other hosts than this machine; there ``Origin`` answers.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        own = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False
    return request.headers.get("Origin") == own


class CsrfMiddleware(CsrfViewMiddleware):
    """Lets requests of our own pages pass; for others Django's token decides."""

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., HttpResponseBase],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        if from_our_own_page(request):
            # Views like the admin's login apply Django's rule again, if not told.
            request.csrf_processing_done = True  # type: ignore[attr-defined]
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


def refusal(request: HttpRequest) -> str | None:
    """Why the rule refuses ``request``, for views that the middleware exempts."""
    rule = _Rule(_nowhere)
    rule.process_request(request)
    rule.process_view(request, _nowhere, (), {})
    return rule.reason


class _Rule(CsrfMiddleware):
    reason: str | None = None

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        self.reason = reason
        return HttpResponseForbidden()


def _nowhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
