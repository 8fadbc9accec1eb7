"""What narrows the list of runs: presets, filters and the search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib.admin import ListFilter
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter, TextFilter
from unfold.widgets import INPUT_CLASSES

from runs.models import OPEN_VALUES, RunQuerySet
from runs.stuck import stuck
from wayflow.jsontext import json_text
from wayflow.status import RunStatus
from workflows.models import WorkflowVersion

from .inbox import waiting_for

PRESET: Final = "show"
LONGEST_SECONDS: Final = 10 * 366 * 86_400

PRESETS: Final = (
    ("open", "Going on"),
    ("stuck", "Stuck"),
    ("mine", "Waiting for me"),
    ("failed", "With an error"),
)


class PresetFilter(DropdownFilter):
    """The questions that operators ask most."""

    title = "what to look for"
    parameter_name = PRESET

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return PRESETS

    def queryset(self, request: HttpRequest, queryset: Any) -> RunQuerySet:
        runs: RunQuerySet = queryset
        match self.value():
            case "open":
                return runs.filter(status__in=OPEN_VALUES)
            case "stuck":
                return stuck(runs, timezone.now())
            case "mine":
                asking = waiting_for(cast(User, request.user)).values("run")
                return runs.filter(status=RunStatus.PAUSED, pk__in=asking)
            case "failed":
                return runs.filter(status=RunStatus.ERROR)
            case _:
                return runs


class WhoFilter(TextFilter):
    """Who started the run, by a part of the user name."""

    title = "user name"
    parameter_name = "who"

    def queryset(self, request: HttpRequest, queryset: Any) -> RunQuerySet:
        runs: RunQuerySet = queryset
        name = _text(self.value())
        if not name:
            return runs
        return runs.filter(owner__in=User.objects.filter(username__icontains=name))


class VersionFilter(TextFilter):
    """The number of the version that ran."""

    title = "version number"
    parameter_name = "version"

    def queryset(self, request: HttpRequest, queryset: Any) -> RunQuerySet:
        runs: RunQuerySet = queryset
        given = _text(self.value()).removeprefix("v")
        if not given:
            return runs
        if not re.fullmatch("[0-9]{1,9}", given):
            return runs.none()
        versions = WorkflowVersion.objects.filter(number=int(given))
        return runs.filter(version__in=versions.values("pk"))


class OriginFilter(TextFilter):
    """The run that they repeat, by its whole id."""

    title = "the run that they repeat"
    parameter_name = "origin"

    def queryset(self, request: HttpRequest, queryset: Any) -> RunQuerySet:
        runs: RunQuerySet = queryset
        given = _text(self.value())
        if not given:
            return runs
        try:
            return runs.filter(origin=UUID(given))
        except ValueError:
            return runs.none()


class RangeFilter(ListFilter):
    """Two fields for a lower and an upper bound; either may stay empty.

    What cannot be understood chooses no run, and is said beside the field.
    """

    template = "unfold/filters/filters_date_range.html"
    parameter_name = ""

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, of: Any
    ) -> None:
        super().__init__(request, params, model, of)
        self._bounds = (f"{self.parameter_name}_from", f"{self.parameter_name}_to")
        for bound in self._bounds:
            if bound in params:
                self.used_parameters[bound] = params.pop(bound)[-1]
        self.form = forms.Form(self.used_parameters)
        for bound, label in zip(self._bounds, ("From", "To"), strict=True):
            self.form.fields[bound] = self.field(label)

    def field(self, label: str) -> forms.Field:
        """The form field of one bound."""
        raise NotImplementedError

    def narrowed(self, runs: RunQuerySet, least: Any, most: Any) -> RunQuerySet:
        """Those of ``runs`` within the bounds; a bound may be None."""
        raise NotImplementedError

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [*self._bounds]

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {"form": self.form}

    def queryset(self, request: HttpRequest, queryset: Any) -> RunQuerySet:
        runs: RunQuerySet = queryset
        if not self.form.is_valid():
            return runs.none()
        least, most = (self.form.cleaned_data[bound] for bound in self._bounds)
        return self.narrowed(runs, least, most)


class QueuedFilter(RangeFilter):
    """The days on which the run was queued, both included."""

    title = "day"
    parameter_name = "queued"

    def field(self, label: str) -> forms.Field:
        return forms.DateField(
            required=False, widget=_input("date", f"Queued, {label}")
        )

    def narrowed(
        self, runs: RunQuerySet, least: date | None, most: date | None
    ) -> RunQuerySet:
        try:
            if least is not None:
                runs = runs.filter(created_at__gte=_start_of(least))
            if most is not None:
                runs = runs.filter(created_at__lt=_start_of(most + timedelta(days=1)))
        except OverflowError:
            return runs.none()
        return runs


class DurationFilter(RangeFilter):
    """How many seconds the run took; one that goes on has no duration yet."""

    title = "duration in seconds"
    parameter_name = "took"

    def field(self, label: str) -> forms.Field:
        widget = _input("number", f"Seconds, {label}", placeholder=label, step="any")
        return forms.FloatField(
            required=False, min_value=0, max_value=LONGEST_SECONDS, widget=widget
        )

    def narrowed(
        self, runs: RunQuerySet, least: float | None, most: float | None
    ) -> RunQuerySet:
        if least is not None:
            runs = runs.filter(duration__gte=timedelta(seconds=least))
        if most is not None:
            runs = runs.filter(duration__lte=timedelta(seconds=most))
        return runs


def found_by(words: str, runs: RunQuerySet) -> RunQuerySet:
    """Those of ``runs`` with this id, or these words in name, error or inputs.

    The beginning of an id will do.
    """
    words = words.strip()
    if not words:
        return runs
    try:
        return runs.filter(pk=UUID(words))
    except ValueError:
        stored = json_text(words)[1:-1]
        anywhere = Q(error__icontains=stored) | Q(inputs__icontains=stored)
        anywhere |= Q(workflow__name__icontains=words)
        if re.fullmatch(r"[0-9a-fA-F-]+", words):
            anywhere |= Q(id__startswith=words.lower())
        return runs.filter(anywhere)


def _input(kind: str, label: str, **attributes: str) -> forms.Widget:
    looks = {"type": kind, "aria-label": label, "class": " ".join(INPUT_CLASSES)}
    return forms.TextInput({**looks, **attributes})


def _text(given: Any) -> str:
    return str(given or "").strip()


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
