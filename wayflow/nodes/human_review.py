"""Human review: the run pauses until a person has answered."""

from __future__ import annotations

from typing import Any

from wayflow.config import LongText
from wayflow.contracts import Context, Suspend
from wayflow.graph import Node
from wayflow.ports import Fixed
from wayflow.registry import NodeType
from wayflow.values import ABSENT


def ask_person(node: Node, inputs: dict[str, Any], ctx: Context) -> Suspend:
    """A suspension that shows the input."""
    instructions = node.data.get("instructions") or ""
    return Suspend(instructions=instructions, data=inputs.get("input", ABSENT))


HUMAN_REVIEW = NodeType(
    type="humanInTheLoop",
    handler=ask_person,
    label="Human review",
    category="Flow",
    icon="user-check",
    description="Waits for a person to approve, reject or edit.",
    inputs=Fixed({"input": "any"}),
    outputs=Fixed({"approved": "any", "rejected": "any"}),
    config={"instructions": LongText(label="Instructions")},
    effects=False,
    inline=True,
)
