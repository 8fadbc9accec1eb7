"""Models and tools that answer from a script, and remember what they were asked."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from wayflow.contracts import (
    ChatRequest,
    ContentDelta,
    ImageRequest,
    ProviderEvent,
    ToolCall,
    Usage,
)

T = TypeVar("T")

Turn: TypeAlias = Sequence[str | ToolCall | Usage | Exception]
"""One reply of a chat model: texts, calls and usage; an exception is raised."""


class ScriptedProvider:
    """A ``ModelProvider`` that answers the n-th request with the n-th turn.

    ``asked`` is told each request as it comes; ``requests`` keeps them, ``closed``
    counts the replies that were closed. Raises RuntimeError after the last turn.
    """

    def __init__(
        self,
        *turns: Turn,
        structured_output_with_tools: bool = False,
        accepts_image_urls: bool = True,
        asked: Callable[[ChatRequest], object] | None = None,
    ) -> None:
        self._turns = iter(turns)
        self._asked = asked
        self.structured_output_with_tools = structured_output_with_tools
        self.accepts_image_urls = accepts_image_urls
        self.requests: list[ChatRequest] = []
        self.closed = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        self.requests.append(request)
        if self._asked is not None:
            self._asked(request)
        try:
            for event in _next(self._turns):
                if isinstance(event, Exception):
                    raise event
                yield ContentDelta(event) if isinstance(event, str) else event
        finally:
            self.closed += 1


class ScriptedImages:
    """An ``ImageProvider`` that answers the n-th request with the n-th result.

    An exception is raised. ``asked`` and ``requests`` are as in ``ScriptedProvider``.
    """

    def __init__(
        self,
        *results: Sequence[str] | Exception,
        asked: Callable[[ImageRequest], object] | None = None,
    ) -> None:
        self._results = iter(results)
        self._asked = asked
        self.requests: list[ImageRequest] = []

    async def generate(self, request: ImageRequest) -> Sequence[str]:
        self.requests.append(request)
        if self._asked is not None:
            self._asked(request)
        result = _next(self._results)
        if isinstance(result, Exception):
            raise result
        return result


@dataclass(frozen=True, slots=True)
class ScriptedTool:
    """A ``BoundTool`` that gives ``run(args)``, which may be awaitable."""

    name: str
    run: Callable[[Mapping[str, Any]], Any]
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    async def __call__(self, args: Mapping[str, Any]) -> Any:
        result = self.run(args)
        return await result if inspect.isawaitable(result) else result


def _next(script: Iterator[T]) -> T:
    answer = next(script, None)
    if answer is None:
        raise RuntimeError("The script has no answer to a further request.")
    return answer
