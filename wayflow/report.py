"""What becomes of nodes: noted in the progress and told to the journal at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from . import events
from .attempt import clean, routed
from .checkpoint import Suspension
from .contracts import Journal, Suspend
from .errors import ErrorData
from .events import Private
from .progress import Progress
from .status import EdgeStatus, NodeStatus
from .values import ABSENT, truncated, truncated_fields


class Report:
    """Every step of a node's life in one run. Nodes are indexes of the topology."""

    def __init__(self, progress: Progress, journal: Journal) -> None:
        self._progress = progress
        self._say = journal.append
        self._topology = progress.topology

    def begin(self, index: int) -> dict[str, Any]:
        """The node starts; its inputs by port are returned."""
        values, say = self._progress.values, self._say
        inputs: dict[str, Any] = {}
        for edge_id, key, port in self._topology.incoming[index]:
            if key in values:
                say(events.edge_status(edge_id, EdgeStatus.ACTIVE))
                value = values[key]
                if value is not ABSENT:
                    inputs[port] = value
            else:
                say(events.edge_status(edge_id, EdgeStatus.SKIPPED))
        self.show_inputs(self._id(index), inputs, startedAt=_now())
        return inputs

    def show_inputs(self, node_id: str, inputs: Mapping[str, Any], **more: Any) -> None:
        """Say that the node runs with these inputs, long ones cut."""
        shown = {port: truncated(value) for port, value in inputs.items()}
        running = NodeStatus.RUNNING
        self._say(events.node_status(node_id, running, inputs=shown, **more))

    def finish(
        self,
        index: int,
        value: Any,
        result: Mapping[str, Any],
        key: str | None = None,
    ) -> None:
        """The handler answered ``value``: the node is complete or waits for a person.

        ``key`` is the idempotency key of a node with effects. Raises
        OutputNotSerializable and MultiPortMismatch, having said nothing.
        """
        node = self._topology.nodes[index]
        if type(value) is Suspend:
            self._wait(index, clean(value.instructions), clean(value.data))
            return
        value = clean(value)
        outputs = routed(node, value)
        private = self._progress.complete(
            index, outputs, clean(dict(result)) if result else {}
        )
        if key is not None:
            private["key"] = key
        self.complete(node.id, value, private)
        self._rest_edges(index)

    def complete(self, node_id: str, value: Any, private: Private) -> None:
        """Say that a node completed with ``value``."""
        output = {} if value is ABSENT else {"outputData": truncated_fields(value)}
        status = NodeStatus.COMPLETE
        event = events.node_status(node_id, status, **output, finishedAt=_now())
        self._say(event, private)

    def fail(self, index: int, error: ErrorData) -> None:
        self._progress.fail(index, error)
        status, node_id = NodeStatus.ERROR, self._id(index)
        self._say(events.node_status(node_id, status, error=error, finishedAt=_now()))
        self._rest_edges(index)

    def cancel(self, index: int) -> None:
        status, node_id = NodeStatus.CANCELLED, self._id(index)
        self._say(events.node_status(node_id, status, finishedAt=_now()))
        self._rest_edges(index)

    def skip(self, index: int) -> None:
        self._progress.skip(index)
        skipped = EdgeStatus.SKIPPED
        for wire in self._topology.incoming[index]:
            self._say(events.edge_status(wire.edge_id, skipped))
        for edge_id in self._topology.outgoing[index]:
            self._say(events.edge_status(edge_id, skipped))
        self._say(events.node_status(self._id(index), NodeStatus.SKIPPED))

    def _wait(self, index: int, instructions: Any, data: Any) -> None:
        suspension = Suspension(
            run_id=self._progress.run_id,
            node_id=self._topology.nodes[index].id,
            instructions="" if instructions is None else str(instructions),
            data=data,
        )
        self._progress.waiting[index] = suspension
        event = events.node_status(suspension.node_id, NodeStatus.WAITING)
        self._say(event, {"suspension": suspension.wire()})
        self._rest_edges(index)

    def _rest_edges(self, index: int) -> None:
        values, say = self._progress.values, self._say
        for edge_id, key, _ in self._topology.incoming[index]:
            status = EdgeStatus.IDLE if key in values else EdgeStatus.SKIPPED
            say(events.edge_status(edge_id, status))

    def _id(self, index: int) -> str:
        return self._topology.nodes[index].id


def _now() -> int:
    """Milliseconds since the epoch, as the wire counts."""
    return int(time.time() * 1000)
