"""The icons of node types, as strokes on a square of sixteen."""

from __future__ import annotations

from typing import Final

ANY: Final = "M8 2l5.5 3v6L8 14l-5.5-3V5zM2.5 5L8 8l5.5-3M8 8v6"

ICONS: Final = {
    "log-in": "M9.5 2.5h2.5a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H9.5"
    "M2.5 8h7M7 5.5L9.5 8 7 10.5",
    "log-out": "M6.5 2.5H4A1.5 1.5 0 0 0 2.5 4v8A1.5 1.5 0 0 0 4 13.5h2.5"
    "M6.5 8h7M11 5.5L13.5 8 11 10.5",
    "sparkles": "M6.5 3.5c.6 3 1.6 4 4.5 4.5-2.9.5-3.9 1.5-4.5 4.5C5.9 9.5 4.9 8.5 2 8"
    "c2.9-.5 3.9-1.5 4.5-4.5zM12.5 2v3M11 3.5h3M12.5 11.5v2M11.5 12.5h2",
    "merge": "M3.5 2.5c0 4 4.5 3 4.5 7v4M12.5 2.5c0 4-4.5 3-4.5 7M5.8 11.5L8 13.7"
    "l2.2-2.2",
    "split": "M8 13.5V11C8 7 3.5 7.5 3.5 3M8 11c0-4 4.5-3.5 4.5-8M1.7 4.8L3.5 3l1.8 1.8"
    "M10.7 4.8L12.5 3l1.8 1.8",
    "list": "M6 4h7.5M6 8h7.5M6 12h7.5M2.5 4h.01M2.5 8h.01M2.5 12h.01",
    "user-check": "M6.3 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    "M1.8 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.3 6.3l1.5 1.5 2.7-3",
    "image": "M3.8 2.5h8.4a1.3 1.3 0 0 1 1.3 1.3v8.4a1.3 1.3 0 0 1-1.3 1.3H3.8"
    "a1.3 1.3 0 0 1-1.3-1.3V3.8a1.3 1.3 0 0 1 1.3-1.3z"
    "M2.8 11.8L6 8.5l5 5M9.3 10.3l1.4-1.3 2.6 2.6M10.3 5.6h.01",
}

_OF_TYPE = {
    "input": "log-in",
    "output": "log-out",
    "llm": "sparkles",
    "merge": "merge",
    "conditional": "split",
    "arrayOps": "list",
    "humanInTheLoop": "user-check",
    "imageGeneration": "image",
}


def icon_of(name: object, node_type: str) -> str:
    """The strokes of the icon called ``name``, else of the one usual for the type."""
    if not isinstance(name, str) or name not in ICONS:
        name = _OF_TYPE.get(node_type, "")
    return ICONS.get(name, ANY)
