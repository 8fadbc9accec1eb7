"""Handlers that fail, hang, block and flood a live server, and the runs beside them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.runs.scenes import chain

from .graphs import settled
from .site import Crowd, Site, site
from .stock_client import StockClient

NODE_SECONDS = 2.0
UNDISTURBED = 2.0
"""Seconds within which a short run ends, whatever others do."""


@pytest.fixture(scope="module")
def served(crowd: Crowd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on which no node may take long."""
    folder = tmp_path_factory.mktemp("rough")
    limit = str(NODE_SECONDS)
    with site(crowd, folder, "uvicorn", WAYFLOW_NODE_TIMEOUT=limit) as served:
        yield served


@pytest.fixture
async def neighbour(live: Site) -> AsyncIterator[StockClient]:
    """Somebody else on the same server."""
    async with live.person() as http:
        yield StockClient(http)


async def short_run(neighbour: StockClient) -> float:
    """The seconds that a run of a few nodes takes."""
    began = time.perf_counter()
    told = await neighbour.run(chain("merge"), {"v": "hello"})
    assert (told.status, told.was_told) == ("completed", True)
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("type", "code"),
    [
        ("raises", "WF_RUNTIME_HANDLER_THREW"),
        ("exits", "WF_RUNTIME_HANDLER_THREW"),
        ("unserialisable", "WF_RUNTIME_OUTPUT_NOT_SERIALIZABLE"),
        ("circular", "WF_RUNTIME_OUTPUT_NOT_SERIALIZABLE"),
        ("hangs", "WF_RUNTIME_NODE_TIMEOUT"),
        ("clings", "WF_RUNTIME_NODE_TIMEOUT"),
        ("blocks", "WF_RUNTIME_NODE_TIMEOUT"),
        ("floods", "WF_RUNTIME_OUTPUT_TOO_LARGE"),
        ("chatters", "WF_RUNTIME_TOO_MANY_EVENTS"),
        ("impersonates", "WF_RUNTIME_HANDLER_THREW"),
    ],
)
async def test_a_rough_handler_ends_its_own_run_with_a_code_and_hurts_no_other(
    http: httpx.AsyncClient,
    stock: StockClient,
    neighbour: StockClient,
    type: str,
    code: str,
) -> None:
    async with asyncio.TaskGroup() as group:
        rough = group.create_task(stock.run(chain(type)))
        await stock.sees(lambda canvas: type in canvas.statuses)
        took = await short_run(neighbour)
    told = rough.result()
    assert took < UNDISTURBED
    assert (told.status, told.was_told) == ("error", True)
    assert told.error["code"] == code
    assert stock.canvas.statuses[type] == "error"
    run = await settled(http, str(stock.canvas.events[0][1]["runId"]))
    assert run["error"]["code"] == code


async def test_many_blocked_handlers_leave_the_server_at_work(
    http: httpx.AsyncClient, neighbour: StockClient
) -> None:
    async def blocked() -> str:
        client = StockClient(http)
        told = await client.run(chain("blocks"))
        code: str = told.error["code"]
        return code

    async with asyncio.TaskGroup() as group:
        runs = [group.create_task(blocked()) for _ in range(40)]
        took = await short_run(neighbour)
    assert {run.result() for run in runs} == {"WF_RUNTIME_NODE_TIMEOUT"}
    assert took < 2 * UNDISTURBED
