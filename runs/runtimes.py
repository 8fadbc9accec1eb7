"""The runtime of one run: the host's, with the workflows that its graph calls."""

from __future__ import annotations

import asyncio

from django.contrib.auth import get_user_model
from django.db import connection

from wayflow import Graph, Runtime, WayflowError
from wayflow.attempt import selected_tools
from wayflow.contracts import Tool
from workflows.catalog import demands_of, tools_of
from workflows.services import NodeForbidden, refuse_forbidden_nodes


class OwnerRefused(WayflowError):
    """The run's owner may not do, or may no longer do, what the run is about to do."""

    code = "WF_RUN_OWNER_REFUSED"
    hint = "Somebody who may do all of it can run it again."


async def runtime_for(
    graph: Graph, *, owner_id: int, is_active: bool, shared: Runtime
) -> Runtime:
    """``shared`` itself, unless ``graph`` selects tools that are not installed.

    Then it is one that also knows the workflows which the owner may call as tools.
    Whoever queued the run was checked then, but that may be long ago. Raises
    OwnerRefused.
    """
    if not is_active:
        raise OwnerRefused("The account for which the run works is not active.")
    selected = {name for n in graph.nodes.values() for name in selected_tools(n)}
    missing = selected.difference(shared.registry.tools)
    if not missing and next(demands_of(graph), None) is None:
        return shared
    available = await asyncio.to_thread(_granted, graph, owner_id)
    if not missing:
        return shared
    return Runtime(
        shared.registry,
        tools={name: available[name] for name in missing & available.keys()},
        max_concurrency=shared.max_concurrency,
        node_timeout=shared.node_timeout,
        run_timeout=shared.run_timeout,
        max_output_bytes=shared.bounds.max_bytes,
        max_nesting=shared.bounds.max_nesting,
        scrub=shared.bounds.scrub,
        threads=shared.threads,
    )


def _granted(graph: Graph, owner_id: int) -> dict[str, Tool]:
    """The tools of the run's owner. Raises OwnerRefused."""
    try:
        owner = get_user_model().objects.get(pk=owner_id)
        refuse_forbidden_nodes(graph, owner)
        return tools_of(graph, owner)
    except NodeForbidden as refused:
        raise OwnerRefused(refused.message) from refused
    finally:
        connection.close()
