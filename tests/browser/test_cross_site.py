"""What a page of somebody else can do with the session of whoever looks at it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from .stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRIAGE_RUNS = "/api/workflows/{id}/runs"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"


@contextlib.asynccontextmanager
async def page_of_somebody_else(host: str) -> AsyncIterator[str]:
    """The address of an empty page on another server."""

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"{HEAD}<title>Win a prize</title>".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://{host}:{port}/"


def workflow_of(stage: Stage) -> str:
    ((id,),) = stage.rows("select id from workflows_workflow limit 1")
    return str(id)


def counts(stage: Stage) -> list[int]:
    tables = ("runs_run", "workflows_workflow", "workflows_workflowversion")
    return [stage.rows(f"select count(*) from {table}")[0][0] for table in tables]


FETCH = """
async ([url, type, body]) => {
    const options = {method: 'POST', mode: 'no-cors', credentials: 'include', body}
    if (type) options.headers = {'Content-Type': type}
    try { await fetch(url, options) } catch (error) { return 'refused' }
    return 'sent'
}
"""
FORM = """
([url, enctype, name]) => {
    const form = document.createElement('form')
    Object.assign(form, {method: 'post', action: url, enctype})
    const field = document.createElement('input')
    Object.assign(field, {name, value: ''})
    form.append(field)
    document.body.append(form)
    form.submit()
}
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_page_of_another_site_changes_nothing(stage: Stage, host: str) -> None:
    url = stage.server.url + TRIAGE_RUNS.format(id=workflow_of(stage))
    async with stage.visit() as context, page_of_somebody_else(host) as elsewhere:
        await stage.sign_in(context)
        before = counts(stage)
        page = await context.new_page()
        await page.goto(elsewhere)
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            assert await page.evaluate(FETCH, [url, kind, "{}"]) == "sent"
        assert await page.evaluate(FETCH, [url, "application/json", "{}"])
        assert counts(stage) == before


# The browser sends the session's cookie to another port of the same host: a forgery. To
# another host it sends none: somebody unknown.
@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 403), ("localhost", 401)])
@pytest.mark.parametrize("enctype", ["text/plain", "multipart/form-data"])
async def test_a_form_on_another_site_gets_an_error_page(
    stage: Stage, host: str, status: int, enctype: str
) -> None:
    url = stage.server.url + TRIAGE_RUNS.format(id=workflow_of(stage))
    async with stage.visit() as context, page_of_somebody_else(host) as elsewhere:
        await stage.sign_in(context)
        before = counts(stage)
        page = await context.new_page()
        await page.goto(elsewhere)
        async with page.expect_navigation() as landing:
            await page.evaluate(FORM, [url, enctype, "{}"])
        answer = await landing.value
        assert answer is not None
        assert answer.status == status
        assert counts(stage) == before


async def test_a_page_of_our_own_needs_no_token(stage: Stage) -> None:
    url = TRIAGE_RUNS.format(id=workflow_of(stage))
    async with stage.visit() as context:
        await stage.sign_in(context)
        before = counts(stage)
        page = await context.new_page()
        await page.goto("/admin/")
        status = await page.evaluate(
            """async (url) => (await fetch(url, {
                method: 'POST',
                headers: {'Content-Type': 'application/json', Prefer: 'respond-async'},
                body: '{}',
            })).status""",
            url,
        )
        assert status == 202
        assert counts(stage)[0] == before[0] + 1
