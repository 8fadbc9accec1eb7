"""What a user may put into a graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from access.errors import ApiError
from wayflow.graph import Graph, Node
from workflows.catalog import registry

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NodeForbidden(ApiError):
    def __init__(self, node: Node, what: str, permission: str) -> None:
        super().__init__(
            403,
            "WF_NODE_FORBIDDEN",
            f'Node {node.id} uses {what}, which needs the permission "{permission}".',
            hint="Remove the node, or ask for the permission.",
            attr="graph",
        )


def refuse_forbidden_nodes(graph: Graph, user: User) -> None:
    """Check that ``user`` has what the graph's node types and tools ask for.

    Raises NodeForbidden.
    """
    for node in graph.nodes.values():
        for what, permission in _needs(node):
            if not user.has_perm(permission):
                raise NodeForbidden(node, what, permission)


def _needs(node: Node) -> Iterator[tuple[str, str]]:
    installed = registry()
    node_type = installed.nodes.get(node.type)
    if node_type is not None and node_type.permission is not None:
        yield f'the type "{node.type}"', node_type.permission
    selected = node.data.get("tools")
    for name in selected if isinstance(selected, list) else ():
        tool = installed.tools.get(name) if isinstance(name, str) else None
        if tool is not None and tool.permission is not None:
            yield f'the tool "{name}"', tool.permission
