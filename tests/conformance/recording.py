"""Events as recordings have them, in a few words."""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]

RUNNING: Event = {
    "event": "run_status",
    "data": {"status": "running", "runId": "<runId>"},
}


def completed(result: dict[str, Any]) -> Event:
    return {"event": "run_status", "data": {"status": "completed", "result": result}}


def paused(node_id: str, data: Any, instructions: str = "") -> Event:
    suspension = {
        "runId": "<runId>",
        "nodeId": node_id,
        "instructions": instructions,
        "data": data,
    }
    return {
        "event": "run_status",
        "data": {"status": "paused", "suspension": suspension},
    }


def node(node_id: str, status: str, **more: Any) -> Event:
    return {
        "event": "node_status",
        "data": {"nodeId": node_id, "status": status, **more},
    }


def edge(edge_id: str, status: str) -> Event:
    return {"event": "edge_status", "data": {"edgeId": edge_id, "status": status}}


def started(node_id: str, **inputs: Any) -> Event:
    return node(node_id, "running", inputs=inputs, startedAt=0)


def done(node_id: str, *output: Any) -> Event:
    """The node completed, with an output or without any value."""
    emitted = {"outputData": output[0]} if output else {}
    return node(node_id, "complete", **emitted, finishedAt=0)


def call(node_id: str, number: int, phase: str, **more: Any) -> Event:
    call_id = f"{node_id}-tc-{number}"
    return {
        "event": f"tool_call_{phase}",
        "data": {"nodeId": node_id, "callId": call_id, **more},
    }


def stage(*events: Event) -> dict[str, Any]:
    """The record of a stage whose last event tells how it ended."""
    return {**events[-1]["data"], "events": list(events)}
