"""Which provider or handler serves a model: exact id, longest prefix, wildcard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def served_by(targets: Mapping[str, T], model: str) -> T | None:
    """The target whose pattern fits ``model`` best, if any fits."""
    if model in targets:
        return targets[model]
    fitting = (p for p in targets if p.endswith("*") and model.startswith(p[:-1]))
    best = max(fitting, key=len, default=None)
    return None if best is None else targets[best]
