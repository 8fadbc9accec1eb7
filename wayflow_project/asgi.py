"""The application that a server serves: uvicorn wayflow_project.asgi:application."""

import gc
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wayflow_project.settings")

import django
from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.handlers.asgi import ASGIHandler
from servestatic import ServeStaticASGI

from .graceful import Application, Graceful

django.setup(set_prefix=False)

# Models cannot be imported before the line above.
from access.connections import close_kept_connections  # noqa: E402
from access.logs import cover_stream  # noqa: E402
from runs import host  # noqa: E402

from .bodies import BodyLimits  # noqa: E402
from .checkup import report_checks  # noqa: E402
from .lean import LeanHandler  # noqa: E402


def with_static_files(handler: ASGIHandler) -> Application:
    """Serve STATIC_URL: from every app in development, else from STATIC_ROOT."""
    if settings.DEBUG:
        return ASGIStaticFilesHandler(handler)
    server: Application = ServeStaticASGI(
        handler, root=settings.STATIC_ROOT, prefix=settings.STATIC_URL
    )
    return server


def spare_the_collector() -> None:
    """Never look again through what was loaded at the start: a pass takes 100 ms."""
    gc.collect()
    gc.freeze()


for stream in (sys.stdout, sys.stderr):
    cover_stream(stream)

application = Graceful(
    BodyLimits(
        with_static_files(LeanHandler()),
        most=settings.WAYFLOW["MAX_BODY_BYTES"],
    ),
    on_startup=[report_checks, host.start, spare_the_collector],
    on_shutdown=[host.stop, close_kept_connections],
)
