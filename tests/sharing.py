"""How tests are shared out among several processes."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

import pytest
from _pytest.nodeid import NodeId
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

AREAS = ("tests/browser", "tests/chaos", "tests/e2e")
"""Folders whose tests share what is dear: one of the processes has it."""

LONGEST_FIRST = (
    "tests/browser",
    "tests/chaos",
    "tests/e2e",
    "tests/test_postgresql.py",
    "tests/test_wheel.py",
    "tests/runs/test_admin_crawl.py",
    "tests/scale/test_stalled.py",
    "tests/scale/test_crowds.py",
    "tests/wayflow/test_any_graph.py",
)
"""What takes long is begun early: at the end all processes are done together."""

TURNS = {group: turn for turn, group in enumerate(LONGEST_FIRST)}


class Sharing(LoadScopeScheduling):
    """Gives a process whole files, and of some folders all of them."""

    def __init__(self, config: pytest.Config, log: Producer | None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    """What is done by one process: the area of a test, else its file."""
    file = PurePosixPath(nodeid.partition("::")[0])
    area = file.parent.as_posix()
    return area if area in AREAS else file.as_posix()


def turn(item: pytest.Item) -> int:
    """The lower, the earlier."""
    return TURNS.get(group(item.nodeid), len(TURNS))


def tell_apart(items: list[pytest.Item]) -> None:
    """Give each test a name of its own, or refuse: of two alike one would be lost."""
    for item in items:
        # Of the operation that it tries, schemathesis tells in the name alone.
        if item.parent is not None and not item.nodeid.endswith(item.name):
            item._id = NodeId.parse(f"{item.parent.nodeid}::{item.name}")
    counted = Counter(item.nodeid for item in items)
    if alike := [name for name, times in counted.items() if times > 1]:
        raise pytest.UsageError(f"Several tests have the same name: {alike}")
