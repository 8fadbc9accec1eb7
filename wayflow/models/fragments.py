"""Tool calls, put together from the pieces in which they are streamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wayflow.contracts import ToolCall
from wayflow.jsontext import parse


class Fragments:
    """Collects the pieces of one reply; each names its call by ``index``."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, str]] = {}

    def add(self, pieces: Iterable[Mapping[str, Any]]) -> None:
        for piece in pieces:
            call = self._calls.setdefault(self._index(piece), dict.fromkeys(_KEYS, ""))
            function = piece.get("function") or {}
            call["id"] = piece.get("id") or call["id"]
            call["name"] = function.get("name") or call["name"]
            call["arguments"] += function.get("arguments") or ""

    def whole(self) -> list[ToolCall]:
        """The calls in the order of their index."""
        return [
            _tool_call(call["id"] or f"call_{index}", call["name"], call["arguments"])
            for index, call in sorted(self._calls.items())
        ]

    def _index(self, piece: Mapping[str, Any]) -> int:
        index = piece.get("index")
        if isinstance(index, int):
            return index
        # Some endpoints leave it out and send each call in one piece.
        return len(self._calls) if piece.get("id") else max(len(self._calls) - 1, 0)


_KEYS = ("id", "name", "arguments")


def _tool_call(call_id: str, name: str, arguments: str) -> ToolCall:
    try:
        args = parse(arguments) if arguments.strip() else {}
    except ValueError as error:
        return ToolCall(id=call_id, name=name, args={}, args_parse_error=str(error))
    if isinstance(args, dict):
        return ToolCall(id=call_id, name=name, args=args)
    reason = "They are not a JSON object."
    return ToolCall(id=call_id, name=name, args={}, args_parse_error=reason)
