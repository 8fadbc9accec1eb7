"""A live server for a browser, and the browser's way in."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from playwright.async_api import Browser, BrowserContext, Page

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

Door: TypeAlias = Callable[[Page, str], Awaitable[None]]
"""A way in: signs somebody in on a page."""


def browser_path() -> str | None:
    """The Chromium of this machine, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A server with demo workflows, and a browser to look at it.

    ``passes`` are the cookies of those who signed in there.
    """

    server: LiveServer
    database: Path
    browser: Browser
    passes: dict[tuple[Door, str], Any]

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
        """Let somebody of the staff in, by the admin's login."""
        await self.let_in(context, name, by=_admin_login)

    async def let_in(self, context: BrowserContext, name: str, *, by: Door) -> None:
        """Somebody goes through a door once, and shows the cookies of then later on.

        Whoever signs out takes them from all who come later: go through the door then.
        """
        if (by, name) not in self.passes:
            page = await context.new_page()
            await by(page, name)
            await page.close()
            self.passes[by, name] = await context.cookies()
        else:
            await context.add_cookies(self.passes[by, name])

    def rows(self, statement: str, *parameters: object) -> list[Any]:
        """What the database says itself."""
        return rows(self.database, statement, *parameters)


async def _admin_login(page: Page, name: str) -> None:
    await page.goto("/admin/login/?next=/admin/")
    await page.fill("input[name=username]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("[type=submit]")
    await page.wait_for_url("**/admin/")


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
