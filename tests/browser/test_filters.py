"""The filters of every list open from the keyboard."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .office import office
from .stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTS = ("/admin/runs/run/", "/admin/workflows/workflow/", "/admin/auth/user/")


async def test_the_filters_of_a_list_open_from_the_keyboard(stage: Stage) -> None:
    async with office(stage) as page:
        for url in LISTS:
            await page.goto(url)
            link = page.locator("#changelist").get_by_role("button", name="Filters")
            apply = page.locator("#changelist-filter")
            await expect(apply).to_be_hidden()
            await link.focus()
            await page.keyboard.press("Enter")
            await expect(apply).to_be_visible()
