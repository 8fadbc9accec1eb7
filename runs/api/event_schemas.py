"""What streams carry, in the words of the API's schema: frames and their data."""

from __future__ import annotations

from access.openapi import (
    ANYTHING,
    ID,
    JSON,
    TEXT,
    Events,
    Schema,
    component,
    shape,
)
from runs.feed.storage import REVIEW, RUN
from runs.feed.stream import RESET
from runs.feed_events import ANSWERED, WAITING, WITHDRAWN
from wayflow import events
from wayflow.status import EdgeStatus, NodeStatus, RunStatus

from .serializers import SUSPENSION

MILLISECONDS: Schema = {"type": "integer", "description": "Since the epoch, in ms."}
COUNT: Schema = {"type": "integer", "minimum": 0}
ERROR = {
    "description": "Why it failed: a stable code, a message and what can be done.",
    **shape("code", "message", code=TEXT, message=TEXT, hint=TEXT, docsUrl=TEXT),
}
SHOWN: Schema = {
    "description": "Any value. Of one that is too long for an event comes"
    ' `{"__truncated": true, "size": …, "preview": …}` instead.'
}
INPUTS: Schema = {**ANYTHING, "description": "Values by port; long ones are cut."}
NODE = {"type": "string", "description": "The id of the node."}
CALL = {"type": "string", "description": "The id of the call within the run."}

_ID = "0b0f5c1e-6c3c-4c0e-9f4e-3d7b8c1f2a10"
_RUN: Schema = {
    "description": "The run took on a state. A stream ends with `completed`, `error`,"
    " `cancelled` or, unless it stays open, `paused`.",
    "oneOf": [
        shape("status", "runId", status={"const": "running"}, runId=ID),
        shape(
            "status", "suspension", status={"const": "paused"}, suspension=SUSPENSION
        ),
        shape(
            "status",
            "result",
            status={"enum": [RunStatus.COMPLETED.value, RunStatus.CANCELLED.value]},
            result=ANYTHING,
        ),
        shape("status", "error", status={"const": "error"}, error=ERROR),
    ],
    "examples": [{"status": "completed", "result": {"letter": "Hello, dear reader."}}],
}
_NODE: Schema = {
    "description": "A node took on a state.",
    **shape(
        "nodeId",
        "status",
        nodeId=NODE,
        status={"enum": [status.value for status in NodeStatus]},
        inputs=INPUTS,
        outputData=SHOWN,
        error=ERROR,
        startedAt=MILLISECONDS,
        finishedAt=MILLISECONDS,
    ),
    "examples": [
        {
            "nodeId": "write",
            "status": "complete",
            "outputData": "Hello, dear reader.",
            "finishedAt": 1767225601250,
        }
    ],
}
_EDGE: Schema = {
    "description": "A connection took on a state.",
    **shape(
        "edgeId",
        "status",
        edgeId=TEXT,
        status={"enum": [status.value for status in EdgeStatus]},
    ),
    "examples": [{"edgeId": "e1", "status": "active"}],
}
_ATTEMPT: Schema = {
    "description": "An attempt of a node failed, and another follows.",
    **shape(
        "nodeId",
        "attempt",
        "error",
        "retryAt",
        nodeId=NODE,
        attempt={"type": "integer", "minimum": 1},
        error=ERROR,
        failedAt=MILLISECONDS,
        retryAt=MILLISECONDS,
    ),
    "examples": [
        {
            "nodeId": "write",
            "attempt": 1,
            "error": {"code": "WF_MODEL_BUSY", "message": "The model is busy."},
            "failedAt": 1767225600000,
            "retryAt": 1767225602000,
        }
    ],
}
_CHUNK: Schema = {
    "description": "A node says something. It comes live only, without an id.",
    **shape(
        "nodeId",
        "delta",
        nodeId=NODE,
        delta={**TEXT, "description": "What is new."},
        content={**TEXT, "description": "All so far; not with `?chunks=delta`."},
    ),
    "examples": [{"nodeId": "write", "delta": " dear", "content": "Hello, dear"}],
}
_CALLED: Schema = {
    "description": "A model calls a tool.",
    **shape(
        "nodeId", "callId", "tool", "args", nodeId=NODE, callId=CALL, tool=TEXT, args={}
    ),
    "examples": [
        {"nodeId": "write", "callId": "c1", "tool": "price", "args": {"of": "tea"}}
    ],
}
_ANSWERED: Schema = {
    "description": "The tool answered, with a result or an error.",
    **shape(
        "nodeId",
        "callId",
        "durationMs",
        nodeId=NODE,
        callId=CALL,
        result=SHOWN,
        error=ERROR,
        durationMs=COUNT,
    ),
    "examples": [{"nodeId": "write", "callId": "c1", "result": 4, "durationMs": 12}],
}
_USAGE: Schema = {
    "description": "What one answer of a model took, as its provider counts.",
    **shape(
        "nodeId",
        "model",
        "inputTokens",
        "outputTokens",
        nodeId=NODE,
        model=TEXT,
        inputTokens=COUNT,
        outputTokens=COUNT,
    ),
    "examples": [
        {
            "nodeId": "write",
            "model": "gpt-4o-mini",
            "inputTokens": 31,
            "outputTokens": 5,
        }
    ],
}
_WORKFLOW: Schema = {"type": ["string", "null"], "format": "uuid"}
_FEED_RUN: Schema = {
    "description": "A run of the caller's took on a state.",
    **shape(
        "id",
        "workflowId",
        "status",
        id=ID,
        workflowId=_WORKFLOW,
        status={"enum": [status.value for status in RunStatus]},
    ),
    "examples": [{"id": _ID, "workflowId": None, "status": "completed"}],
}
_FEED_REVIEW: Schema = {
    "description": "A review waits for the caller, was answered, or is withdrawn.",
    **shape(
        "id",
        "runId",
        "nodeId",
        "workflowId",
        "status",
        id={"type": "integer"},
        runId=ID,
        nodeId=NODE,
        workflowId=_WORKFLOW,
        status={"enum": [WAITING, ANSWERED, WITHDRAWN]},
    ),
    "examples": [
        {
            "id": 7,
            "runId": _ID,
            "nodeId": "check",
            "workflowId": None,
            "status": "waiting",
        }
    ],
}
_RESET: Schema = {
    "description": "Changes were missed: load your lists anew.",
    "type": "object",
    "examples": [{}],
}

RUN_EVENTS: dict[str, str] = {
    events.RUN_STATUS: "RunStatusEvent",
    events.NODE_STATUS: "NodeStatusEvent",
    events.EDGE_STATUS: "EdgeStatusEvent",
    events.NODE_ATTEMPT: "NodeAttemptEvent",
    events.NODE_CHUNK: "NodeChunkEvent",
    events.TOOL_CALL_START: "ToolCallStartEvent",
    events.TOOL_CALL_END: "ToolCallEndEvent",
    events.MODEL_USAGE: "ModelUsageEvent",
}
FEED_EVENTS: dict[str, str] = {
    RUN: "FeedRunEvent",
    REVIEW: "FeedReviewEvent",
    RESET: "FeedResetEvent",
}
"""Events by name, with the components that describe their data."""


def _event(name: Schema, data: Schema) -> Schema:
    """One event as a reader of the stream gets it: its data are JSON in a text."""
    return shape(
        "event",
        "data",
        id={**TEXT, "pattern": r"^\d+$"},
        event=name,
        data={"type": "string", "contentMediaType": JSON, "contentSchema": data},
    )


def _known(named: dict[str, str]) -> list[Schema]:
    return [_event({"const": name}, component(of)) for name, of in named.items()]


_OTHER = _event({"type": "string", "not": {"enum": [*RUN_EVENTS]}}, ANYTHING)

COMPONENTS: dict[str, Schema] = {
    "RunEvent": {
        "description": "One event of a run; the handlers of nodes may send others.",
        "anyOf": [*_known(RUN_EVENTS), _OTHER],
    },
    "FeedEvent": {
        "description": "One change that concerns the caller.",
        "anyOf": _known(FEED_EVENTS),
    },
    "RunStatusEvent": _RUN,
    "NodeStatusEvent": _NODE,
    "EdgeStatusEvent": _EDGE,
    "NodeAttemptEvent": _ATTEMPT,
    "NodeChunkEvent": _CHUNK,
    "ToolCallStartEvent": _CALLED,
    "ToolCallEndEvent": _ANSWERED,
    "ModelUsageEvent": _USAGE,
    "FeedRunEvent": _FEED_RUN,
    "FeedReviewEvent": _FEED_REVIEW,
    "FeedResetEvent": _RESET,
}

OF_A_RUN = Events(
    frames=f"""\
id: 1
event: run_status
data: {{"status":"running","runId":"{_ID}"}}

id: 2
event: node_status
data: {{"nodeId":"write","status":"running","inputs":{{}},"startedAt":1767225600000}}

event: node_chunk
data: {{"nodeId":"write","delta":" dear","content":"Hello, dear"}}

id: 3
event: node_status
data: {{"nodeId":"write","status":"complete","outputData":"Hello, dear reader.",\
"finishedAt":1767225601250}}

id: 4
event: edge_status
data: {{"edgeId":"e1","status":"active"}}

id: 9
event: run_status
data: {{"status":"completed","result":{{"letter":"Hello, dear reader."}}}}

""",
    one="RunEvent",
)

OF_THE_FEED = Events(
    frames=f"""\
id: 40
retry: 2000

id: 41
event: review
data: {{"id":7,"runId":"{_ID}","nodeId":"check","workflowId":null,"status":"answered"}}

id: 43
event: run
data: {{"id":"{_ID}","workflowId":null,"status":"completed"}}

""",
    one="FeedEvent",
)
