"""What the tests of every room share."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from access.connections import close_kept_connections
from tests.sharing import Sharing, tell_apart, turn

# How long an example takes says more of the machine than of what is tested.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whoever was begun in the background ignores it, and so would all it begins.
    signal.signal(signal.SIGINT, signal.default_int_handler)

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Several processes are as strict as one: ``-X dev`` is not passed on by itself."""
    if sys.flags.dev_mode:
        for spec in specs:
            spec.python = f"{sys.executable} -X dev"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Several processes share files and areas."""
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several processes begin with what takes longest."""
    tell_apart(items)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=turn)


def pytest_make_parametrize_id(val: object) -> str | None:
    """The same test has the same name every time and in every process."""
    if isinstance(val, str) and UUID.search(val):
        return UUID.sub("uuid", val)
    return None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Put SQLite's test database into a file: one in memory has no WAL."""
    default = connections["default"]
    if default.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        default.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """No thread that lives on keeps the database when it is to go."""

    async def close() -> None:
        await sync_to_async(lambda: connection.close())()

    yield
    close_kept_connections()
    asyncio.run(close())
