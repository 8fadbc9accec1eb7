"""People who start runs, watch, answer and cancel, however often the server dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx

from tests.e2e.site import PATIENCE
from tests.runs.frames import Frame

from .kinds import KINDS, shortened
from .lives import Nursery
from .verdict import ENDED


@dataclass(slots=True, kw_only=True)
class Client:
    """One who sees a run of a kind through.

    ``up`` is set while there is a server. ``seen`` are all events with an id that any
    server told of it, ``won`` counts the answers that were accepted.
    """

    kind: str
    label: str
    http: httpx.AsyncClient
    nursery: Nursery
    up: asyncio.Event
    heard: Callable[[], object] = lambda: None
    run: str = ""
    seen: list[Frame] = field(default_factory=list)
    won: int = 0
    _others: list[asyncio.Task[None]] = field(default_factory=list)

    async def see_through(self) -> None:
        """Start the run and follow it to its end, helping it on."""
        await self._persist(self._start)
        while not self.is_over:
            await self._persist(self._follow)
        await asyncio.gather(*self._others)

    async def _start(self) -> None:
        """Start it, or find that it was started."""
        answer = await self.http.post(
            f"/api/workflows/{self.nursery.workflows[self.kind]}/runs",
            json={"inputs": KINDS[self.kind].inputs(self.label)},
            headers={"Idempotency-Key": self.label, "Prefer": "respond-async"},
        )
        assert answer.status_code == 202, answer.text
        self.run = answer.json()["runId"]

    async def _follow(self) -> None:
        """Go on listening where the last server stopped."""
        if self.is_over:
            return
        last = self.seen[-1].id if self.seen else 0
        headers = {"Last-Event-ID": str(last)}
        url = f"/api/runs/{self.run}/events"
        async with self.http.stream("GET", url, headers=headers) as response:
            if response.status_code == 204:
                raise AssertionError(f"{self.label} ended, untold: {self.seen[-3:]}")
            assert response.status_code == 200, await response.aread()
            async for frame in frames_of(response):
                if frame.id is not None:
                    self.seen.append(frame)
                    self.heard()
                    self._help_on(frame)

    @property
    def is_over(self) -> bool:
        """Whether the client was told of the end."""
        if not self.seen:
            return False
        last = self.seen[-1]
        return last.event == "run_status" and last.data["status"] in ENDED

    def _help_on(self, frame: Frame) -> None:
        data = frame.data
        if frame.event == "run_status" and data["status"] == "paused":
            node = data["suspension"]["nodeId"]
            for _ in range(2):
                self._meanwhile(self._persist(lambda: self._answer(node)))
        if self.kind == "stopped" and data.get("nodeId") == "gate":
            self._meanwhile(self._persist(self._cancel))

    def _meanwhile(self, work: Awaitable[None]) -> None:
        self._others.append(asyncio.ensure_future(work))

    async def _answer(self, node: str) -> None:
        decision = {"branch": "approved", "data": [f"{self.label} answered"]}
        body = {"runId": self.run, "nodeId": node, "decision": decision}
        async with self.http.stream("POST", "/api/resume", json=body) as response:
            if response.status_code == 200:
                self.won += 1
                return
            said = json.loads(await response.aread())
            assert said["errors"][0]["code"] == "WF_REVIEW_NOT_OPEN", said

    async def _cancel(self) -> None:
        answer = await self.http.post(f"/api/runs/{self.run}/cancel")
        assert answer.status_code == 204, answer.text

    async def _persist(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Try until a server lived long enough to answer."""
        while True:
            await self.up.wait()
            with suppress(httpx.TransportError):
                return await attempt()


async def frames_of(response: httpx.Response) -> AsyncIterator[Frame]:
    """The events of a stream one by one, each as soon as it is whole."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and "event" in fields:
            id = fields.get("id")
            yield Frame(
                event=fields["event"],
                data=json.loads(shortened(fields["data"])),
                id=None if id is None else int(id),
            )
            fields = {}


@asynccontextmanager
async def ada(nursery: Nursery, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The person who owns everything, as a client of the server at ``url``."""
    async with httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Token {nursery.token}"},
        limits=httpx.Limits(max_connections=None),
        timeout=PATIENCE,
        trust_env=False,
        verify=False,
    ) as http:
        yield http
