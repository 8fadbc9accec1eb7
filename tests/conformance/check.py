"""Cases held against the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from .case import Case, Mode
from .compare import Mismatch
from .deviations import RULES
from .kinds import check_recorded

PATIENCE = 60.0
"""Seconds after which a case counts as hanging."""


def failure(case: Case, mode: Mode) -> str | None:
    """Why the case fails in ``mode``; None if it passes."""
    try:
        asyncio.run(_checked(case, mode))
    except Mismatch as mismatch:
        return str(mismatch)
    except TimeoutError:
        return f"no end within {PATIENCE:g} s"
    except (Exception, asyncio.CancelledError) as error:
        return f"raised {type(error).__name__}: {error}"
    return None


def report(cases: Iterable[Case]) -> tuple[list[str], int]:
    """A line per failing case, and how many passed."""
    lines: list[str] = []
    passed = 0
    for case in cases:
        line = _failing(case)
        if line is None:
            passed += 1
        else:
            lines.append(line)
    return lines, passed


def _failing(case: Case) -> str | None:
    for mode in case.modes:
        reason = failure(case, mode)
        if reason is not None:
            return f"FAIL {case.id} [{mode}]: {' '.join(reason.splitlines())}"
    return None


async def _checked(case: Case, mode: Mode) -> None:
    check = RULES.get(case.id, check_recorded) if case.deviates else check_recorded
    async with asyncio.timeout(PATIENCE):
        await check(case, mode)
