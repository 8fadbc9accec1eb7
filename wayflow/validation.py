"""What is wrong with a drawing before it runs, and with a result after."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .errors import CycleDetected
from .graph import Graph, Node, NodeId
from .ports import rows, variables
from .registry import Registry
from .status import NodeStatus
from .topology import find_cycle

_SPACED = re.compile(r"\{\s*(\w+(?:\s+\w+)+)\s*\}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something that validation found; ``node_ids`` are the nodes it concerns."""

    code: str
    message: str
    severity: Literal["warning", "error"] = "warning"
    node_ids: tuple[NodeId, ...] = ()
    hint: str | None = None

    def data(self) -> dict[str, Any]:
        """The issue as the API carries it."""
        data: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint is not None:
            data["hint"] = self.hint
        data["severity"] = self.severity
        return data | ({"nodeIds": list(self.node_ids)} if self.node_ids else {})


def validate_graph(
    graph: Graph,
    *,
    tools: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> list[Issue]:
    """What an author should know before running ``graph``.

    ``tools`` are the tools there are. With a ``registry``, node types that it lacks
    are reported too.
    """
    if not graph.nodes:
        return []
    issues = [*_cycles(graph), *_missing(graph), *_duplicates(graph), *_orphans(graph)]
    issues += _crowded_ports(graph)
    if registry is not None:
        issues += _unknown_types(graph, registry)
    wired = {(edge.target, edge.target_port) for edge in graph.edges.values()}
    for node in graph.nodes.values():
        found = _NODE_CHECKS.get(node.type, _no_check)(node, _unwired(node, wired))
        issues += found
        if all(issue.code not in _NO_PROMPT for issue in found):
            issues += _unknown_tools(node, tools or {})
    return issues


def _crowded_ports(graph: Graph) -> Iterator[Issue]:
    ends = Counter((edge.target, edge.target_port) for edge in graph.edges.values())
    for (node_id, port), count in ends.items():
        if count > 1 and node_id in graph.nodes:
            yield _about(
                graph.nodes[node_id],
                "WF_VALIDATION_PORT_TAKEN",
                f'{count} connections lead into the input "{port}"; the last of them'
                " that carries a value counts.",
            )


def validate_results(
    graph: Graph, run_data: Mapping[NodeId, Mapping[str, Any]]
) -> list[Issue]:
    """Whether the Output nodes of a finished run hold what their fields declare.

    ``run_data`` is ``{status, outputData}`` by node id, as the wire shows them.
    """
    wired = {(edge.target, edge.target_port) for edge in graph.edges.values()}
    issues: list[Issue] = []
    for node in graph.nodes.values():
        data = run_data.get(node.id, {})
        values = data.get("outputData")
        if (
            node.type == "output"
            and data.get("status") == NodeStatus.COMPLETE
            and isinstance(values, dict)
        ):
            issues += _field_issues(node, values, wired)
    return issues


def _cycles(graph: Graph) -> Iterator[Issue]:
    cycle = find_cycle(graph)
    if cycle is not None:
        error = CycleDetected(cycle)
        yield Issue(
            code=error.code,
            message=error.message,
            node_ids=tuple(cycle[:-1]),
            hint=error.hint,
        )


def _missing(graph: Graph) -> Iterator[Issue]:
    types = {node.type for node in graph.nodes.values()}
    for node_type, label in (("input", "Input"), ("output", "Output")):
        if node_type not in types:
            yield Issue(
                code=f"WF_VALIDATION_NO_{label.upper()}_NODE",
                message=f"The workflow has no {label} node.",
            )


def _duplicates(graph: Graph) -> Iterator[Issue]:
    for node_type, label in (("input", "Input"), ("output", "Output")):
        ids = tuple(n.id for n in graph.nodes.values() if n.type == node_type)
        if len(ids) > 1:
            yield Issue(
                code="WF_VALIDATION_DUPLICATE_UNIQUE_NODE",
                message=f"There may be only one {label} node.",
                severity="error",
                node_ids=ids,
            )


def _orphans(graph: Graph) -> Iterator[Issue]:
    joined = {e.source for e in graph.edges.values()}
    joined |= {e.target for e in graph.edges.values()}
    if len(graph.nodes) > 1:
        for node in graph.nodes.values():
            if node.id not in joined:
                message = f"Node {_called(node)} is not connected."
                yield _about(node, "WF_VALIDATION_ORPHAN_NODE", message)


def _unknown_types(graph: Graph, registry: Registry) -> Iterator[Issue]:
    for node in graph.nodes.values():
        if node.type not in registry.nodes:
            yield Issue(
                code="WF_AGENT_UNKNOWN_NODE_TYPE",
                message=f'No node type "{node.type}" is installed.',
                severity="error",
                node_ids=(node.id,),
            )


def _no_check(node: Node, unwired: Callable[[str], bool]) -> list[Issue]:
    return []


def _llm_issues(node: Node, unwired: Callable[[str], bool]) -> list[Issue]:
    prompts = [node.data.get("prompt"), node.data.get("systemPrompt")]
    return _prompt_issues(node, prompts, "WF_VALIDATION_LLM_NO_PROMPT", unwired)


def _image_issues(node: Node, unwired: Callable[[str], bool]) -> list[Issue]:
    prompts = [node.data.get("prompt")]
    return _prompt_issues(node, prompts, "WF_VALIDATION_IMAGE_NO_PROMPT", unwired)


_NODE_CHECKS = {"llm": _llm_issues, "imageGeneration": _image_issues}
_NO_PROMPT = {"WF_VALIDATION_LLM_NO_PROMPT", "WF_VALIDATION_IMAGE_NO_PROMPT"}


def _prompt_issues(
    node: Node, prompts: list[Any], no_prompt: str, unwired: Callable[[str], bool]
) -> list[Issue]:
    texts = [text for text in prompts if isinstance(text, str) and text.strip()]
    if not texts:
        return [_about(node, no_prompt, f"Node {_called(node)} has no prompt.")]
    unset = [
        _about(
            node,
            "WF_VALIDATION_VAR_UNSET",
            f'The variable "{name}" is neither connected nor given a default.',
        )
        for name in variables(*texts)
        if unwired(name)
    ]
    spaced = dict.fromkeys(name for text in texts for name in _SPACED.findall(text))
    invalid = [
        _about(
            node,
            "WF_VALIDATION_VAR_INVALID_NAME",
            f'"{name}" cannot be a variable: its name has spaces.',
        )
        for name in spaced
    ]
    return unset + invalid


def _unwired(node: Node, wired: set[tuple[NodeId, Any]]) -> Callable[[str], bool]:
    defaults = {
        row["name"]: row.get("default")
        for row in rows(node.data.get("variableDefaults"))
    }
    return lambda name: (
        (node.id, name) not in wired and defaults.get(name) in (None, "")
    )


def _unknown_tools(node: Node, tools: Mapping[str, Any]) -> Iterator[Issue]:
    selected = node.data.get("tools")
    for name in selected if isinstance(selected, list) else []:
        if isinstance(name, str) and name not in tools:
            message = f'The tool "{name}" is not available.'
            yield _about(node, "WF_VALIDATION_TOOL_NOT_IN_CATALOG", message)


_IS_OF: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "image": lambda value: isinstance(value, str),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "json": lambda value: isinstance(value, dict | list),
}


def _field_issues(
    node: Node, values: Mapping[str, Any], wired: set[tuple[NodeId, Any]]
) -> Iterator[Issue]:
    for field in rows(node.data.get("fields")):
        name = field["name"]
        if name not in values:
            if (node.id, name) not in wired:
                message = f'The output "{name}" has no value: it is not connected.'
                yield _about(node, "WF_VALIDATION_OUTPUT_FIELD_MISSING", message)
        elif not _fits(field, values[name]):
            expected, actual = field.get("dataType"), _type_name(values[name])
            message = f'The output "{name}" should be {expected}, not {actual}.'
            yield _about(node, "WF_VALIDATION_OUTPUT_TYPE_MISMATCH", message)


def _fits(field: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, dict) and value.get("__truncated") is True:
        return True
    if field.get("multiple") and isinstance(value, list):
        return True
    test = _IS_OF.get(str(field.get("dataType")))
    return test is None or test(value)


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    names = ("boolean", "number", "string", "array")
    return next((name for name in names if _IS_OF[name](value)), "object")


def _about(node: Node, code: str, message: str) -> Issue:
    return Issue(code=code, message=message, node_ids=(node.id,))


def _called(node: Node) -> str:
    return f'"{node.name or node.label or node.id}"'
