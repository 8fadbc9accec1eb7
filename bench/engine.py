"""What the engine costs a node, beside a bare loop over the same graph."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from wayflow import Context, Graph, Node, NodeType, Runtime
from wayflow.topology import topology_of

from .graphs import chain, independent, mesh

REPEATS = 7
NAP = 0.1


def nothing(node: Node, inputs: dict[str, Any], ctx: Context) -> int:
    return 1


async def nothing_async(node: Node, inputs: dict[str, Any], ctx: Context) -> int:
    return 1


async def nap(node: Node, inputs: dict[str, Any], ctx: Context) -> None:
    await asyncio.sleep(NAP)


RUNTIME = Runtime(
    handlers={
        "inline": NodeType(type="inline", handler=nothing, inline=True, effects=False),
        "async": nothing_async,
        "nap": nap,
    },
    max_concurrency=32,
)


async def bare_loop(graph: Graph) -> None:
    """The floor: each node's function in order, nothing said."""
    topology = topology_of(graph)
    results: list[int] = []
    for node in topology.nodes:
        results.append(await nothing_async(node, {}, None))  # type: ignore[arg-type]


async def task_per_node(graph: Graph) -> None:
    """The other floor: a task for each node, one after another."""
    for node in topology_of(graph).nodes:
        awaitable = nothing_async(node, {}, None)  # type: ignore[arg-type]
        await asyncio.ensure_future(awaitable)


async def streamed(graph: Graph) -> None:
    """The engine, every event read."""
    async with RUNTIME.stream(graph) as events:
        async for _ in events:
            pass


async def best(
    make: Callable[[], Graph], run: Callable[[Graph], Awaitable[None]]
) -> float:
    """Seconds of the best of some runs, each on a graph read anew."""
    seconds = []
    for _ in range(REPEATS):
        graph = make()
        began = time.perf_counter()
        await run(graph)
        seconds.append(time.perf_counter() - began)
    return min(seconds)


async def per_node(
    title: str, nodes: int, aim: float, make: Callable[[], Graph]
) -> list[str]:
    """Lines that set the engine beside both floors, in microseconds a node."""
    engine = await best(make, streamed) / nodes * 1e6
    bare = await best(make, bare_loop) / nodes * 1e6
    tasks = await best(make, task_per_node) / nodes * 1e6
    return [
        f"{title}: {engine:.1f} us a node (aim {aim:g})",
        f"    bare loop {bare:.2f} us, task per node {tasks:.2f} us, "
        f"{engine / tasks:.1f} x a task per node",
    ]


async def measure() -> list[str]:
    """The engine's part of ``make bench``."""
    wide = await best(lambda: independent(20, "nap"), streamed)
    return [
        f"20 independent nodes of 100 ms: {wide * 1e3:.1f} ms (aim 120)",
        *await per_node("1,000 inline nodes", 1000, 10, lambda: chain(1000, "inline")),
        *await per_node("1,000 async nodes", 1000, 20, lambda: chain(1000, "async")),
        *await per_node(
            "5,000 nodes, 15,000 edges", 5000, 15, lambda: mesh(5000, 15000, "inline")
        ),
    ]
