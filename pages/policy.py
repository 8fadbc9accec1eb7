"""What browsers let the pages load and do: scripts and styles of our own, no more."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponseBase
from django.utils.cache import add_never_cache_headers

HEADER: Final = "Content-Security-Policy"

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Pictures of other hosts would tell them who looks, and what a model was told.
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


def guarded(response: HttpResponseBase) -> HttpResponseBase:
    """``response`` with the policy, for one person and to be kept by nobody."""
    response[HEADER] = POLICY
    add_never_cache_headers(response)
    return response
