"""A run's stream as one client's response: how it ends, and what leaving it means."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from access.hearing import Hearing
from wayflow.errors import ErrorData
from wayflow.events import run_error
from wayflow.sse import HEADERS, encode

from .models import Run
from .streaming import RunStream

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

SERVER_IS_CLOSING = "wayflow.server_is_closing"
"""What the server's wrapper sets in the scope of a request that it ends itself."""

RETRY = b"retry: 2000\n\n"

_CLOSING = encode(
    run_error(
        ErrorData(
            code="WF_SERVER_CLOSING",
            message="The server is closing; the run goes on when it is back.",
            hint="Follow the run again in a moment.",
        )
    )
)
_BROKEN = encode(
    run_error(
        ErrorData(
            code="WF_STREAM_BROKEN",
            message="The server can no longer tell what the run does.",
            hint="Follow the run again; it may well go on.",
        )
    )
)
_SHUT_OUT = encode(
    run_error(
        ErrorData(
            code="WF_STREAM_REFUSED",
            message="You may not follow this run any longer.",
            hint="Sign in again, or send another token; the run may well go on.",
        )
    )
)
_leaving = ThreadPoolExecutor(2, thread_name_prefix="client-left")


class ClientStream(AsyncIterator[bytes]):
    """Frames for one client; the last one always tells how the run stands.

    ``left`` is called in a thread when the client goes away before the end, unless it
    is the server that sends it away, as it does when the ``hearing`` is over.
    """

    def __init__(
        self,
        stream: RunStream,
        *,
        scope: Mapping[str, Any],
        hearing: Hearing,
        left: Callable[[], object] | None = None,
        preamble: bytes = b"",
    ) -> None:
        self._stream = stream
        self._hearing = hearing
        self._scope = scope
        self._preamble = preamble
        self._over = False
        # A response that nobody starts to read is never closed, but always collected.
        self._leave = weakref.finalize(self, _leave, stream, scope, left)
        self._leave.atexit = False

    async def __anext__(self) -> bytes:
        if self._over:
            raise StopAsyncIteration
        if self._preamble:
            preamble, self._preamble = self._preamble, b""
            return preamble
        try:
            frames = await anext(self._stream)
            return self._last(_SHUT_OUT) if await self._hearing.is_over() else frames
        except StopAsyncIteration:
            self._leave.detach()
            raise
        except asyncio.CancelledError:
            if not is_closing(self._scope):
                raise
            # The server's own doing: the client is still there and must be told.
            return self._last(_CLOSING)
        except Exception:
            logger.exception("A stream broke")
            return self._last(_BROKEN)

    def close(self) -> None:
        """The response is over, read to its end or not."""
        self._leave()

    def _last(self, frame: bytes) -> bytes:
        self._over = True
        self._leave.detach()
        self._stream.close()
        return frame


def is_closing(scope: Mapping[str, Any]) -> bool:
    """Whether a request ends because its server does."""
    return bool(scope.get(SERVER_IS_CLOSING))


def respond(
    request: HttpRequest,
    stream: RunStream,
    *,
    left: Callable[[], object] | None = None,
    preamble: bytes = b"",
) -> StreamingHttpResponse:
    """The response that streams a run to the sender of ``request``."""
    scope: Mapping[str, Any] = getattr(request, "scope", {})
    body = ClientStream(
        stream,
        scope=scope,
        hearing=Hearing(request, partial(_sees, run_id=stream.run_id)),
        left=left,
        preamble=preamble,
    )
    response = StreamingHttpResponse(
        body, content_type=f"{HEADERS['Content-Type']}; charset=utf-8"
    )
    for name in ("Cache-Control", "X-Accel-Buffering"):
        response[name] = HEADERS[name]
    return response


def _sees(user: User, run_id: UUID) -> bool:
    return Run.objects.visible_to(user).filter(pk=run_id).exists()


def _leave(
    stream: RunStream,
    scope: Mapping[str, Any],
    left: Callable[[], object] | None,
) -> None:
    stream.close()
    if left is not None and not is_closing(scope):
        _leaving.submit(_call, left)


def _call(left: Callable[[], object]) -> None:
    try:
        left()
    except Exception:
        logger.exception("A client left, and its run could not be told")
    finally:
        connection.close()
