"""The form that asks a person to answer a review, with what it is about to edit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from access.action_log import LONGEST_REASON
from access.errors import ApiError
from runs.models import Review
from wayflow.checkpoint import Decision
from wayflow.jsontext import json_text, parse
from wayflow.values import ABSENT

EDITABLE = 200_000
"""Characters of a value that a person may still want to edit in a browser."""


class ReviewForm(forms.Form):
    """The data, as text or as JSON, and why. What is left as it was is not sent.

    Data that are too long for a browser have no field: the answer hands them on.
    """

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Kept in the log. Optional.",
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ("data", "reason")

    def __init__(self, review: Review, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self._asked = review.data.get("value", ABSENT)
        self._shown = _shown(self._asked)
        self.is_editable = len(self._shown) <= EDITABLE
        if self.is_editable:
            self.fields["data"] = self._data_field()
            self.order_fields(self.field_order)

    def clean_data(self) -> Any:
        """The edited value; ABSENT when it is as it was, or was not sent at all."""
        if self.add_prefix("data") not in self.data:
            return ABSENT
        given = self.cleaned_data["data"].replace("\r\n", "\n")
        if given == self._shown.replace("\r\n", "\n"):
            return ABSENT
        if isinstance(self._asked, str):
            return given
        if not given.strip():
            if self._asked is ABSENT:
                return ABSENT
            raise forms.ValidationError("Give JSON, or null for nothing.")
        try:
            value = parse(given)
        except ValueError as error:
            raise forms.ValidationError(
                f"This is not JSON: {error}. A text needs quotes."
            ) from None
        if self._asked is not ABSENT and json_text(value) == json_text(self._asked):
            return ABSENT
        return value

    def decision(self, branch: str) -> Decision:
        """The answer along ``branch``."""
        return Decision(branch, data=self.cleaned_data.get("data", ABSENT))

    @property
    def is_edited(self) -> bool:
        """Whether the answer has data of its own."""
        return self.cleaned_data.get("data", ABSENT) is not ABSENT

    def refuse(self, error: ApiError) -> None:
        """Show why the answer was not taken, beside the field if it is about one."""
        message = " ".join(filter(None, (error.message, error.hint)))
        is_about_data = error.attr == "decision.data" and "data" in self.fields
        self.add_error("data" if is_about_data else None, message)

    def _data_field(self) -> forms.Field:
        is_text = isinstance(self._asked, str)
        note = "A text." if is_text else "JSON."
        if self._asked is ABSENT:
            note = "The run asks without data; you may answer with some, as JSON."
        return forms.CharField(
            label="Data",
            required=False,
            strip=False,
            initial=self._shown,
            help_text=f"{note} Edit it as you like: the run goes on with it.",
            widget=UnfoldAdminExpandableTextareaWidget(
                attrs={"rows": 8, "class": "" if is_text else "ops-code"}
            ),
        )


def _shown(asked: Any) -> str:
    if asked is ABSENT:
        return ""
    if isinstance(asked, str):
        return asked
    return json.dumps(asked, indent=2, ensure_ascii=False)
