"""Tables of the matrix: a row for each request, a column for each caller."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .routes import nameless


class Role(StrEnum):
    """The columns of a table, in their order."""

    ANONYMOUS = "anonymous"
    STRANGER = "stranger"
    VIEWER = "viewer"  # in a group with which the workflow is shared to view it
    RUNNER = "runner"  # in a group with which it is shared to run it
    OWNER = "owner"
    STAFF = "staff"  # without any permission
    ADMIN = "admin"  # staff with every permission, but no superuser


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One request, and the status that each role gets for it."""

    method: str
    path: str
    statuses: tuple[int, ...]
    label: str

    @property
    def key(self) -> str:
        """``METHOD /path label``."""
        return f"{self.method} {self.path} {self.label}".strip()

    @property
    def route(self) -> str:
        """The path as routes have it: without query and names."""
        return nameless(self.path.partition("?")[0])


def rows_of(table: str) -> list[Row]:
    """The rows of a table: method, path, maybe a label, and a status for each role."""
    return [
        _row_of(line.split()) for line in table.splitlines() if line[:1] not in "# "
    ]


def _row_of(words: list[str]) -> Row:
    method, path, *label = words[: -len(Role)]
    statuses = tuple(int(word) for word in words[-len(Role) :])
    return Row(method=method, path=path, statuses=statuses, label=" ".join(label))
