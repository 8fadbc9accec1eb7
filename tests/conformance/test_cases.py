"""The engine does what was recorded, one node at a time and all at once."""

from __future__ import annotations

import pytest

from .case import Case, Mode, load
from .check import failure

CHECKS = [
    pytest.param(case, mode, id=f"{case.id}-{mode}")
    for case in load()
    for mode in case.modes
]


@pytest.mark.parametrize(("case", "mode"), CHECKS)
def test_the_engine_does_what_was_recorded(case: Case, mode: Mode) -> None:
    reason = failure(case, mode)
    assert reason is None, reason
