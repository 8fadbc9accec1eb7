"""Runs over HTTP: from ``POST /api/run`` to the end of its stream, durable.

The server has one core to itself, the clients the other.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wayflow import serialize
from wayflow.testing import make_graph, node_document

from .graphs import chain
from .server import environment_in, prepared, served

CLIENTS = 16
SECONDS = 4.0


def lines() -> Iterator[str]:
    """Runs a second of each graph, with 16 clients that keep their connections."""
    with tempfile.TemporaryDirectory(prefix="wayflow-bench-") as folder:
        environment = environment_in(Path(folder))
        token = prepared(environment)
        with served(environment) as (_, port):
            for title, graph in _graphs().items():
                rate = asyncio.run(_rate(port, token, graph))
                yield f"over HTTP, {title}: {rate:,.0f} runs/s with {CLIENTS} clients"


def _graphs() -> dict[str, str]:
    three = make_graph(
        node_document("in", "input", {"fields": [_FIELD]}, outputs=["v"]),
        node_document("if", "conditional", {"operator": "=="}, **_BRANCHES),
        node_document("out", "output", {"fields": [_FIELD]}, inputs=["v"]),
        wires=["in.v -> if.value", "if.true -> out.v"],
    )
    talk = make_graph(node_document("talk", "talk", outputs=["text"]))
    passing = {"mode": "pass-through", "fields": [{"name": "x", "dataType": "any"}]}
    return {
        "3 nodes": serialize(three),
        "a chain of 20": serialize(chain(20, "merge", passing)),
        "a node of 200 chunks": serialize(talk),
    }


_FIELD = {"name": "v", "dataType": "any", "default": "hello"}
_BRANCHES: dict[str, Any] = {
    "inputs": ["value", "target"],
    "outputs": ["true", "false"],
}


async def _rate(port: int, token: str, graph: str) -> float:
    request = _request(token, graph)
    until = time.perf_counter() + SECONDS
    began = time.perf_counter()
    counts = await asyncio.gather(
        *(_client(port, request, until) for _ in range(CLIENTS))
    )
    return sum(counts) / (time.perf_counter() - began)


async def _client(port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        body = await _body(reader)
        if b'"status":"completed"' not in body:
            raise RuntimeError(body[-500:].decode())
        count += 1
    writer.close()
    await writer.wait_closed()
    return count


async def _body(reader: asyncio.StreamReader) -> bytes:
    """A response with its chunks put together."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b"200 OK" not in head:
        raise RuntimeError((head + await reader.read(500)).decode())
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


def _request(token: str, graph: str) -> bytes:
    body = json.dumps({"graph": graph}).encode()
    head = (
        "POST /api/run HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Token {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
