"""What the tests that kill share."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import lives
from .lives import Nursery, World

SEED = "CHAOS_SEED"
KILLS = "CHAOS_KILLS"


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Where lives come from."""
    with lives.nursery(tmp_path_factory.mktemp("nursery")) as made:
        yield made


@pytest.fixture
def world(nursery: Nursery, tmp_path: Path) -> Iterator[World]:
    """A world for one test, in which nobody complained at the end."""
    with lives.world(nursery, tmp_path) as made:
        yield made
        assert "Traceback" not in made.log, made.log


@pytest.fixture
def chance() -> random.Random:
    """Chance, which a failing test can repeat: ``CHAOS_SEED`` is in its output."""
    seed = os.environ.get(SEED) or str(random.SystemRandom().randrange(10**6))
    print(f"{SEED}={seed}")  # noqa: T201
    return random.Random(seed)


@pytest.fixture
def kills() -> int:
    """How often servers are killed; ``CHAOS_KILLS`` asks for more."""
    return int(os.environ.get(KILLS, "10"))
