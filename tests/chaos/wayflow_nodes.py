"""Node types that write down whenever they begin, for processes that may die."""

from __future__ import annotations

import asyncio
import random
import threading
from dataclasses import replace
from typing import Any, NoReturn

from wayflow.contracts import Context
from wayflow.graph import Node
from wayflow.registry import node_type

from .kinds import BIG_TEXT
from .ledger import STOPPED, Entry, began, folder, gate, note

PORTS = {"inputs": {"v": "any"}, "outputs": {"v": "any"}}
PAUSE = 0.01
"""Seconds that a piece of work takes."""


@node_type("stamps", **PORTS)
async def stamps(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Adds its stamp to what it is given."""
    entry = _began(node, ctx)
    await asyncio.sleep(PAUSE)
    return _stamped(inputs, entry)


@node_type("stampsInThread", **PORTS)
def stamps_in_thread(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """The same in a thread."""
    entry = _began(node, ctx)
    threading.Event().wait(PAUSE)
    return _stamped(inputs, entry)


@node_type("swells", **PORTS)
async def swells(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Adds a stamp and a very long text."""
    return [*_stamped(inputs, _began(node, ctx)), BIG_TEXT]


@node_type("wavers", **PORTS)
async def wavers(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Fails every other time."""
    entry = _began(node, ctx)
    await asyncio.sleep(PAUSE)
    if random.random() < 0.5:
        raise ConnectionError("not now")
    return _stamped(inputs, entry)


@node_type("fails", **PORTS)
async def fails(node: Node, inputs: dict[str, Any], ctx: Context) -> NoReturn:
    """Fails every time."""
    _began(node, ctx)
    raise ValueError("never")


@node_type("gate", **PORTS)
async def stands_at_gate(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Waits until the gate of its life is opened; says when it is stopped."""
    entry = _began(node, ctx)
    try:
        # Another process opens it.
        while not gate(folder(), entry.life).exists():  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)
    except asyncio.CancelledError:
        note(replace(entry, what=STOPPED))
        raise
    return _stamped(inputs, entry)


@node_type("gateInThread", **PORTS)
def stands_at_gate_in_thread(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """The same in a thread, which nobody can stop."""
    entry = _began(node, ctx)
    while not gate(folder(), entry.life).exists():
        threading.Event().wait(PAUSE)
    return _stamped(inputs, entry)


@node_type("refuses", **PORTS)
async def refuses(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Fails as long as the gate of its life is closed."""
    entry = _began(node, ctx)
    if not gate(folder(), entry.life).exists():
        raise ConnectionError("closed")
    return _stamped(inputs, entry)


def _began(node: Node, ctx: Context) -> Entry:
    return began(ctx.run_id, node.id, ctx.idempotency_key)


def _stamped(inputs: dict[str, Any], entry: Entry) -> Any:
    stamp = f"{entry.node}={entry.token}"
    given = inputs.get("v", [])
    return f"{given} {stamp}" if isinstance(given, str) else [*given, stamp]
