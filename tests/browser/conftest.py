"""What the tests in a browser share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.servers import LiveServer

from .stage import OPTIONS, Stage, browser_path, served_demo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests; each has its own profile in it."""
    path = browser_path()
    if path is None:
        pytest.skip("NO BROWSER: install chromium to run these tests.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=list(OPTIONS)
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LiveServer, Path]]:
    """One server for all of them."""
    with served_demo(tmp_path_factory.mktemp("stage")) as served:
        yield served


@pytest.fixture(scope="session")
def stage(browser: Browser, served: tuple[LiveServer, Path]) -> Stage:
    server, database = served
    return Stage(server=server, database=database, browser=browser, passes={})
