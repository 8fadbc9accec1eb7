"""What others implement for the engine: handlers, tools, providers and journals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, Protocol, TypedDict

from .bounds import Bounds
from .events import Event, Private
from .graph import Graph, Node

# --- nodes -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """A handler's answer that pauses the run and asks a person."""

    instructions: str
    data: Any


def suspend(instructions: str = "", data: Any = None) -> Suspend:
    """Return this from a handler to pause the run and have a person decide."""
    return Suspend(instructions=instructions, data=data)


@dataclass(frozen=True, slots=True)
class Output:
    """The last item of a streaming handler whose output is not its text."""

    value: Any


class BoundTool(Protocol):
    """A tool as one node sees it: calling it is announced to the run's watchers."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    async def __call__(self, args: Mapping[str, Any]) -> Any:
        """The tool's result. Raises what the tool raises."""
        ...


class Scope(Protocol):
    """What handlers and tools may know and do of the run they work for."""

    @property
    def run_id(self) -> str: ...
    @property
    def node_id(self) -> str: ...
    @property
    def run_inputs(self) -> Mapping[str, Any]:
        """The caller's inputs of the run."""
        ...

    @property
    def idempotency_key(self) -> str:
        """``run:node[:item]``, the same for every try of this piece of work."""
        ...

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the caller of the runtime passed along, such as who runs."""
        ...

    async def run_graph(
        self, graph: Graph, inputs: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The result of another graph, run on this engine under this run.

        Raises its ``WayflowError``, ``RecursionLimit`` and ``PauseInTool``.
        """
        ...


class Context(Scope, Protocol):
    """What a handler may know and do beside its node and inputs."""

    @property
    def item(self) -> int | None:
        """The index of the list element, in a node that runs once per item."""
        ...

    @property
    def tools(self) -> Mapping[str, BoundTool]:
        """The tools that the node selected, in its order."""
        ...

    @property
    def models(self) -> Models: ...

    @property
    def bounds(self) -> Bounds:
        """How large and how deep may be what the handler gives."""
        ...

    @property
    def shared(self) -> dict[str, Any]:
        """What the calls for all items of the node keep for each other."""
        ...

    def emit(self, event: Event) -> None:
        """Send an event of the handler's own. Raises ``TooManyEvents``."""
        ...

    def report_inputs(self, inputs: Mapping[str, Any]) -> None:
        """Show these as the node's inputs; silent in a node that runs per item."""
        ...

    def report_usage(self, usage: Usage, model: str) -> None:
        """Tell what an answer of ``model`` took."""
        ...

    def collect(self, fields: Mapping[str, Any]) -> None:
        """Add fields to the run's result."""
        ...

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """What ``function(*args)`` gives, called in a worker thread of the engine."""
        ...


Handler = Callable[[Node, dict[str, Any], Context], Any]
"""``handler(node, inputs, ctx)``: async, async generator or plain function.

``inputs`` is keyed by input port; a port without a value is missing. ``None`` is
JSON's null; to emit no value at all return ``ABSENT``.
"""


# --- tools -----------------------------------------------------------------------


class ToolSpec(TypedDict):
    """A tool as models and editors see it; ``parameters`` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


ToolFunction = Callable[[Mapping[str, Any], Scope], Any]
"""``function(args, scope)``: async, or plain (then run in a worker thread)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something a model or a handler may call by name."""

    description: str
    parameters: Mapping[str, Any]
    run: ToolFunction
    permission: str | None = None

    def describe(self) -> dict[str, Any]:
        """The tool as the catalog shows it, without what it does."""
        return {"description": self.description, "parameters": self.parameters}


# --- models ----------------------------------------------------------------------


class TextPart(TypedDict):
    type: Literal["text"]
    text: str


class ImagePart(TypedDict):
    type: Literal["image_url"]
    url: str


class RequestedCall(TypedDict):
    """A tool call as the model asked for it, kept in the conversation."""

    id: str
    name: str
    args: Any
    argsParseError: NotRequired[str]


class Message(TypedDict):
    """One message of a conversation, in the shape shared by all providers."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[TextPart | ImagePart]
    toolCalls: NotRequired[list[RequestedCall]]
    toolCallId: NotRequired[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One call of a chat model; ``output_schema`` asks for a JSON object."""

    model: str
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    temperature: float | None = None
    max_tokens: int | None = None
    output_schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ContentDelta:
    """A piece of the model's text."""

    delta: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A whole tool call; ``args_parse_error`` says why ``args`` could not be read."""

    id: str
    name: str
    args: Any
    args_parse_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens that a request took, as the vendor counts them."""

    input_tokens: int
    output_tokens: int


ProviderEvent = ContentDelta | ToolCall | Usage


class ModelProvider(Protocol):
    """A chat model vendor's adapter. Closing the iterator closes its connection."""

    @property
    def structured_output_with_tools(self) -> bool:
        """Whether one request may carry both tools and an output schema."""
        ...

    @property
    def accepts_image_urls(self) -> bool:
        """Whether remote images may be passed by URL."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[ProviderEvent]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One call of an image model; sizes in pixels."""

    model: str
    prompt: str
    width: int
    height: int
    negative_prompt: str | None = None
    seed: int | None = None


class ImageProvider(Protocol):
    """An image model vendor's adapter."""

    async def generate(self, request: ImageRequest) -> Sequence[str]:
        """URLs or ``data:`` URIs of the images. Raises ``ModelError``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Who serves which model, and how a chat is conducted.

    ``llm`` and ``image`` map a pattern (exact id, ``prefix*`` or ``*``) to a provider
    or to a plain handler. ``fetch`` reads a remote image as a ``data:`` URI, for
    providers that refuse URLs; ``sleep`` waits seconds between retries.
    """

    llm: Mapping[str, ModelProvider | Handler] = field(default_factory=dict)
    image: Mapping[str, ImageProvider | Handler] = field(default_factory=dict)
    max_steps: int = 20
    retries: int = 2
    fetch: Callable[[str], Awaitable[str]] | None = None
    sleep: Callable[[float], Awaitable[None]] | None = None


# --- journals --------------------------------------------------------------------


class Journal(Protocol):
    """Where one run's events go. Everything visible has passed through it."""

    def append(self, event: Event, private: Private | None = None) -> None:
        """Take the next event of the run; never blocks.

        What is stored has to be spelled now: a handler may change a value later.
        """
        ...

    def chunk(self, event: Event) -> None:
        """Pass on a ``node_chunk``: live only, never stored."""
        ...

    async def ready(self) -> None:
        """Return when more chunks are welcome; lets others run meanwhile."""
        ...

    async def commit(self) -> None:
        """Return once everything appended so far is durable.

        Raises when it never will be; the engine then stops the run at once.
        """
        ...
