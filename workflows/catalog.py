"""The editor's and the engine's view of what is installed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Case, When

from wayflow.attempt import selected_tools
from wayflow.contracts import Models, Tool
from wayflow.graph import Graph, Node
from wayflow.models.mock import mock_models
from wayflow.models.openai import OPENAI_URL, openai_models
from wayflow.nodes import BUILTIN
from wayflow.registry import Registry, installed
from wayflow.tools import graph_to_tool, tool_name

from .models import GraphDocument, Workflow, WorkflowVersion

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


def tools_of(graph: Graph, user: User) -> dict[str, Tool]:
    """Those of the tools that ``graph`` selects which ``user`` may use."""
    names = {name for node in graph.nodes.values() for name in selected_tools(node)}
    return dict(offered_tools(user, names))


def offered_tools(
    user: User, names: Collection[str] | None = None
) -> Iterator[tuple[str, Tool]]:
    """The tools that ``user`` may use: workflows exposed as tools, and the registered.

    A workflow whose own nodes ask for more than ``user`` may is not among them. Of
    equal names the last one wins. ``names`` None means all; their graphs may be very
    many, so that they are read one after the other, and are kept by their tools alone.
    """
    for name, version in exposed_to(user).items():
        if names is not None and name not in names:
            continue
        # Not that of the version, which would be kept with it.
        graph = GraphDocument.objects.get(pk=version.document_id).graph()
        if all(user.has_perm(demand.permission) for demand in demands_of(graph)):
            yield name, graph_to_tool(graph, description=version.workflow.description)
    for name, tool in registry().tools.items():
        is_free = tool.permission is None or user.has_perm(tool.permission)
        if is_free and (names is None or name in names):
            yield name, tool


def exposed_to(user: User) -> dict[str, WorkflowVersion]:
    """What of the workflows that ``user`` may run is exposed as a tool, by its name.

    A tool is called after its workflow. Of equal names the user's own workflow wins, so
    that nobody else can take its place, and then the older. The graphs are not read.
    """
    exposed = (
        WorkflowVersion.objects.current()
        .filter(document__is_tool=True)
        .filter(workflow__in=Workflow.objects.runnable_by(user))
        .without_content()
        .select_related("workflow")
        .annotate(is_own=Case(When(workflow__owner=user, then=1), default=0))
        .order_by("is_own", "-workflow__created_at", "-workflow")
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
