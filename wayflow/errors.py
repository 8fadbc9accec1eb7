"""What can go wrong, as one tree: each error has a stable code, a message and a hint.

WayflowError
├── GraphFormatError (ValueError)     the document is not a graph
├── HandlerThrew                      whatever else a handler or tool raised
├── NodeError                         one node could not do its work
│   ├── NoHandler · MissingInput · InvalidRegex · RegexTimeout · MultiPortMismatch
│   ├── MapMultipleLists · MapSuspend · OutputNotSerializable
│   ├── NodeTimeout · OutputTooLarge · OutputTooDeep · TooManyEvents · PolicyInvalid
│   ├── PauseInTool · RecursionLimit · HttpError
│   └── ModelError                    a model could not be asked, or answered badly
├── RunError                          the run as a whole cannot go on
│   ├── EmptyGraph · CycleDetected · UnschedulableGraph
│   ├── ToolNotRegistered · NodeFailed · MultipleNodesFailed · RunTimeout
│   └── CheckpointStale · UnknownBranch
└── ToolNoName                        a workflow without a name cannot be a tool

Cancelled                             not an error: the run was asked to stop
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

LONGEST_MESSAGE: Final = 10_000


class _ErrorRequired(TypedDict):
    code: str
    message: str


class ErrorData(_ErrorRequired, total=False):
    """An error as the wire carries it."""

    hint: str
    docsUrl: str


class WayflowError(Exception):
    """An error with a stable ``code`` and, where a person can act, a ``hint``.

    ``may_pass``: another attempt at the same work may go better.
    """

    may_pass = True
    code = "WF_RUNTIME_HANDLER_THREW"
    hint: str | None = None
    docs_url: str | None = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        docs_url: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint or type(self).hint
        self.docs_url = docs_url or type(self).docs_url

    def data(self) -> ErrorData:
        """The error as the wire carries it; unset parts are left out.

        Of a longer message it has the first LONGEST_MESSAGE characters.
        """
        message = self.message
        if len(message) > LONGEST_MESSAGE:
            message = message[:LONGEST_MESSAGE] + "…"
        data: ErrorData = {"code": self.code, "message": message}
        if self.hint is not None:
            data["hint"] = self.hint
        if self.docs_url is not None:
            data["docsUrl"] = self.docs_url
        return data

    @classmethod
    def of(cls, data: ErrorData) -> WayflowError:
        """The error that ``data`` describes, as a plain ``WayflowError``."""
        return WayflowError(
            data["message"],
            code=data["code"],
            hint=data.get("hint"),
            docs_url=data.get("docsUrl"),
        )


class Cancelled(Exception):
    """The run was cancelled."""

    def __init__(self, message: str = "The run was cancelled.") -> None:
        super().__init__(message)


class GraphFormatError(WayflowError, ValueError):
    """The document is not a graph; the message says what is wrong and where."""

    code = "WF_GRAPH_INVALID"


class HandlerThrew(WayflowError):
    """A handler raised something of its own; the message is that exception's."""

    @classmethod
    def by(cls, exception: BaseException) -> HandlerThrew:
        try:
            message = str(exception)
        except Exception:
            message = ""  # A foreign exception may fail to spell itself.
        return cls(message or type(exception).__name__)


class ToolNoName(WayflowError):
    code = "WF_RUNTIME_TOOL_NO_NAME"
    hint = "Give the workflow a name; its tool is called after it."

    def __init__(self) -> None:
        super().__init__("A workflow exposed as a tool needs a usable name.")


class NodeError(WayflowError):
    """One node could not do its work; the rest of the run goes on."""

    may_pass = False


class NoHandler(NodeError):
    code = "WF_RUNTIME_NO_HANDLER"
    hint = "Install what provides this node type, or remove the node."

    def __init__(self, node_type: str) -> None:
        super().__init__(f'No handler is registered for node type "{node_type}".')


class MissingInput(NodeError):
    code = "WF_RUNTIME_MISSING_INPUT"
    hint = "Pass a value for it, or give the field a default."

    def __init__(self, field: str) -> None:
        super().__init__(f'The required input "{field}" has no value.')


class InvalidRegex(NodeError):
    code = "WF_RUNTIME_INVALID_REGEX"
    hint = "Correct the pattern; it follows JavaScript's syntax."

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(f'"{pattern}" is not a valid pattern: {reason}.')


class RegexTimeout(NodeError):
    code = "WF_RUNTIME_REGEX_TIMEOUT"
    hint = "Simplify the pattern: nested repetitions such as (a+)+ are the usual cause."

    def __init__(self, pattern: str, milliseconds: int) -> None:
        super().__init__(f'Matching "{pattern}" took longer than {milliseconds} ms.')


class MultiPortMismatch(NodeError):
    code = "WF_RUNTIME_MULTI_PORT_MISMATCH"
    hint = "Return an object with one key per output port."

    def __init__(self, node_type: str, ports: Sequence[str]) -> None:
        super().__init__(
            f'A "{node_type}" node has {len(ports)} output ports '
            f"({', '.join(ports)}) and must emit an object keyed by them."
        )


class MapMultipleLists(NodeError):
    code = "WF_RUNTIME_MAP_MULTIPLE_LISTS"
    hint = "Wire one list; zip the lists with a Merge node to walk them together."

    def __init__(self) -> None:
        super().__init__("A node that runs once per item takes exactly one list.")


class MapSuspend(NodeError):
    code = "WF_RUNTIME_MAP_SUSPEND"
    hint = "Review the whole list in one node instead."

    def __init__(self) -> None:
        super().__init__("A node that runs once per item cannot pause the run.")


class OutputNotSerializable(NodeError):
    code = "WF_RUNTIME_OUTPUT_NOT_SERIALIZABLE"
    hint = "Return only what JSON can hold."


class OutputTooLarge(NodeError):
    code = "WF_RUNTIME_OUTPUT_TOO_LARGE"
    hint = "Return less, or store the data elsewhere and return where it is."

    def __init__(self, limit: int, unit: str) -> None:
        super().__init__(f"The node gave more than {limit} {unit}.")


class OutputTooDeep(NodeError):
    code = "WF_RUNTIME_OUTPUT_TOO_DEEP"
    hint = "Return a flatter value: fewer lists and objects within each other."

    def __init__(self, limit: int) -> None:
        super().__init__(f"The node gave a value that nests over {limit} levels deep.")


class TooManyEvents(NodeError):
    code = "WF_RUNTIME_TOO_MANY_EVENTS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The node emitted more than {limit} events.")


class PolicyInvalid(NodeError):
    code = "WF_RUNTIME_POLICY_INVALID"
    hint = "Correct the node's policy: its timeout, retries and pauses."


class NodeTimeout(NodeError):
    may_pass = True
    code = "WF_RUNTIME_NODE_TIMEOUT"
    hint = "Raise the time limit, or split the work over several nodes."

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The node did not finish within {seconds:g} s.")


class PauseInTool(NodeError):
    code = "WF_RUNTIME_PAUSE_IN_TOOL"
    hint = "A workflow run by another may not contain a human review."

    def __init__(self) -> None:
        super().__init__("A workflow run inside another one tried to pause.")


class RecursionLimit(NodeError):
    code = "WF_RUNTIME_RECURSION_LIMIT"
    hint = "Check whether a workflow calls itself."

    def __init__(self, limit: int) -> None:
        super().__init__(f"Workflows are nested deeper than {limit} levels.")


class HttpError(NodeError):
    may_pass = True
    code = "WF_RUNTIME_HTTP_ERROR"

    def __init__(self, status: int | str, detail: str) -> None:
        super().__init__(f"An HTTP call failed ({status}): {detail}")


class ModelError(NodeError):
    """A model could not be asked, or answered badly; see ``models``."""

    may_pass = True


class RunError(WayflowError):
    """The run as a whole ends in this error."""


class EmptyGraph(RunError):
    code = "WF_RUNTIME_EMPTY_GRAPH"
    hint = "Add at least one node."

    def __init__(self) -> None:
        super().__init__("The workflow has no nodes.")


class CycleDetected(RunError):
    code = "WF_RUNTIME_CYCLE_DETECTED"
    hint = "Remove one of the connections of the cycle."

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(f"The workflow has a cycle: {' → '.join(path)}")


class UnschedulableGraph(RunError):
    code = "WF_RUNTIME_UNSCHEDULABLE_GRAPH"
    hint = "Remove connections that come from nodes which no longer exist."

    def __init__(self, node_ids: Sequence[str]) -> None:
        super().__init__(f"These nodes can never start: {', '.join(node_ids)}")


class ToolNotRegistered(RunError):
    code = "WF_RUNTIME_TOOL_NOT_REGISTERED"
    hint = "Register the tool on the server, or deselect it in the node."

    def __init__(self, tool: str) -> None:
        super().__init__(f'The tool "{tool}" is not registered.')


class NodeFailed(RunError):
    """The one failure of a run; keeps the code, hint and link of its cause."""

    def __init__(self, node_id: str, cause: ErrorData) -> None:
        super().__init__(
            f"Node {node_id} failed: {cause['message']}",
            code=cause["code"],
            hint=cause.get("hint"),
            docs_url=cause.get("docsUrl"),
        )


class MultipleNodesFailed(RunError):
    code = "WF_RUNTIME_MULTIPLE_NODES_FAILED"

    def __init__(self, failures: Mapping[str, ErrorData]) -> None:
        causes = "; ".join(f"{i}: {e['message']}" for i, e in failures.items())
        super().__init__(f"{len(failures)} nodes failed: {causes}")


class RunTimeout(RunError):
    code = "WF_RUNTIME_RUN_TIMEOUT"
    hint = "Raise the time limit of runs, or do less in one run."

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The run did not finish within {seconds:g} s.")


class UnknownBranch(RunError):
    code = "WF_RUNTIME_UNKNOWN_BRANCH"
    hint = "Decide for one of the review's output ports."

    def __init__(self, branch: str, branches: Sequence[str]) -> None:
        super().__init__(f'"{branch}" is none of: {", ".join(branches)}.')


class CheckpointStale(RunError):
    code = "WF_RUNTIME_CHECKPOINT_STALE"
    hint = "Nodes or connections changed since the pause; start a new run."

    def __init__(self) -> None:
        super().__init__("The checkpoint belongs to a graph of another structure.")


def error_of(exception: BaseException) -> WayflowError:
    """``exception`` itself when it has a code, else a ``HandlerThrew`` of it."""
    if isinstance(exception, WayflowError):
        return exception
    return HandlerThrew.by(exception)
