"""Runs visual workflows: a pure engine for any Python server."""

from .checkpoint import Checkpoint, Decision, Suspension, replay
from .contracts import (
    Context,
    Handler,
    Journal,
    Models,
    Output,
    Suspend,
    Tool,
    Usage,
    suspend,
)
from .errors import Cancelled, GraphFormatError, WayflowError
from .events import Event
from .graph import Graph, Node
from .outcome import Cancellation, Completed, Failed, Outcome, Paused, Stopped
from .policy import Policy
from .registry import NodeType, Registry, define_tool, node_type, tool
from .runtime import Runtime
from .serializer import deserialize, graph_of, serialize
from .stream import EventStream
from .tools import graph_to_tool, graphs_to_tools
from .validation import Issue, validate_graph, validate_results
from .values import ABSENT

__all__ = [
    "ABSENT",
    "Cancellation",
    "Cancelled",
    "Checkpoint",
    "Completed",
    "Context",
    "Decision",
    "Event",
    "EventStream",
    "Failed",
    "Graph",
    "GraphFormatError",
    "Handler",
    "Issue",
    "Journal",
    "Models",
    "Node",
    "NodeType",
    "Outcome",
    "Output",
    "Paused",
    "Policy",
    "Registry",
    "Runtime",
    "Stopped",
    "Suspend",
    "Suspension",
    "Tool",
    "Usage",
    "WayflowError",
    "define_tool",
    "deserialize",
    "graph_of",
    "graph_to_tool",
    "graphs_to_tools",
    "node_type",
    "replay",
    "serialize",
    "suspend",
    "tool",
    "validate_graph",
    "validate_results",
]
