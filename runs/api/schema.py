"""The plain endpoints of run time in the words of the API's schema."""

from __future__ import annotations

from access.openapi import (
    ANYTHING,
    ID,
    TEXT,
    Paths,
    Schema,
    answer,
    closed,
    listed,
    operation,
    parameter,
    shape,
    with_paths,
)
from runs.chunks import ChunkStyle
from wayflow.status import RunStatus
from workflows.api.serializers import GRAPH

from . import downloading, editor, following, repeating, reviewing, starting
from .cancelling import cancel_many
from .event_schemas import COMPONENTS, OF_A_RUN, OF_THE_FEED
from .feed import feed
from .node_detail import node
from .preflight import preflight
from .ran_graph import graph
from .run_schemas import (
    CANCEL_MANY,
    CANCELS,
    DECISION,
    DOWNLOAD,
    GRAPH_TAG,
    NODE,
    PREFLIGHT,
    RAN_GRAPH,
    REVIEW,
)
from .serializers import SUSPENSION

NUMBER: Schema = {"type": "integer", "minimum": 1}
SEQ: Schema = {"type": "integer", "minimum": 0}
INPUTS = {
    **ANYTHING,
    "description": "Values by the names of the Input fields.",
    "examples": [{"name": "Ada"}],
}
STATUS: Schema = {"enum": [status.value for status in RunStatus]}

RUN_ID = {"X-Run-Id": "The id of the run."}
LOCATION = {"Location": "The path of the run."}
CHUNKS = parameter(
    "query",
    "chunks",
    "content: each `node_chunk` carries the whole text so far as well. delta: it does"
    " not, and the deltas together are the text; whoever comes late gets what they"
    " missed with the first of them.",
    {"enum": [style.value for style in ChunkStyle], "default": ChunkStyle.CONTENT},
)

RUN = {
    "description": "A graph to run, or the id of a saved workflow.",
    "anyOf": [{"required": ["graph"]}, {"required": ["workflowId"]}],
    **shape(graph=GRAPH, workflowId=ID, version=NUMBER, inputs=INPUTS),
}
WHICH: Schema = {
    "description": "The version that ran, or the newest.",
    "enum": [repeating.ORIGINAL, repeating.LATEST],
    "default": repeating.ORIGINAL,
}
SNAPSHOT = shape("nodes", nodes=listed(shape("nodeId", nodeId=TEXT, outputData={})))
OUTCOME = shape(
    "runId",
    "status",
    runId=ID,
    status=STATUS,
    result=ANYTHING,
    suspension=SUSPENSION,
)
FAILED = {
    "allOf": [
        {"$ref": "#/components/schemas/Error"},
        shape("runId", "status", runId=ID, status=STATUS),
    ]
}

PATHS: Paths = {
    "/api/run": {
        "post": operation(
            editor.run,
            "editor_run",
            {200: answer("The events of the run.", events=OF_A_RUN, headers=RUN_ID)},
            body=RUN,
            parameters=[
                parameter("query", "detach", "1: leaving cancels nothing.", TEXT),
                parameter("query", "workflowId", "Whose edit the graph is.", ID),
                CHUNKS,
            ],
            fails=(404,),
        )
    },
    "/api/resume": {
        "post": operation(
            editor.resume,
            "editor_resume",
            {200: answer("The rest of the events.", events=OF_A_RUN, headers=RUN_ID)},
            body=shape("runId", "decision", runId=ID, decision=DECISION, nodeId=TEXT),
            parameters=[CHUNKS],
            fails=(404,),
        )
    },
    "/api/cancel": {
        "post": operation(
            editor.cancel,
            "editor_cancel",
            {204: answer("The run is stopped, or soon will be.")},
            body=shape("runId", runId=ID),
        )
    },
    "/api/pending": {
        "get": operation(
            editor.pending,
            "editor_pending",
            {
                200: answer(
                    "All of them, with what completed so far.",
                    listed({"allOf": [SUSPENSION, shape(snapshot=SNAPSHOT)]}),
                )
            },
            parameters=[parameter("query", "workflowId", "Only of this one.", ID)],
        )
    },
    "/api/feed": {
        "get": operation(
            feed,
            "feed",
            {200: answer("The changes, as they happen.", events=OF_THE_FEED)},
            parameters=[
                parameter("header", "Last-Event-ID", "Where to go on.", SEQ),
                parameter("query", "after", "The same, without the header.", SEQ),
            ],
        )
    },
    "/api/workflows/{id}/runs": {
        "post": operation(
            starting.start,
            "workflows_run",
            {
                200: answer(
                    "The run ended or paused; as a stream, from its first event on.",
                    OUTCOME,
                    events=OF_A_RUN,
                    headers=RUN_ID,
                ),
                202: answer("The run goes on.", OUTCOME, headers=LOCATION),
                422: answer("The run failed.", FAILED),
            },
            body=closed(shape(inputs=INPUTS, version=NUMBER)),
            parameters=[
                CHUNKS,
                parameter("header", "Prefer", "respond-async, or wait=seconds.", TEXT),
                parameter(
                    "header",
                    "Idempotency-Key",
                    "The same key and body give the same run; another body is a 409.",
                    TEXT,
                ),
            ],
        )
    },
    "/api/workflows/{id}/publish/preflight": {
        "get": operation(
            preflight,
            "workflows_preflight",
            {200: answer("What it would mean.", PREFLIGHT)},
            parameters=[
                parameter("query", "version", "Which one; else the newest.", NUMBER)
            ],
            fails=[403],
        )
    },
    "/api/runs/{id}/events": {
        "get": operation(
            following.events,
            "runs_events",
            {
                200: answer("The events.", events=OF_A_RUN),
                204: answer("The run ended, and nothing is left of it."),
            },
            parameters=[
                CHUNKS,
                parameter("query", "after", "The last event one has.", SEQ),
                parameter("header", "Last-Event-ID", "Goes before `after`.", SEQ),
            ],
        )
    },
    "/api/runs/{id}/events.ndjson": {
        "get": operation(
            downloading.events,
            "runs_events_download",
            {200: DOWNLOAD},
            parameters=[
                parameter("query", "after", "The last event one has.", SEQ),
                parameter("header", "Last-Event-ID", "Goes before `after`.", SEQ),
            ],
        )
    },
    "/api/runs/{id}/graph": {
        "get": operation(
            graph,
            "runs_graph",
            {
                200: answer("The graph.", RAN_GRAPH, headers=GRAPH_TAG),
                304: answer("It is known.", headers=GRAPH_TAG),
            },
            parameters=[
                parameter("header", "If-None-Match", "The ETag that was read.", TEXT)
            ],
        )
    },
    "/api/runs/{id}/nodes/{node_id}": {
        "get": operation(
            node,
            "runs_node",
            {200: answer("What it did.", NODE)},
            parameters=[
                {
                    **parameter("path", "node_id", "The id in the graph.", TEXT),
                    "required": True,
                }
            ],
        )
    },
    "/api/runs/cancel": {
        "post": operation(
            cancel_many,
            "runs_cancel_many",
            {200: answer("An outcome for each run.", CANCELS)},
            body=CANCEL_MANY,
        )
    },
    "/api/runs/{id}/attach": {
        "post": operation(
            following.attach,
            "runs_attach",
            {200: answer("The events.", events=OF_A_RUN, headers=RUN_ID)},
            body={"description": "Anything: it is not read."},
            parameters=[CHUNKS],
        )
    },
    "/api/runs/{id}/cancel": {
        "post": operation(
            following.cancel,
            "runs_cancel",
            {204: answer("The run is stopped, soon will be, or had ended.")},
        )
    },
    "/api/runs/{id}/retry": {
        "post": operation(
            repeating.retry,
            "runs_retry",
            {202: answer("The new run.", OUTCOME, headers=LOCATION)},
            body=closed(shape(nodeId=TEXT, version=WHICH)),
            fails=(409,),
        )
    },
    "/api/runs/{id}/rerun": {
        "post": operation(
            repeating.rerun,
            "runs_rerun",
            {202: answer("The new run.", OUTCOME, headers=LOCATION)},
            body=closed(shape(inputs=INPUTS, version=WHICH)),
            fails=(409,),
        )
    },
    "/api/runs/{id}/reviews": {
        "get": operation(
            reviewing.reviews,
            "runs_reviews",
            {200: answer("All of them.", listed(REVIEW))},
        )
    },
    "/api/runs/{id}/reviews/{review_id}/decide": {
        "post": operation(
            reviewing.decide,
            "runs_decide",
            {200: answer("The review, answered.", REVIEW)},
            body=closed(DECISION),
            fails=(409,),
        )
    },
}


def add_endpoints(
    result: Schema, generator: object, request: object, public: bool
) -> Schema:
    """What the schema's generator calls."""
    result["components"]["schemas"] |= COMPONENTS
    return with_paths(result, PATHS)
