"""What a user may put into a graph, and let it do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from access.errors import ApiError
from wayflow.attempt import selected_tools
from wayflow.graph import Graph, Node
from workflows.catalog import demands_of, exposed_to, registry

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

    A workflow among the tools asks for what its own nodes ask for. Raises
    NodeForbidden.
    """
    for demand in demands_of(graph):
        if not user.has_perm(demand.permission):
            raise NodeForbidden(demand.node, demand.what, demand.permission)
    callers = _callers_of_workflows(graph)
    exposed = exposed_to(user) if callers else {}
    for name in callers.keys() & exposed.keys():
        for demand in demands_of(exposed[name].document.graph()):
            if not user.has_perm(demand.permission):
                what = f'the workflow "{name}", and this {demand.what}'
                raise NodeForbidden(callers[name], what, demand.permission)


def _callers_of_workflows(graph: Graph) -> dict[str, Node]:
    """A node for each selected tool that is not registered, and so may be a workflow.

    Only these: no workflow can itself call others that the graph does not select.
    """
    installed = registry().tools
    return {
        name: node
        for node in graph.nodes.values()
        for name in selected_tools(node)
        if name not in installed
    }
