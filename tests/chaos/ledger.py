"""What handlers did, in a file that outlives whoever wrote into it."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = "CHAOS_FOLDER"
LIFE = "CHAOS_LIFE"
"""Names of the variables that tell a process where to write, and which life it is."""

BEGAN, STOPPED = "began", "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A handler began or was stopped. ``token`` is new for every time it began."""

    what: str
    life: str
    run: str
    node: str
    key: str
    token: str


def folder() -> Path:
    """Where this process and its tests meet."""
    return Path(os.environ[FOLDER])


def began(run: str, node: str, key: str) -> Entry:
    """Note that a handler begins, before it does anything."""
    return note(
        Entry(
            what=BEGAN,
            life=os.environ[LIFE],
            run=run,
            node=node,
            key=key,
            token=uuid.uuid4().hex,
        )
    )


def note(entry: Entry) -> Entry:
    """Append a line in one write.

    Once written it stays, whoever is killed: it is the system's and not the process's.
    """
    line = {name: getattr(entry, name) for name in Entry.__slots__}
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = os.open(_ledger(folder()), flags)
    try:
        os.write(file, json.dumps(line).encode() + b"\n")
    finally:
        os.close(file)
    return entry


def entries(place: Path, *, lives: Iterable[str] | None = None) -> list[Entry]:
    """All entries in order, or those of some lives."""
    if not _ledger(place).exists():
        return []
    lines = _ledger(place).read_text().splitlines()
    found = [Entry(**json.loads(line)) for line in lines]
    wanted = None if lives is None else set(lives)
    return [entry for entry in found if wanted is None or entry.life in wanted]


def gate(place: Path, life: str) -> Path:
    """The file that lets the gates of one life be passed once it exists."""
    return place / f"gate-of-{life}"


def _ledger(place: Path) -> Path:
    return place / "ledger.jsonl"
