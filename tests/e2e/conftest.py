"""What the tests against live servers share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.servers import ServerKind

from .site import Crowd, Site, gather_crowd, site
from .stock_client import StockClient


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    """A database with people, for every server to start from."""
    return gather_crowd(tmp_path_factory.mktemp("crowd"))


@pytest.fixture(scope="session", params=["uvicorn", "daphne"])
def served(
    request: pytest.FixtureRequest,
    crowd: Crowd,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """A server of each kind."""
    kind: ServerKind = request.param
    with site(crowd, tmp_path_factory.mktemp(kind), kind) as served:
        yield served


@pytest.fixture
def live(served: Site) -> Iterator[Site]:
    """The server, which prints no traceback during the test."""
    before = len(served.server.log)
    yield served
    printed = served.server.log[before:]
    assert "Traceback" not in printed, printed


@pytest.fixture
async def http(live: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody new on that server."""
    async with live.person() as http:
        yield http


@pytest.fixture
def stock(http: httpx.AsyncClient) -> StockClient:
    """The same person at the stock editor."""
    return StockClient(http)
