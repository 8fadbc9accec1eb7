"""The short way to the API's endpoints, beside Django's own to everything else."""

import asyncio
from contextlib import closing
from typing import Any, cast

from corsheaders.middleware import CorsMiddleware
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, ResolverMatch, resolve, set_script_prefix
from django.utils.log import log_response

from access.endpoint import is_endpoint, refused
from access.privacy import PrivateAnswers

from .graceful import Receive, Send


class LeanHandler(ASGIHandler):
    """Django's handler, which answers what leads to an endpoint by itself.

    Django's own way costs each request a thread of its own and a hop to it for every
    synchronous middleware and signal receiver. An endpoint needs none of them: it tells
    who calls and does its one hop itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._security = SecurityMiddleware(_nowhere)
        self._cors = CorsMiddleware(_nowhere)
        self._privacy = PrivateAnswers(_nowhere)
        self._frames = XFrameOptionsMiddleware(_nowhere)

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        match = _endpoint_of(scope)
        if match is None:
            await super().__call__(scope, receive, send)
        else:
            await self._lead(match, scope, receive, send)

    async def _lead(
        self, match: ResolverMatch, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        try:
            body_file = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body_file):
            set_script_prefix(get_script_prefix(scope))
            request, refusal = self.create_request(scope, body_file)
            if request is None:
                assert refusal is not None
                await self.send_response(refusal, send)
                return
            request.resolver_match = match
            leaving = asyncio.create_task(self.listen_for_disconnect(receive))
            answering = asyncio.create_task(self._answer(match, request, send))
            await asyncio.wait(
                {leaving, answering}, return_when=asyncio.FIRST_COMPLETED
            )
            leaving.cancel()
            answering.cancel()
            await asyncio.wait({leaving, answering})
            _raise_fault(leaving, answering)

    async def _answer(
        self, match: ResolverMatch, request: ASGIRequest, send: Send
    ) -> None:
        response = await self._respond(match, request)
        # A stream may last for days, and needs nothing of the body any more.
        request.close()
        request.__dict__.pop("_body", None)
        try:
            await self.send_response(response, send)
        finally:
            response.close()

    async def _respond(
        self, match: ResolverMatch, request: ASGIRequest
    ) -> HttpResponseBase:
        response: HttpResponseBase
        try:
            request.get_host()
        except Exception as error:
            response = refused(request, error)
        else:
            preflight = cast("HttpResponse | None", self._cors.check_preflight(request))
            early = self._security.process_request(request) or preflight
            response = early or await match.func(request, **match.kwargs)
        if response.status_code >= 400:
            phrase, path = response.reason_phrase, request.path
            log_response("%s: %s", phrase, path, response=response, request=request)
        response = self._privacy.process_response(request, response)
        self._cors.add_response_headers(request, response)
        response = self._security.process_response(request, response)
        return self._frames.process_response(request, response)


def _endpoint_of(scope: dict[str, Any]) -> ResolverMatch | None:
    if scope["type"] != "http":
        return None
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if is_endpoint(match.func) else None


def _raise_fault(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, RequestAborted):
            raise error


def _nowhere(request: HttpRequest) -> HttpResponseBase:
    """What comes after a middleware that is only asked directly."""
    return HttpResponse()
