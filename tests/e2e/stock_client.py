"""A client that behaves like the published editor's, with all its habits."""

from __future__ import annotations

import asyncio
import codecs
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from .site import PATIENCE

Decision = dict[str, Any]
Approver = Callable[[dict[str, Any]], Awaitable[Decision | None]]
"""Asked with the suspension; None means that the person cancels."""

ENDS = ("completed", "error", "cancelled")


class Refused(Exception):
    """The server answered with something else than success."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"HTTP {response.status_code}: {response.text}")
        self.status = response.status_code
        self.body = response.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run came to; without a last word (``was_told``) it is made up."""

    status: str
    result: Any = None
    error: Any = None
    was_told: bool = True


NOTHING_HEARD = Told(status="completed", result={}, was_told=False)


@dataclass(slots=True)
class Canvas:
    """What the person at the editor sees."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    cards: list[dict[str, Any]] = field(default_factory=list)

    def paint(self, name: str, data: Any) -> None:
        """Show one event; of those it does not know it takes no notice."""
        self.events.append((name, data))
        if name == "node_status":
            self.statuses[data["nodeId"]] = data["status"]
            if "outputData" in data:
                self.outputs[data["nodeId"]] = data["outputData"]
        elif name == "node_chunk":
            self.texts.setdefault(data["nodeId"], []).append(data["content"])

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Show the nodes of a run that was done before the page was loaded."""
        for node in snapshot["nodes"]:
            self.statuses[node["nodeId"]] = "complete"
            self.outputs[node["nodeId"]] = node.get("outputData")


class StockClient:
    """Knows URLs, graphs and streams, but nothing of event ids or of reconnecting.

    A stream that ends without a last word counts as completed, with an empty result.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._news = asyncio.Event()
        self.canvas = Canvas()

    async def run(
        self,
        graph: Any,
        inputs: Any = None,
        *,
        approve: Approver | None = None,
        url: str = "/api/run",
    ) -> Told:
        """Run a graph, asking ``approve`` at each pause, to its end.

        Being cancelled is the Cancel button: it closes the connection, no more.
        """
        body = (
            {"graph": graph} if inputs is None else {"graph": graph, "inputs": inputs}
        )
        return await self._follow(url, body, approve)

    async def resume(self, run_id: str, decision: Decision) -> Told:
        """Answer one pause and read on to the end or the next."""
        return await self._follow("/api/resume", _answer(run_id, decision), None)

    async def resume_pending(
        self, suspension: dict[str, Any], approve: Approver
    ) -> Told:
        """Show the card of a waiting run, then go on with the person's answer."""
        return await self._decide(suspension, approve)

    async def attach_pending(self, approve: Approver) -> list[Told]:
        """Find the runs that wait since before the page was loaded, and go on."""
        found = (await self._checked(await self._http.get("/api/pending"))).json()
        told = []
        for waiting in found:
            self.canvas.restore(waiting["snapshot"])
            told.append(await self.resume_pending(waiting, approve))
        return told

    async def sees(self, what: Callable[[Canvas], bool]) -> None:
        """Return once the canvas shows ``what``."""
        async with asyncio.timeout(PATIENCE):
            while not what(self.canvas):
                self._news.clear()
                await self._news.wait()

    async def _follow(
        self, url: str, body: dict[str, Any], approve: Approver | None
    ) -> Told:
        told, suspension = NOTHING_HEARD, None
        async with self._http.stream("POST", url, json=body) as response:
            await self._checked(response)
            async for name, data in _events_in(response.aiter_bytes()):
                self.canvas.paint(name, data)
                self._news.set()
                if name == "run_status" and data["status"] in ENDS:
                    told = _told(data)
                elif name == "run_status" and data["status"] == "paused":
                    suspension = data["suspension"]
        if suspension is None:
            return told
        if approve is None:
            return Told(status="paused", result=suspension)
        return await self._decide(suspension, approve)

    async def _decide(self, suspension: dict[str, Any], approve: Approver) -> Told:
        self.canvas.cards.append(suspension)
        decision = await approve(suspension)
        run_id = suspension["runId"]
        if decision is None:
            await self._checked(
                await self._http.post("/api/cancel", json={"runId": run_id})
            )
            return Told(status="cancelled", result={})
        return await self._follow("/api/resume", _answer(run_id, decision), approve)

    async def _checked(self, response: httpx.Response) -> httpx.Response:
        if not response.is_success:
            await response.aread()
            raise Refused(response)
        return response


def _answer(run_id: str, decision: Decision) -> dict[str, Any]:
    return {"runId": run_id, "decision": decision}


def _told(data: dict[str, Any]) -> Told:
    return Told(
        status=data["status"], result=data.get("result"), error=data.get("error")
    )


async def _events_in(parts: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Any]]:
    """The events of a stream. Raises ValueError for data that is not JSON."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")(), ""
    async for part in parts:
        *blocks, rest = (rest + decoder.decode(part)).split("\n\n")
        for block in blocks:
            event = _event_in(block)
            if event is not None:
                yield event


def _event_in(block: str) -> tuple[str, Any] | None:
    """The event of a block, if it has a name and data."""
    name, data = "", ""
    for line in block.split("\n"):
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data += line[5:].strip()
    return (name, json.loads(data)) if name and data else None
