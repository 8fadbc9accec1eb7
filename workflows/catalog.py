"""The editor's and the engine's view of what is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from wayflow.contracts import Models, Tool
from wayflow.models.mock import mock_models
from wayflow.models.openai import OPENAI_URL, openai_models
from wayflow.nodes import BUILTIN
from wayflow.registry import Registry, installed
from wayflow.tools import graph_to_tool, tool_name

from .models import Workflow, WorkflowVersion

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOCK = "mock"


@cache
def registry() -> Registry:
    """Node types, tools and models of this installation, once Django is ready."""
    return installed.registry(nodes=BUILTIN, models=_models())


def tools_for(user: User) -> dict[str, Tool]:
    """The tools that ``user`` may use: the registered, and workflows exposed as tools.

    A workflow's tool is called after the workflow; of equal names a registered tool
    wins, then the older workflow.
    """
    exposed = (
        WorkflowVersion.objects.current()
        .filter(document__is_tool=True)
        .filter(workflow__in=Workflow.objects.runnable_by(user))
        .select_related("workflow", "document")
        .order_by("-workflow__created_at", "-workflow")
    )
    tools = {}
    for version in exposed:
        name = tool_name(version.workflow.name)
        if name is not None:
            tools[name] = _tool_of(version)
    return tools | {
        name: tool
        for name, tool in registry().tools.items()
        if tool.permission is None or user.has_perm(tool.permission)
    }


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


def _tool_of(version: WorkflowVersion) -> Tool:
    description = version.workflow.description or None
    return graph_to_tool(version.document.graph(), description=description)


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
