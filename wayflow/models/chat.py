"""One conversation with a model: retries, rounds of tool calls, the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from wayflow.bounds import UNBOUNDED, Bounds
from wayflow.contracts import (
    BoundTool,
    ChatRequest,
    ContentDelta,
    Message,
    ModelProvider,
    Models,
    ProviderEvent,
    RequestedCall,
    ToolCall,
    ToolSpec,
    Usage,
)
from wayflow.errors import Cancelled, error_of
from wayflow.jsontext import json_text
from wayflow.values import ABSENT, plain

FIRST_DELAY = 0.5
"""Seconds before the first retry; each further one waits twice as long."""


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A conversation about to be held: ``opening`` is its first request, without tools.

    ``answer`` is the text of the model's last turn, once there was one. ``spent`` is
    told what each turn took, where the provider counts. No turn's text may be larger
    than ``bounds`` allow.
    """

    provider: ModelProvider
    models: Models
    opening: ChatRequest
    tools: Mapping[str, BoundTool] = field(default_factory=dict)
    spent: Callable[[Usage], None] = lambda usage: None
    bounds: Bounds = UNBOUNDED
    answer: str = field(default="", init=False)

    async def deltas(self) -> AsyncGenerator[str, None]:
        """Everything the model writes, while it may call tools.

        After ``max_steps`` rounds of calls the tools are withdrawn, which leaves the
        model nothing but to answer. Raises what the provider raises, OutputTooLarge,
        and ``Cancelled`` from a tool.
        """
        messages = list(self.opening.messages)
        for step in range(self.models.max_steps + 1):
            withdrawn = step == self.models.max_steps
            written: list[str] = []
            size = 0
            calls: list[ToolCall] = []
            events = self._events(
                replace(
                    self.opening,
                    messages=tuple(messages),
                    tools=() if withdrawn else self._specs(),
                )
            )
            try:
                async for event in events:
                    match event:
                        case ContentDelta(delta):
                            size += len(delta)
                            self.bounds.refuse(size)
                            written.append(delta)
                            yield delta
                        case ToolCall():
                            calls.append(event)
                        case Usage():
                            self.spent(event)
            finally:
                await events.aclose()
            self.answer = "".join(written)
            if withdrawn or not calls:
                return
            messages += [_asking(self.answer, calls), *await self._results(calls)]

    async def text(self) -> str:
        """The text of the model's last turn."""
        async for _ in self.deltas():
            pass
        return self.answer

    async def json(self, schema: Mapping[str, Any]) -> str:
        """The text of an answer that was asked to follow ``schema``.

        A provider that cannot enforce a schema alongside tools is first asked without
        the schema, then without the tools to convert what it said.
        """
        opening = replace(self.opening, output_schema=schema)
        if self.tools and not self.provider.structured_output_with_tools:
            question = _conversion(await self.text())
            opening = replace(opening, messages=(question,))
            return await replace(self, opening=opening, tools={}).text()
        return await replace(self, opening=opening).text()

    async def _events(
        self, request: ChatRequest
    ) -> AsyncGenerator[ProviderEvent, None]:
        """The provider's events; a call that fails before the first is made again."""
        for attempt in count():
            started = False
            stream: AsyncIterator[ProviderEvent] | None = None
            try:
                stream = self.provider.stream(request)
                async for event in stream:
                    started = True
                    yield event
                return
            except Cancelled:
                raise
            except Exception:
                if started or attempt >= self.models.retries:
                    raise
            finally:
                await close(stream)
            await (self.models.sleep or asyncio.sleep)(FIRST_DELAY * 2**attempt)

    def _specs(self) -> tuple[ToolSpec, ...]:
        return tuple(
            {"name": t.name, "description": t.description, "parameters": t.parameters}
            for t in self.tools.values()
        )

    async def _results(self, calls: Sequence[ToolCall]) -> list[Message]:
        """The answers to the calls of one turn, made at once, in their order."""
        if len(calls) == 1:
            return [await self._result(calls[0])]
        tasks = [asyncio.create_task(self._result(call)) for call in calls]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _result(self, call: ToolCall) -> Message:
        """What the model is told about its call; a failure is an answer as well."""
        tool = self.tools.get(call.name)
        if call.args_parse_error is not None:
            content = _failure(f"The arguments are not valid: {call.args_parse_error}")
        elif tool is None:
            content = _failure(f'There is no tool named "{call.name}".')
        else:
            content = await _outcome(tool, call.args)
        return {"role": "tool", "toolCallId": call.id, "content": content}


async def close(stream: object) -> None:
    """Close what was streamed from at once, if there is anything to close."""
    # A generator has ``aclose``, the stream of an SDK may have ``close`` alone.
    closing = getattr(stream, "aclose", None) or getattr(stream, "close", None)
    if closing is not None:
        await closing()


async def _outcome(tool: BoundTool, args: Mapping[str, Any]) -> str:
    try:
        result = plain(await tool(args))
        if isinstance(result, str):
            return result
        return json_text(None if result is ABSENT else result)
    except Cancelled:
        raise
    except Exception as error:
        return _failure(error_of(error).message)


def _failure(message: str) -> str:
    return json_text({"error": message})


def _asking(text: str, calls: Sequence[ToolCall]) -> Message:
    """The model's turn that asked for the calls, for it to remember."""
    return {
        "role": "assistant",
        "content": text,
        "toolCalls": [_requested(call) for call in calls],
    }


def _requested(call: ToolCall) -> RequestedCall:
    requested: RequestedCall = {"id": call.id, "name": call.name, "args": call.args}
    if call.args_parse_error is not None:
        requested["argsParseError"] = call.args_parse_error
    return requested


def _conversion(text: str) -> Message:
    return {
        "role": "user",
        "content": "Put the following answer into the requested JSON form. "
        f"Add nothing that it does not say.\n\n{text}",
    }
