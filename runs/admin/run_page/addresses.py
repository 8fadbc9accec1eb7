"""Where on the page of a run somebody is: the query of its address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from wayflow.status import NodeStatus

LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The chosen node, the state and the first row of the timeline, the picture.

    ``node`` "" leaves the choice to the page. ``picture`` is whether a large one is
    wanted.
    """

    node: str = ""
    show: str = ""
    row: int = 0
    picture: bool = False

    def at(self, **changes: Any) -> str:
        """The address, relative to the page, of this place with changes."""
        there = replace(self, **changes)
        query = {
            "node": there.node,
            "show": there.show,
            "row": there.row or "",
            "picture": "1" if there.picture else "",
        }
        return "?" + urlencode({key: value for key, value in query.items() if value})


def place_of(query: QueryDict) -> Place:
    """What cannot be understood is left out."""
    show = query.get("show", "")
    return Place(
        node=query.get("node", ""),
        show=show if show in set(NodeStatus) else "",
        row=whole_number(query.get("row", "")),
        picture=query.get("picture") == "1",
    )


def whole_number(given: str) -> int:
    """The number that ``given`` spells; 0 for what spells none."""
    fits = given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER
    return int(given) if fits else 0
