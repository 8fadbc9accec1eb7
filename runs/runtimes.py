"""The runtime of one run: the host's, with the workflows that its graph calls."""

from __future__ import annotations

import asyncio

from django.contrib.auth import get_user_model
from django.db import connection

from wayflow import Graph, Runtime
from wayflow.attempt import selected_tools
from wayflow.contracts import Tool
from workflows.catalog import tools_for


async def runtime_for(graph: Graph, *, owner_id: int, shared: Runtime) -> Runtime:
    """``shared`` itself, unless ``graph`` selects tools that are not installed.

    Then it is one that also knows the workflows which the owner may call as tools.
    """
    selected = {name for n in graph.nodes.values() for name in selected_tools(n)}
    missing = selected.difference(shared.registry.tools)
    if not missing:
        return shared
    available = await asyncio.to_thread(_tools_of, owner_id)
    return Runtime(
        shared.registry,
        tools={name: available[name] for name in missing & available.keys()},
        max_concurrency=shared.max_concurrency,
        node_timeout=shared.node_timeout,
        run_timeout=shared.run_timeout,
        threads=shared.threads,
    )


def _tools_of(owner_id: int) -> dict[str, Tool]:
    try:
        return tools_for(get_user_model().objects.get(pk=owner_id))
    finally:
        connection.close()
