"""Times in a query string."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django_filters.fields import IsoDateTimeField
from django_filters.filters import IsoDateTimeFilter


class MomentField(IsoDateTimeField):
    """A time that exists in every time zone."""

    def clean(self, value: Any) -> Any:
        moment = super().clean(value)
        if isinstance(moment, datetime):
            try:
                return moment.astimezone(UTC)
            except OverflowError:
                raise forms.ValidationError("Out of range.", "invalid") from None
        return moment


class MomentFilter(IsoDateTimeFilter):
    """Compares a column with a time."""

    field_class = MomentField
