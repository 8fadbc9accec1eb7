"""What becomes of nodes: noted in the progress and told to the journal at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .attempt import routed
from .bounds import Bounds
from .checkpoint import Suspension
from .contracts import Journal, Suspend
from .errors import ErrorData
from .events import Private, edge_status, node_attempt, node_status
from .jsontext import display, json_bytes
from .progress import Progress
from .status import EdgeStatus, NodeStatus
from .truncation import truncated, truncated_fields
from .values import ABSENT

# Read once: in Python 3.11 a member's look-up costs as much as the event that tells it.
_ACTIVE, _IDLE, _SKIPPED = EdgeStatus.ACTIVE, EdgeStatus.IDLE, EdgeStatus.SKIPPED
_RUNNING, _COMPLETE = NodeStatus.RUNNING, NodeStatus.COMPLETE

ALWAYS_SHOWN = frozenset({int, float, bool, type(None)})
"""Types whose values are never too long to show."""


class Report:
    """Every step of a node's life in one run. Nodes are indexes of the topology."""

    def __init__(self, progress: Progress, journal: Journal, bounds: Bounds) -> None:
        self._progress = progress
        self._bounds = bounds
        self._say = journal.append
        self._collected_bytes = len(json_bytes(progress.result()))
        self._topology = progress.topology

    def begin(self, index: int) -> dict[str, Any]:
        """The node starts; its inputs by port are returned."""
        values, say = self._progress.values, self._say
        inputs: dict[str, Any] = {}
        for edge_id, source, source_port, port in self._topology.incoming[index]:
            emitted = values[source]
            if source_port in emitted:
                say(edge_status(edge_id, _ACTIVE))
                value = emitted[source_port]
                if value is not ABSENT:
                    inputs[port] = value
            else:
                say(edge_status(edge_id, _SKIPPED))
        self.show_inputs(self._id(index), inputs, startedAt=_now())
        return inputs

    def attempts(self, index: int) -> int:
        """How often the node has failed so far."""
        return self._progress.attempts.get(index, 0)

    def retry(self, index: int, attempt: int, error: ErrorData, pause: float) -> None:
        """An attempt failed, and another follows after ``pause`` (seconds)."""
        self._progress.attempts[index] = attempt
        now = _now()
        retry_at = now + int(pause * 1000)
        self._say(node_attempt(self._id(index), attempt, error, now, retry_at))

    def begin_again(self, index: int, inputs: Mapping[str, Any]) -> None:
        """The node starts once more, with the inputs that it had."""
        self.show_inputs(self._id(index), inputs, startedAt=_now())

    def show_inputs(self, node_id: str, inputs: Mapping[str, Any], **more: Any) -> None:
        """Say that the node runs with these inputs, long ones cut."""
        shown = dict(inputs)
        for port, value in inputs.items():
            if type(value) not in ALWAYS_SHOWN:
                shown[port] = truncated(value)
        self._say(node_status(node_id, _RUNNING, inputs=shown, **more))

    def finish(
        self,
        index: int,
        value: Any,
        result: Mapping[str, Any],
        key: str | None = None,
    ) -> None:
        """The handler answered ``value``: the node is complete or waits for a person.

        ``key`` is the idempotency key of a node with effects. Raises
        OutputNotSerializable, OutputTooLarge, OutputTooDeep and MultiPortMismatch,
        having said nothing.
        """
        node, clean = self._topology.nodes[index], self._bounds.clean
        if type(value) is Suspend:
            # Whoever keeps the question puts it into an object, one level deeper.
            asked = clean({"data": value.data})
            data = asked.get("data", ABSENT)
            self._wait(index, display(clean(value.instructions)), data)
            return
        value = clean(value)
        outputs = routed(node, value)
        collected = self._collected(result) if result else {}
        private = self._progress.complete(index, outputs, collected)
        if key is not None:
            private["key"] = key
        self.complete(node.id, value, private)
        self._rest_edges(index)

    def _collected(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """What a node adds to the run's result, which is bounded as a whole."""
        added: dict[str, Any] = self._bounds.clean(dict(result))
        size = self._collected_bytes + len(json_bytes(added))
        self._bounds.refuse(size)
        self._collected_bytes = size
        return added

    def complete(self, node_id: str, value: Any, private: Private) -> None:
        """Say that a node completed with ``value``."""
        output = {} if value is ABSENT else {"outputData": truncated_fields(value)}
        event = node_status(node_id, _COMPLETE, **output, finishedAt=_now())
        self._say(event, private)

    def fail(self, index: int, error: ErrorData, *, continued: bool = False) -> None:
        private = self._progress.fail(index, error, continued=continued)
        status, node_id = NodeStatus.ERROR, self._id(index)
        event = node_status(node_id, status, error=error, finishedAt=_now())
        self._say(event, private)
        self._rest_edges(index)

    def cancel(self, index: int) -> None:
        status, node_id = NodeStatus.CANCELLED, self._id(index)
        self._say(node_status(node_id, status, finishedAt=_now()))
        self._rest_edges(index)

    def skip(self, index: int) -> None:
        self._progress.skip(index)
        for edge_id, *_ in self._topology.incoming[index]:
            self._say(edge_status(edge_id, _SKIPPED))
        for edge_id in self._topology.outgoing[index]:
            self._say(edge_status(edge_id, _SKIPPED))
        self._say(node_status(self._id(index), NodeStatus.SKIPPED))

    def _wait(self, index: int, instructions: str, data: Any) -> None:
        suspension = Suspension(
            run_id=self._progress.run_id,
            node_id=self._topology.nodes[index].id,
            instructions=instructions,
            data=data,
        )
        self._progress.waiting[index] = suspension
        event = node_status(suspension.node_id, NodeStatus.WAITING)
        self._say(event, {"suspension": suspension.wire()})
        self._rest_edges(index)

    def _rest_edges(self, index: int) -> None:
        values, say = self._progress.values, self._say
        for edge_id, source, port, _ in self._topology.incoming[index]:
            emitted = port in values[source]
            status = _IDLE if emitted else _SKIPPED
            say(edge_status(edge_id, status))

    def _id(self, index: int) -> str:
        return self._topology.nodes[index].id


def _now() -> int:
    """Milliseconds since the epoch, as the wire counts."""
    return int(time.time() * 1000)
