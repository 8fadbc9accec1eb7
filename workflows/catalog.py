"""The editor's and the engine's view of what is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from wayflow.attempt import selected_tools
from wayflow.contracts import Models, Tool
from wayflow.graph import Graph, Node
from wayflow.models.mock import mock_models
from wayflow.models.openai import OPENAI_URL, openai_models
from wayflow.nodes import BUILTIN
from wayflow.registry import Registry, installed
from wayflow.tools import graph_to_tool, tool_name

from .models import Workflow, WorkflowVersion

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOCK = "mock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A Django permission that ``what`` of a graph's node asks for."""

    node: Node
    what: str
    permission: str


@cache
def registry() -> Registry:
    """Node types, tools and models of this installation, once Django is ready."""
    return installed.registry(nodes=BUILTIN, models=_models())


def tools_for(user: User) -> dict[str, Tool]:
    """The tools that ``user`` may use: the registered, and workflows exposed as tools.

    A workflow whose own nodes ask for more than ``user`` may is not among them. Of
    equal names a registered tool wins.
    """
    tools = {}
    for name, version in exposed_to(user).items():
        graph = version.document.graph()
        if all(user.has_perm(demand.permission) for demand in demands_of(graph)):
            about = version.workflow.description or None
            tools[name] = graph_to_tool(graph, description=about)
    return tools | {
        name: tool
        for name, tool in registry().tools.items()
        if tool.permission is None or user.has_perm(tool.permission)
    }


def exposed_to(user: User) -> dict[str, WorkflowVersion]:
    """What of the workflows that ``user`` may run is exposed as a tool, by its name.

    A tool is called after its workflow; of equal names the older workflow wins.
    """
    exposed = (
        WorkflowVersion.objects.current()
        .filter(document__is_tool=True)
        .filter(workflow__in=Workflow.objects.runnable_by(user))
        .select_related("workflow", "document")
        .order_by("-workflow__created_at", "-workflow")
    )
    named = {tool_name(version.workflow.name): version for version in exposed}
    return {name: version for name, version in named.items() if name is not None}


def demands_of(graph: Graph) -> Iterator[Demand]:
    """What the node types and registered tools of ``graph`` ask for."""
    installed = registry()
    for node in graph.nodes.values():
        node_type = installed.nodes.get(node.type)
        if node_type is not None and node_type.permission is not None:
            what = f'the type "{node.type}"'
            yield Demand(node=node, what=what, permission=node_type.permission)
        for name in selected_tools(node):
            tool = installed.tools.get(name)
            if tool is not None and tool.permission is not None:
                what = f'the tool "{name}"'
                yield Demand(node=node, what=what, permission=tool.permission)


def model_ids() -> dict[str, list[str]]:
    """The models that this server can serve now, by family."""
    if not settings.WAYFLOW["OPENAI_API_KEY"]:
        return {"llm": [MOCK], "imageGeneration": [MOCK]}
    return {
        "llm": list(settings.WAYFLOW["LLM_MODELS"]),
        "imageGeneration": list(settings.WAYFLOW["IMAGE_MODELS"]),
    }


def node_types() -> list[dict[str, Any]]:
    """The definitions of all node types."""
    return [node_type.describe() for node_type in registry().nodes.values()]


def _models() -> Models:
    mock = mock_models()
    key = settings.WAYFLOW["OPENAI_API_KEY"]
    if not key:
        return mock
    base_url = settings.WAYFLOW["OPENAI_BASE_URL"] or OPENAI_URL
    real = openai_models(
        api_key=key, base_url=base_url, asks_for_usage=base_url == OPENAI_URL
    )
    # What was made without a key goes on to work with one.
    llm, image = _with_mock(real.llm, mock.llm), _with_mock(real.image, mock.image)
    return replace(real, llm=llm, image=image)


def _with_mock(real: Mapping[str, Any], mock: Mapping[str, Any]) -> dict[str, Any]:
    return {**real, MOCK: mock["*"]}
