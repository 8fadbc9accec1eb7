"""The model provider that a live server asks, and when it speaks."""

from __future__ import annotations

import asyncio

from tests.wayflow.fake_openai import FakeOpenAI, Reply, says

from .site import PATIENCE, Site
from .stream import Stream

SILENT = Reply(silent=True)


class Voice:
    """A reply that begins when it is told to, and then never ends unless ``whole``."""

    def __init__(self, *words: str, whole: bool = False) -> None:
        self._cue = asyncio.Event()
        self.reply = Reply(
            chunks=[says(word) for word in words], held=not whole, cue=self._cue
        )

    def speak(self) -> None:
        """Begin: whoever is to hear all of it listens by now."""
        self._cue.set()

    async def heard_on(self, stream: Stream) -> None:
        """Begin, and return when the first words arrived there."""
        self.speak()
        await stream.until("event: node_chunk")


def provider_of(live: Site, *replies: Reply) -> FakeOpenAI:
    """The provider of a site, to be entered."""
    return FakeOpenAI(*replies, port=live.provider_port)


async def asked(provider: FakeOpenAI) -> None:
    """Return once somebody asked."""
    async with asyncio.timeout(PATIENCE):
        await provider.arrived.wait()


async def hung_up(provider: FakeOpenAI) -> float:
    """When somebody left before the answer was over."""
    async with asyncio.timeout(PATIENCE):
        return await provider.hang_ups.get()
