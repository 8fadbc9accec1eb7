"""Plain async views for hot and streaming endpoints: one hop to a thread, one shape."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException

from .answers import answerable, headers_of, payload_of
from .authentication import caller_of
from .body import read_object
from .connections import kept_connection
from .errors import ApiError
from .throttle import count_request

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .models import Token

THREADS = 8

Later: TypeAlias = Coroutine[Any, Any, HttpResponseBase]
Answer: TypeAlias = HttpResponseBase | Later
Handler: TypeAlias = Callable[..., Answer]
"""``handler(call, **url_kwargs)``: answers at once, or by a coroutine.

It runs in a thread of ours and may use the database; its coroutine, which is awaited on
the loop, may not.
"""

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="endpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose sender is known; ``body`` is ``{}`` when there is none.

    ``token`` is None when it came with a session; ``loop`` is the one on which it is
    answered.
    """

    request: HttpRequest
    user: User
    token: Token | None
    body: dict[str, Any]
    loop: asyncio.AbstractEventLoop


class AsyncView(Protocol):
    """What ``path()`` takes."""

    def __call__(
        self, request: HttpRequest, **url_kwargs: Any
    ) -> Coroutine[Any, Any, HttpResponseBase]: ...


class MethodNotAllowed(ApiError):
    def __init__(self, method: str | None, allowed: Collection[str]) -> None:
        super().__init__(
            405,
            "method_not_allowed",
            f'Method "{method}" not allowed.',
            headers={"Allow": ", ".join(allowed)},
        )


class PathNotFound(ApiError):
    def __init__(self, path: str) -> None:
        super().__init__(404, "not_found", f"There is nothing at {path[:200]}.")


def endpoint(
    *, methods: Collection[str], takes_body: bool = True
) -> Callable[[Handler], AsyncView]:
    """Make a view of a handler, for callers, methods and bodies that are in order.

    Without ``takes_body`` any body is in order: nobody looks at it. Where GET is in
    order, so is HEAD, which is GET to the handler and gets the headers of its answer;
    OPTIONS is told the methods.

    Everything that is wrong before the handler, and whatever it or its coroutine
    raises, is answered in the API's one error shape. When the client goes away during
    the hop, the coroutine is still started and then cancelled at its first ``await``,
    so that it can undo what the handler began.
    """

    allowed = [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]

    def decorate(handler: Handler) -> AsyncView:
        @csrf_exempt
        @wraps(handler)
        async def view(request: HttpRequest, **url_kwargs: Any) -> HttpResponseBase:
            read = read_object if takes_body else _no_body
            loop = asyncio.get_running_loop()
            work = partial(_handle, handler, allowed, read, loop, request, url_kwargs)
            hop = loop.run_in_executor(_threads, work)
            try:
                answer = await asyncio.shield(hop)
            except asyncio.CancelledError:
                await asyncio.wait([hop])
                await _abandon(request, hop.result())
                raise
            if not isinstance(answer, HttpResponseBase):
                answer = await _finished(request, answer)
            return _head_of(answer) if request.method == "HEAD" else answer

        view.is_endpoint = True  # type: ignore[attr-defined]
        return view

    return decorate


def is_endpoint(view: Callable[..., Any]) -> bool:
    """Whether ``view`` was made by ``endpoint``."""
    return getattr(view, "is_endpoint", False) is True


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to ``exception``; a fault of ours is logged, not told."""
    error = answerable(exception)
    if error is None:
        logger.error("%s %s failed", request.method, request.path, exc_info=exception)
        error = APIException("The server failed.", "server_error")
    return JsonResponse(
        payload_of(error), status=error.status_code, headers=headers_of(error)
    )


async def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """What answers where the API has no such path."""
    return refused(request, PathNotFound(request.path))


def _handle(
    handler: Handler,
    allowed: Collection[str],
    read: Callable[[HttpRequest], dict[str, Any]],
    loop: asyncio.AbstractEventLoop,
    request: HttpRequest,
    url_kwargs: dict[str, Any],
) -> Answer:
    with kept_connection():
        try:
            if request.method not in allowed:
                raise MethodNotAllowed(request.method, allowed)
            caller = caller_of(request)
            count_request(caller.user.pk, now=time.time())
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": ", ".join(allowed)})
            call = Call(
                request=request,
                user=caller.user,
                token=caller.token,
                body=read(request),
                loop=loop,
            )
            return handler(call, **url_kwargs)
        except Exception as exception:
            return refused(request, exception)


def _no_body(request: HttpRequest) -> dict[str, Any]:
    return {}


def _head_of(response: HttpResponseBase) -> HttpResponse:
    """The same answer without its body; a stream ends before it begins."""
    head = HttpResponse(status=response.status_code, headers=response.headers)
    if isinstance(response, HttpResponse) and response.content:
        head["Content-Length"] = str(len(response.content))
    response.close()
    return head


async def _finished(request: HttpRequest, later: Later) -> HttpResponseBase:
    try:
        return await later
    except Exception as exception:
        return refused(request, exception)


async def _abandon(request: HttpRequest, answer: Answer) -> None:
    if not isinstance(answer, HttpResponseBase):
        task = asyncio.create_task(_finished(request, answer))
        # A task that is cancelled before its first step never enters its coroutine.
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
