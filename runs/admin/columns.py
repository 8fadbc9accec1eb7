"""What a row of a list tells of a run."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from runs.models import STATUS_CHOICES, Run

from .excerpt import spelled
from .run_page import STATUS_COLOURS, duration_of

LONGEST_NAME = 60

_LABEL = "unfold/helpers/label.html"
_WORDS = dict(STATUS_CHOICES)


@cache
def badge(status: str) -> SafeString:
    """The status in words, in its colour."""
    told = {"text": _WORDS[status], "type": STATUS_COLOURS.get(status, "")}
    return render_to_string(_LABEL, told)


def badges() -> dict[str, SafeString]:
    """One for each status, for a script to put in the place of another."""
    return {status: badge(status) for status in _WORDS}


def state(run: Any) -> SafeString:
    """The badge of ``run``, which has a ``sign``, where a script finds it."""
    return format_html(
        '<span class="run-state"><span data-run="{}" data-status="{}">{}</span>'
        '<span class="run-sign text-subtle text-xs">{}</span></span>',
        run.pk,
        run.status,
        badge(run.status),
        run.sign or "",
    )


def what_ran(run: Run) -> str:
    """The workflow and its version, in few words."""
    if run.workflow is None:
        return "A graph of its own"
    name = Truncator(run.workflow.name).chars(LONGEST_NAME)
    return f"{name} (edited)" if run.version is None else f"{name} {run.version}"


def duration(run: Run) -> str:
    """How long the run took, or takes so far."""
    return spelled(duration_of(run, timezone.now())) or "-"
