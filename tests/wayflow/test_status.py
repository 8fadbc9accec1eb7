"""Moves between states are one table, and what follows from it is asked of it."""

from __future__ import annotations

import itertools

import pytest

from wayflow.status import MOVES, TERMINAL, RunStatus, sources_of

S = RunStatus


def test_the_table_covers_every_status() -> None:
    assert {*MOVES} == {*RunStatus}


def test_a_run_ends_completed_in_error_or_cancelled_and_never_otherwise() -> None:
    assert {status for status in S if status.is_terminal} == TERMINAL
    assert {S.COMPLETED, S.ERROR, S.CANCELLED} == TERMINAL


def test_every_run_that_goes_on_can_be_cancelled() -> None:
    assert sources_of(S.CANCELLED) == {*S} - TERMINAL


def test_only_a_running_run_completes_pauses_or_waits() -> None:
    for target in (S.COMPLETED, S.PAUSED, S.WAITING):
        assert sources_of(target) == {S.RUNNING}


def test_a_run_is_driven_only_after_it_was_queued() -> None:
    assert sources_of(S.RUNNING) == {S.QUEUED}


def test_nothing_moves_to_where_it_is() -> None:
    assert all(status not in targets for status, targets in MOVES.items())


@pytest.mark.parametrize(("source", "target"), [*itertools.product(S, S)])
def test_sources_and_moves_say_the_same(source: RunStatus, target: RunStatus) -> None:
    assert (source in sources_of(target)) == (target in MOVES[source])


def test_every_status_can_be_reached() -> None:
    reached = {S.QUEUED}
    for _ in S:
        reached |= {target for status in reached for target in MOVES[status]}
    assert reached == {*S}


def test_statuses_are_spelled_as_on_the_wire() -> None:
    assert [*map(str, S)] == [
        *("queued", "running", "paused", "waiting"),
        *("completed", "error", "cancelled"),
    ]
