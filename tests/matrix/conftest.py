"""What the tests of the matrix share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from pages import assets
from runs.executor import executor

from .world import Nobody


@pytest.fixture(autouse=True)
def _nobody_drives(settings: LazySettings) -> Iterator[None]:
    """Runs stay in the queue."""
    path = f"{Nobody.__module__}.{Nobody.__name__}"
    settings.WAYFLOW = {**settings.WAYFLOW, "EXECUTOR": path}
    executor.cache_clear()
    yield
    executor.cache_clear()


@pytest.fixture(autouse=True)
def _the_editor_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is here or not."""
    monkeypatch.setattr(assets, "is_built", lambda: True)
