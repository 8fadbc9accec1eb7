"""Answers in JSON as the engine spells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse

from wayflow.jsontext import json_bytes


def json_answer(value: Any, *, status: int = 200) -> HttpResponse:
    """``value`` as a response: any plain value, not only objects."""
    return HttpResponse(
        json_bytes(value), status=status, content_type="application/json"
    )


def time_text(at: datetime) -> str:
    """A time as the API spells it."""
    return at.isoformat().replace("+00:00", "Z")
