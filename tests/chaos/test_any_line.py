"""A process that dies between any two lines: the next ones bring its runs to an end."""

from __future__ import annotations

import json
import random
from dataclasses import asdict

import pytest

from tests.e2e.site import rows

from . import ledger, lives
from .kinds import EXPIRED, KINDS
from .lives import Nursery, World
from .reaper import Place
from .script import PLAYED
from .verdict import (
    check_nothing_committed_began_again,
    check_nothing_was_rewritten,
    check_story,
    reduced,
    stories,
)

KILLED = -9

AS_IF_LONG_AGO = """
UPDATE runs_run SET created_at = '2020-01-01 00:00:00',
    lease_expires_at = CASE WHEN status = 'running' THEN '2020-01-01 00:00:00' END
"""

WINDOWS = {
    "between start and submit": Place(
        file="runs/executor.py", name="EmbeddedExecutor.submit"
    ),
    "before the claim": Place(file="runs/claims.py", name="claim"),
    "between the claim and the first event": Place(
        file="runs/drive.py", name="Drive._advance"
    ),
    "before the commit": Place(file="runs/commits.py", name="commit"),
    "between the events and the row": Place(file="runs/commits.py", name="_move"),
    "between the commit and the publish": Place(
        file="runs/live.py", name="Hub.publish"
    ),
    "between the pause and its review": Place(
        file="runs/reviews.py", name="open_review"
    ),
    "in the answer": Place(file="runs/reviews.py", name="answer"),
    "between the request to cancel and the state": Place(
        file="runs/settling.py", name="settle_cancelled"
    ),
    "between the last node and the outcome": Place(
        file="wayflow/drive.py", name="Drive._announce"
    ),
    "between a node's fate and the next node": Place(
        file="wayflow/drive.py", name="Drive.settle"
    ),
    "between two attempts": Place(file="wayflow/work.py", name="Work._begin_again"),
}


@pytest.fixture(scope="session")
def visits(
    nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Place, int]]:
    """What a life that is left alone visits, and how often."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with lives.world(nursery, folder) as world:
        assert played(world, None) == 0, world.log
        check(world)
        told = json.loads((folder / "visits.json").read_text())
    return sorted(
        ((Place(**place), times) for place, times in told),
        key=lambda visit: visit[0].spelled(),
    )


def test_wherever_a_process_dies_its_runs_come_to_their_right_outcomes(
    nursery: Nursery,
    tmp_path_factory: pytest.TempPathFactory,
    visits: list[tuple[Place, int]],
    chance: random.Random,
    kills: int,
) -> None:
    lines = [(place, times) for place, times in visits if place.line]
    deaths = 0
    for _ in range(kills // 2):
        with lives.world(nursery, tmp_path_factory.mktemp("world")) as world:
            # The second one dies while it recovers what the first one left.
            for place, times in chance.sample(lines, 2):
                code = played(world, place, chance.randint(1, times))
                assert code in (0, KILLED), world.log
                deaths += code == KILLED
            assert played(world, None) == 0, world.log
            check(world)
    assert deaths >= kills // 2


@pytest.mark.parametrize("window", WINDOWS)
def test_a_death_in_a_narrow_window_costs_no_run(
    nursery: Nursery,
    tmp_path_factory: pytest.TempPathFactory,
    visits: list[tuple[Place, int]],
    chance: random.Random,
    window: str,
) -> None:
    place = WINDOWS[window]
    # A life may come there less often than the undisturbed one, but it comes.
    for number in range(chance.randint(1, dict(visits)[place]), 0, -1):
        with lives.world(nursery, tmp_path_factory.mktemp("world")) as world:
            code = played(world, place, number)
            assert played(world, None) == 0, world.log
            check(world)
            assert "Traceback" not in world.log, world.log
        if code == KILLED:
            return
    pytest.fail("No life came there.")


def played(world: World, place: Place | None, number: int = 1) -> int:
    """The exit code of a life that plays the script after all others are long dead."""
    rows(world.database, AS_IF_LONG_AGO)
    before = stories(world.database)
    life = world.born(
        "play",
        place=place and asdict(place),
        number=number,
        told=str(world.folder / "visits.json"),
    )
    code = life.wait()
    if place is not None:
        print(f"{place.spelled()} number {number}: {code}")  # noqa: T201
    now = stories(world.database)
    check_nothing_was_rewritten(before, now)
    entries = ledger.entries(world.folder, lives=[life.name])
    check_nothing_committed_began_again(before, entries)
    return code


def check(world: World) -> None:
    """Every run of the script has come to its right outcome."""
    found = {story.label: story for story in stories(world.database).values()}
    assert set(found) == {f"{name}-0" for name in PLAYED}
    entries = ledger.entries(world.folder)
    for name in PLAYED:
        label = f"{name}-0"
        story = found[label]
        check_story(story, entries)
        if name == "stopped":
            assert (story.status, story.cancel_requested) == ("cancelled", True)
        elif name == EXPIRED:
            assert reduced(story.result) == {"yes": [label, "before", "yes"]}
        else:
            expected = KINDS[name].expected
            assert expected is not None
            assert reduced(story.result) == expected(label)
