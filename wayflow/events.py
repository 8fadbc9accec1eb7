"""What a run says: the events of the wire and the private part of a record."""

from __future__ import annotations

from typing import Any, TypedDict

from .errors import ErrorData
from .status import EdgeStatus, NodeStatus, RunStatus


class Event(TypedDict):
    """One event: a name and its data. A plain dict, for it is made by the million."""

    event: str
    data: dict[str, Any]


class Private(TypedDict, total=False):
    """What a record keeps beside its event and no stream ever shows.

    ``outputs`` holds a completed node's values by port in full, ``absent`` the ports it
    emitted without a value, ``result`` what it added to the run's result, ``key`` the
    idempotency key of the attempt, ``suspension`` the question of a waiting node,
    ``continued`` that a failure does not fail the run.
    """

    outputs: dict[str, Any]
    absent: list[str]
    result: dict[str, Any]
    key: str
    suspension: dict[str, Any]
    continued: bool


# The states are spelled by ``_value_``: it is read without the descriptor of ``value``,
# which would cost as much as the rest of an event.

RUN_STATUS = "run_status"
NODE_STATUS = "node_status"
EDGE_STATUS = "edge_status"
NODE_ATTEMPT = "node_attempt"
NODE_CHUNK = "node_chunk"
TOOL_CALL_START = "tool_call_start"
TOOL_CALL_END = "tool_call_end"
MODEL_USAGE = "model_usage"


def run_running(run_id: str) -> Event:
    return {
        "event": RUN_STATUS,
        "data": {"status": RunStatus.RUNNING.value, "runId": run_id},
    }


def run_ended(status: RunStatus, result: dict[str, Any]) -> Event:
    """A completed or cancelled run with its (so far collected) result."""
    return {"event": RUN_STATUS, "data": {"status": status.value, "result": result}}


def run_error(error: ErrorData) -> Event:
    return {
        "event": RUN_STATUS,
        "data": {"status": RunStatus.ERROR.value, "error": error},
    }


def run_paused(suspension: dict[str, Any]) -> Event:
    return {
        "event": RUN_STATUS,
        "data": {"status": RunStatus.PAUSED.value, "suspension": suspension},
    }


def node_status(node_id: str, status: NodeStatus, **more: Any) -> Event:
    """A node's new state; ``more`` is inputs, outputData, error and the timestamps."""
    return {
        "event": NODE_STATUS,
        "data": {"nodeId": node_id, "status": status._value_, **more},
    }


def node_attempt(
    node_id: str, attempt: int, error: ErrorData, failed_at: int, retry_at: int
) -> Event:
    """An attempt failed and another follows; the times are in ms since the epoch."""
    return {
        "event": NODE_ATTEMPT,
        "data": {
            "nodeId": node_id,
            "attempt": attempt,
            "error": error,
            "failedAt": failed_at,
            "retryAt": retry_at,
        },
    }


def edge_status(edge_id: str, status: EdgeStatus) -> Event:
    return {
        "event": EDGE_STATUS,
        "data": {"edgeId": edge_id, "status": status._value_},
    }


def node_chunk(node_id: str, delta: str, content: str) -> Event:
    return {
        "event": NODE_CHUNK,
        "data": {"nodeId": node_id, "delta": delta, "content": content},
    }


def tool_call_start(node_id: str, call_id: str, tool: str, args: Any) -> Event:
    return {
        "event": TOOL_CALL_START,
        "data": {"nodeId": node_id, "callId": call_id, "tool": tool, "args": args},
    }


def tool_call_end(node_id: str, call_id: str, **more: Any) -> Event:
    """A tool call's end; ``more`` is result or error, and durationMs."""
    return {
        "event": TOOL_CALL_END,
        "data": {"nodeId": node_id, "callId": call_id, **more},
    }


def model_usage(
    node_id: str, model: str, input_tokens: int, output_tokens: int
) -> Event:
    """What one answer of a model took, as its provider counts."""
    return {
        "event": MODEL_USAGE,
        "data": {
            "nodeId": node_id,
            "model": model,
            "inputTokens": input_tokens,
            "outputTokens": output_tokens,
        },
    }
