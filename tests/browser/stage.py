"""A live server for a browser, and the browser's way in."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext

from tests.e2e.site import SETTINGS, rows
from tests.servers import ROOT, LiveServer, live_server

from .cast import PASSWORD

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 15_000


def browser_path() -> str | None:
    """The Chromium of this machine, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A server with demo workflows, and a browser to look at it."""

    server: LiveServer
    database: Path
    browser: Browser

    @contextlib.asynccontextmanager
    async def visit(self, **options: Any) -> Any:
        """Somebody who is not signed in, with a fresh profile."""
        context = await self.browser.new_context(base_url=self.server.url, **options)
        context.set_default_timeout(PATIENCE_MS)
        try:
            yield context
        finally:
            await context.close()

    async def sign_in(self, context: BrowserContext, name: str = "chief") -> None:
        """Go through the admin's login."""
        page = await context.new_page()
        await page.goto("/admin/login/?next=/admin/")
        await page.fill("input[name=username]", name)
        await page.fill("input[name=password]", PASSWORD)
        await page.click("[type=submit]")
        await page.wait_for_url(f"{self.server.url}/admin/")
        await page.close()

    def rows(self, statement: str, *parameters: object) -> list[Any]:
        """What the database says itself."""
        return rows(self.database, statement, *parameters)


@contextlib.contextmanager
def served_demo(folder: Path) -> Iterator[tuple[LiveServer, Path]]:
    """A server with the people of ``cast``; its database is in ``folder``."""
    database = folder / "stage.sqlite3"
    environment = {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        # As `make run` serves: static files come from where they lie.
        "WAYFLOW_DEBUG": "true",
    }
    subprocess.run(
        [sys.executable, "-m", "tests.browser.cast"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
    )
    with live_server(env=environment) as server:
        yield server, database
