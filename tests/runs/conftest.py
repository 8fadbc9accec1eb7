"""What the tests of run time share: a host of their own, and runs in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from runs import host as hosts
from runs.host import EngineHost
from tests.factories import TokenFactory, UserFactory
from wayflow import Runtime
from wayflow.registry import installed
from workflows import catalog

from .calling import Caller
from .scenes import grant
from .stage import Stage


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The node types of tests are installed; here they are controlled."""
    stage = Stage()
    types = {**installed._nodes, **stage.node_types()}
    monkeypatch.setattr(installed, "_nodes", types)
    catalog.registry.cache_clear()
    yield stage
    catalog.registry.cache_clear()


@pytest.fixture
def node_timeout() -> float | None:
    """Seconds that a node may take; a test may set another."""
    return None


@pytest.fixture
def new_host(
    transactional_db: None,
    stage: Stage,
    node_timeout: float | None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """Makes another host the process's own, as a restart does."""
    made: list[EngineHost] = []

    def start() -> EngineHost:
        host = EngineHost(Runtime(catalog.registry(), node_timeout=node_timeout))
        monkeypatch.setattr(hosts, "_current", host)
        host.start()
        made.append(host)
        return host

    yield start
    for host in made:
        host.stop()
        assert host.stopped


@pytest.fixture
def host(new_host: Any) -> EngineHost:
    """The host that drives this test's runs."""
    fresh: EngineHost = new_host()
    return fresh


@pytest.fixture
def user(db: None) -> User:
    """Somebody without any permission."""
    made: User = UserFactory.create()
    return made


@pytest.fixture
def caller(user: User) -> Caller:
    """``user`` with a token, who may run any graph."""
    grant(user, "workflows.run_adhoc_graph")
    return Caller(TokenFactory.create(owner=user))


@pytest.fixture
def stranger(db: None) -> Caller:
    """Somebody else with a token, who may do nothing."""
    return Caller(TokenFactory.create())
