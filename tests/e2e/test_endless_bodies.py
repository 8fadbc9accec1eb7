"""Bodies of unknown length, sent to a live server byte by byte."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.runs.scenes import chain

from .site import PATIENCE, Site

PIECE = b"x" * 65_536
ENOUGH = 400_000_000
"""Bytes after which a server that still listens would go on for ever."""


@contextlib.contextmanager
def chunked_post(live: Site, http: httpx.AsyncClient) -> Iterator[socket.socket]:
    """A connection on which a POST of unknown length has begun."""
    address = urlsplit(live.server.url)
    head = (
        "POST /api/run HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: {http.headers['authorization']}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(
        (address.hostname, address.port), timeout=PATIENCE
    ) as client:
        client.sendall(head.encode())
        yield client


def send_piece(client: socket.socket, piece: bytes) -> None:
    client.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))


def answer_on(client: socket.socket) -> tuple[int, bytes]:
    """Status and body of the answer that the server ends the connection with."""
    read = b""
    while b"\r\n\r\n" not in read or not read.endswith((b"}", b"0\r\n\r\n")):
        part = client.recv(65_536)
        assert part, read
        read += part
    head, _, body = read.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


async def test_a_body_in_pieces_is_put_together(
    live: Site, http: httpx.AsyncClient
) -> None:
    with chunked_post(live, http) as client:
        body = json.dumps({"graph": chain()}).encode()
        for at in range(0, len(body), 100):
            send_piece(client, body[at : at + 100])
        send_piece(client, b"")
        status, streamed = answer_on(client)
    assert status == 200
    assert b'"status":"completed"' in streamed


async def test_ten_megabytes_in_pieces_are_too_much(
    live: Site, http: httpx.AsyncClient
) -> None:
    with chunked_post(live, http) as client:
        for _ in range(160):
            send_piece(client, PIECE)
        send_piece(client, b"")
        status, body = answer_on(client)
    assert status == 413
    assert json.loads(body)["errors"][0]["code"] == "WF_BODY_TOO_LARGE"


# Daphne reads a whole body before it asks anybody.
@pytest.mark.parametrize("served", ["uvicorn"], indirect=True, scope="session")
async def test_a_body_without_end_is_cut_off(
    live: Site, http: httpx.AsyncClient
) -> None:
    with chunked_post(live, http) as client:
        sent = sent_until_cut_off(client)
    assert sent < ENOUGH
    assert "413" in live.server.log
    assert (await http.get("/api/runs")).json()["results"] == []


def sent_until_cut_off(client: socket.socket) -> int:
    """The bytes that the server took; at most ``ENOUGH``."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < ENOUGH:
            send_piece(client, PIECE)
            sent += len(PIECE)
    return sent
