"""Node types and a tool that give away the server's secrets in every way they know."""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any, NoReturn
from urllib.parse import quote

from wayflow.contracts import Context, Output, Scope, suspend
from wayflow.graph import Node
from wayflow.registry import node_type, tool
from wayflow.truncation import PREVIEW

PORTS = {"inputs": {"v": "any"}, "outputs": {"v": "any"}}

logger = logging.getLogger(__name__)


def secrets() -> list[str]:
    """What the server was told to keep to itself."""
    return [os.environ["OPENAI_API_KEY"], os.environ["WAYFLOW_SECRETS"]]


@node_type("blurts", **PORTS)
async def blurts(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Answers with them, as they are and in disguise, and as keys."""
    return [
        {
            secret: f"it is {secret}.",
            "basic": base64.b64encode(f"me:{secret}".encode()).decode(),
            "form": f"key={quote(secret, safe='')}&x=1",
            "inner": json.dumps({"said": json.dumps({"key": secret})}),
        }
        for secret in secrets()
    ]


@node_type("hides", **PORTS)
def hides(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Answers with so much that events show its beginning alone, cut in a secret."""
    key = secrets()[0]
    return "x" * (PREVIEW - len(key) // 2) + key + "x" * 400_000


@node_type("cries", **PORTS)
async def cries(node: Node, inputs: dict[str, Any], ctx: Context) -> NoReturn:
    """Logs them and raises them, one because of the other."""
    first, second = secrets()
    logger.warning("the key is %s", first)
    sys.stderr.write(f"it is {first}\n")
    thread = threading.Thread(target=_fail, args=(first,))
    thread.start()
    thread.join()
    try:
        raise ValueError(first)
    except ValueError as error:
        logger.exception("with %r", {"key": second})
        raise RuntimeError(f"calling with {second}") from error


@node_type("mumbles", **PORTS)
async def mumbles(
    node: Node, inputs: dict[str, Any], ctx: Context
) -> AsyncIterator[str | Output]:
    """Streams them letter by letter."""
    for secret in secrets():
        for letter in f"It is {secret}, s":
            yield letter


@node_type("signals", **PORTS)
async def signals(node: Node, inputs: dict[str, Any], ctx: Context) -> str:
    """Tells them in events of its own, as inputs and in the run's result."""
    for secret in secrets():
        said = {"nodeId": secret, "delta": secret, "content": secret}
        ctx.emit({"event": "node_chunk", "data": said})
        ctx.emit({"event": "progress", "data": {secret: [secret]}})
        ctx.emit({"event": secrets()[0], "data": {}})
        ctx.report_inputs({"asked": secret})
        ctx.collect({secret: secret})
    return "done"


@node_type(
    "confides", inputs={"input": "any"}, outputs={"approved": "any", "rejected": "any"}
)
async def confides(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """Asks a person about them."""
    first, second = secrets()
    return suspend(f"Is it {first}?", {"or": second})


@tool("recite", description="Tells them.")
async def recite(args: Any, scope: Scope) -> Any:
    return {"secrets": secrets()}


def _fail(secret: str) -> NoReturn:
    raise ValueError(f"in a thread: {secret}")
