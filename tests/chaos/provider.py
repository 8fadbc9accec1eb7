"""A model provider that takes its time, and remembers who asked."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from tests.wayflow.fake_openai import FakeOpenAI, Reply, says

from .kinds import tale_of

PAUSE = 0.01
"""Seconds between two words."""


class Storyteller(FakeOpenAI):
    """Streams the tale of whoever the prompt ``Tell x.`` names, word by word.

    The life ``unfinished`` hears the first word alone.
    """

    def __init__(self, port: int, *, unfinished: str = "") -> None:
        super().__init__(Reply(), port=port)
        self._unfinished = unfinished

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The life that asked, and of whom."""
        prompts = [body["messages"][-1]["content"] for body in self.requests]
        lives = [key.removeprefix("Bearer sk-") for key in self.keys]
        labels = [prompt.removeprefix("Tell ").rstrip(".") for prompt in prompts]
        return list(zip(lives, labels, strict=True))

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if await self._receive(reader):
                life, label = self.asked[-1]
                words = tale_of(label).split(" ")
                if life == self._unfinished:
                    await self._tell(words[:1], writer)
                    await reader.read()
                else:
                    await self._tell(words, writer)
                    writer.write(b"data: [DONE]\n\n")
                    await writer.drain()
        writer.close()

    async def _tell(self, words: list[str], writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Connection: close\r\n\r\n"
        )
        for number, word in enumerate(words):
            chunk = says(f" {word}" if number else word)
            writer.write(f"data: {json.dumps(chunk)}\n\n".encode())
            await writer.drain()
            await asyncio.sleep(PAUSE)
