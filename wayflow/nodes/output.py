"""Output: what a run's result consists of."""

from __future__ import annotations

from typing import Any

from wayflow.config import Fields
from wayflow.contracts import Context
from wayflow.graph import Node
from wayflow.ports import FromFields
from wayflow.registry import NodeType


def collect_fields(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """The inputs, which are also added to the run's result."""
    ctx.collect(inputs)
    return inputs


OUTPUT = NodeType(
    type="output",
    handler=collect_fields,
    label="Output",
    category="Flow",
    icon="log-out",
    description="What the run gives back.",
    inputs=FromFields(),
    config={"fields": Fields(label="Fields")},
    unique=True,
    effects=False,
    inline=True,
)
