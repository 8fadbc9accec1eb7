"""A Django of one endless stream, for the tests of starting and leaving."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path

from wayflow_project.graceful import Graceful, server_is_closing


def note(fact: str) -> None:
    """Write down what happened, for the test to read."""
    with Path(os.environ["ENDLESS_NOTES"]).open("a") as notes:
        notes.write(f"{fact}\n")


async def events(request: HttpRequest) -> StreamingHttpResponse:
    """Stream one event, then nothing more until somebody leaves."""
    scope = request.scope  # type: ignore[attr-defined]

    async def body() -> AsyncIterator[bytes]:
        yield b"event: first\ndata: {}\n\n"
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not server_is_closing(scope):
                raise
            yield b"event: closing\ndata: {}\n\n"
        finally:
            await asyncio.sleep(0)
            note(json.dumps({"ended": True, "by_server": server_is_closing(scope)}))

    return StreamingHttpResponse(body(), content_type="text/event-stream")


urlpatterns = [path("events", events)]

settings.configure(
    SECRET_KEY="known-to-everybody",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
)
application = Graceful(
    get_asgi_application(),
    on_startup=[lambda: note("started")],
    on_shutdown=[lambda: note("stopped")],
)
