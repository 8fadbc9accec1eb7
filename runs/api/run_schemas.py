"""What is asked and told about runs, in the words of the API's schema."""

from __future__ import annotations

from access.openapi import ANYTHING, ID, TEXT, Schema, answer, component, listed, shape
from runs.services import CancelOutcome
from runs.touched import TOUCHED
from workflows.api.comparing import DIFF
from workflows.api.serializers import GRAPH

from .cancelling import MOST
from .downloading import NDJSON
from .filters import FILTERS
from .serializers import SUSPENSION

DECISION = shape(
    "branch",
    branch={"enum": ["approved", "rejected"]},
    data={
        "description": "Takes the place of what was reviewed; any value.",
        "examples": ["Hello, dear reader."],
    },
)
TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
REVIEW: Schema = {
    "allOf": [
        SUSPENSION,
        shape(
            "id",
            id={"type": "integer"},
            openedAt=TIME,
            expiresAt=TIME,
            decidedAt=TIME,
            decidedBy={"type": ["string", "null"]},
            decision=DECISION,
        ),
    ]
}
WORDS = {"type": ["string", "number", "array"], "items": TEXT}
CANCEL_MANY: Schema = {
    **shape(
        ids={"type": "array", "items": TEXT, "maxItems": MOST},
        filter={
            "description": "As the parameters of the list; of a list any will do.",
            "type": "object",
            "minProperties": 1,
            "properties": dict.fromkeys(FILTERS, WORDS),
            "additionalProperties": False,
        },
    ),
    "oneOf": [{"required": ["ids"]}, {"required": ["filter"]}],
    "examples": [
        {"ids": ["0b0f5c1e-6c3c-4c0e-9f4e-3d7b8c1f2a10"]},
        {"filter": {"status": ["queued", "paused"], "createdBefore": "2026-01-01"}},
    ],
}
CANCELS: Schema = {
    **shape(
        "outcomes",
        "more",
        outcomes=listed(
            shape(
                "id",
                "outcome",
                id=TEXT,
                outcome={
                    "description": "`cancelled`: at once. `requested`: it soon will be."
                    " `ended`: before it was asked. `not_allowed`: the caller may see"
                    " it, but not cancel it. `not_found`: there is no such run, or the"
                    " caller may not see it.",
                    "enum": [outcome.value for outcome in CancelOutcome],
                },
            )
        ),
        more={"description": "Whether the filter chooses more.", "type": "boolean"},
    ),
    "examples": [
        {
            "outcomes": [
                {"id": "0b0f5c1e-6c3c-4c0e-9f4e-3d7b8c1f2a10", "outcome": "cancelled"}
            ],
            "more": False,
        }
    ],
}
LINES = """\
{"seq":1,"event":"run_status","data":{"status":"running","runId":"0b0f5c1e-..."}}
{"seq":2,"event":"run_status","data":{"status":"completed","result":{"letter":"Dear"}}}
"""
DOWNLOAD: Schema = {
    **answer(
        "A line for each event.",
        headers={
            "X-Last-Seq": "The number of the last event.",
            "Content-Disposition": "A name for the file.",
        },
    ),
    "content": {NDJSON: {"schema": TEXT, "example": LINES}},
}
NODE: Schema = {
    "allOf": [
        component("NodeRun"),
        shape(
            "outputs",
            outputs={**ANYTHING, "description": "The values by port, in full."},
        ),
    ]
}

RAN_GRAPH: Schema = shape(
    "version",
    "graph",
    version={
        "description": "Null for a graph that is no version.",
        "type": ["integer", "null"],
    },
    graph=GRAPH,
)
GRAPH_TAG = {"ETag": "That of the graph, for `If-None-Match`."}

SHOWN_VERSION = {
    "number": {"type": "integer"},
    "label": TEXT,
    "createdAt": {"type": "string", "format": "date-time"},
}
TOUCHED_RUN = {
    "id": ID,
    "status": {"enum": list(TOUCHED)},
    "version": {
        "description": "Null for a graph that is no version.",
        "type": ["integer", "null"],
    },
    "owner": {"description": "Who started it.", **TEXT},
    "since": {
        "description": "When it paused; of a queued run, when it was made.",
        "type": "string",
        "format": "date-time",
    },
}
PREFLIGHT: Schema = shape(
    *("version", "published", "diff", "issues", "obstacle", "runs"),
    version=shape(*SHOWN_VERSION, **SHOWN_VERSION),
    published={"oneOf": [shape(*SHOWN_VERSION, **SHOWN_VERSION), {"type": "null"}]},
    diff={
        **DIFF,
        "description": "From what runs now, the published version or else the newest.",
        "required": [n for n in DIFF["required"] if n not in ("from", "to")],
    },
    issues=listed(component("Issue")),
    obstacle={
        "description": "Why the version cannot be published; null if it can.",
        "oneOf": [shape("code", "message", code=TEXT, message=TEXT), {"type": "null"}],
    },
    runs=shape(
        "counts",
        "first",
        counts=shape(*TOUCHED, **{key: {"type": "integer"} for key in TOUCHED}),
        first=listed(shape(*TOUCHED_RUN, **TOUCHED_RUN)),
    ),
)
