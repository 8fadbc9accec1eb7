"""What holds for every operation of the API's schema: failures, tags, summaries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from .openapi import FAILS, PLAIN, TEXT, Schema, answer, component, listed, shape

ERROR: Schema = {
    "description": "What went wrong. `error` repeats the first `detail`.",
    **shape(
        "error",
        "type",
        "errors",
        error=TEXT,
        type={"enum": ["client_error", "validation_error", "server_error"]},
        errors=listed(
            shape(
                "code",
                "detail",
                "attr",
                code={**TEXT, "description": "Stable: programs may rely on it."},
                detail={**TEXT, "description": "For people."},
                attr={
                    "type": ["string", "null"],
                    "description": "The field that is wrong.",
                },
                hint={**TEXT, "description": "What can be done about it."},
            )
        ),
    ),
    "examples": [
        {
            "error": 'The input "n" must be a number, not a text.',
            "type": "client_error",
            "errors": [
                {
                    "code": "WF_INPUT_WRONG_TYPE",
                    "detail": 'The input "n" must be a number, not a text.',
                    "attr": "inputs.n",
                    "hint": "Look up the type of the field in the workflow's"
                    " Input node.",
                }
            ],
        }
    ],
}

_WAIT = {"Retry-After": "Seconds after which to try again."}


class Failure(NamedTuple):
    """How operations fail with one status; ``name`` is that of its component."""

    name: str
    meaning: str
    headers: dict[str, str] = {}


FAILURES: dict[int, Failure] = {
    400: Failure("Refused", "What was sent is wrong; `attr` names the field."),
    401: Failure(
        "NotAuthenticated",
        "Nobody is signed in, and no token that counts was sent.",
        {"WWW-Authenticate": "The scheme by which to send a token."},
    ),
    403: Failure(
        "Forbidden",
        "The caller may not do this; or a session was used from a foreign page.",
    ),
    404: Failure("NotFound", "There is no such thing, or the caller may not see it."),
    406: Failure("NotAcceptable", "It can be told in JSON only."),
    408: Failure("BodyTooSlow", "The body took too long to arrive."),
    409: Failure("Conflict", "Somebody was faster, or its state does not allow it."),
    412: Failure("Stale", "It has changed since the revision named in `If-Match`."),
    413: Failure("BodyTooLarge", "The body is larger than the server takes."),
    415: Failure("NotJson", "The body is announced as something other than JSON."),
    422: Failure("Unprocessable", "It is well-formed, but cannot be done."),
    429: Failure("TooMany", "The caller asks for too much at a time.", _WAIT),
    500: Failure("ServerFailed", "A fault of the server, which is in its log."),
    503: Failure("Unavailable", "The server is closing, or full.", _WAIT),
}
"""What one may hear instead of a success."""

SUCCESSES = {
    "201": "It is made.",
    "204": "It is done, and there is nothing more to tell.",
    "304": "It is what the caller has.",
}
"""What a status means of which nothing is said, unless it is what was asked for."""

UNSAID = {"", "No response body"}

SAFE = {"get", "head", "options"}

TAGS: dict[str, str] = {
    "workflows": "What people draw: list, read, change, share, validate and run them.",
    "versions": "Every change of a graph makes a version, which never changes. One of"
    " them can be published: it runs from then on.",
    "runs": "Executions of a version: list, read, cancel, and run again.",
    "events": "What runs say, as server-sent events. The schema of such an answer is"
    " that of one event: its `data` are a line of JSON.",
    "reviews": "Questions of runs to people, and their answers.",
    "tokens": "Tokens with which programs call in the caller's name.",
    "editor": "What Wayflow's JavaScript client calls.",
}

_TAGGED = (
    (
        r"^/api/(cancel|models|node-types|pending|resume|run|tools|workflow)($|/)",
        "editor",
    ),
    (r"/(events|events\.ndjson|attach|feed)$", "events"),
    (r"/reviews($|/)", "reviews"),
    (r"/(versions|publish|diff|restore|preflight)($|/)", "versions"),
    (r"/runs($|/)", "runs"),
    (r"^/api/tokens($|/)", "tokens"),
)
"""The first pattern that is found in a path decides."""

_MADE = {"description": "The path of what has one of its own.", "schema": TEXT}
_PAGE = {"type": ["string", "null"], "format": "uri"}


def complete_schema(
    result: Schema, generator: object, request: object, public: bool
) -> Schema:
    """Say of every operation what it is about and how it fails; the last hook."""
    schemas = result["components"]["schemas"]
    schemas["Error"] = ERROR
    for name, schema in schemas.items():
        if name.startswith("Paginated"):
            schema["properties"] |= {"next": _PAGE, "previous": _PAGE}
    result["components"]["responses"] = {
        failure.name: answer(
            failure.meaning, component("Error"), headers=failure.headers
        )
        for failure in FAILURES.values()
    }
    result["tags"] = [{"name": n, "description": d} for n, d in TAGS.items()]
    for path, operations in result["paths"].items():
        for method, described in operations.items():
            _complete(path, method, described)
    return result


def _complete(path: str, method: str, described: Schema) -> None:
    described["tags"] = [tag_of(path)]
    described.setdefault("summary", summary_of(described["description"]))
    answers = described["responses"]
    for status, told in answers.items():
        if told["description"] in UNSAID:
            told["description"] = SUCCESSES.get(status, "As asked.")
    if "201" in answers:
        answers["201"].setdefault("headers", {}).setdefault("Location", _MADE)
    for status in sorted({*failures_of(path, method, described)}):
        reference = f"#/components/responses/{FAILURES[status].name}"
        answers.setdefault(str(status), {"$ref": reference})
    described.pop(FAILS, None)
    described.pop(PLAIN, None)


def tag_of(path: str) -> str:
    """The tag of the operations at a path."""
    return next((tag for found, tag in _TAGGED if re.search(found, path)), "workflows")


def summary_of(description: str) -> str:
    """The first sentence, in plain words and without its full stop."""
    first = re.split(r"(?<=[.:;])\s|\n\n", description.strip())[0]
    return re.sub(r"\s+", " ", first).replace("`", "").rstrip(".:;")


def failures_of(path: str, method: str, described: Schema) -> Iterator[int]:
    """The statuses with which the operation may fail."""
    given: list[Any] = described.get("parameters", [])
    names = {parameter["name"] for parameter in given}
    yield from (401, 429, 500, 503)
    yield from described.get(FAILS, ())
    if method not in SAFE:
        yield 403
    if "{" in path or "cursor" in names:
        yield 404
    if "If-Match" in names:
        yield 412
    if "Idempotency-Key" in names:
        yield 409
    if "requestBody" in described or (PLAIN in described and method not in SAFE):
        yield from (400, 408, 413)
    if any(parameter["in"] != "path" for parameter in given):
        yield 400
    if PLAIN not in described:
        # The framework's views negotiate the content; the endpoints take what comes.
        yield 406
        if "requestBody" in described:
            yield 415
