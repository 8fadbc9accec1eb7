"""The form that asks a person for a workflow's inputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from access.errors import ApiError
from runs.inputs import InputField
from wayflow.errors import WayflowError
from wayflow.jsontext import parse
from wayflow.nodes.input import is_empty

from .image_field import ImageField
from .list_field import ListField


class TextField(forms.CharField):
    """A text as it was typed, but with the line breaks that programs expect."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n")


class JsonField(forms.Field):
    """Any JSON value, typed as JSON."""

    empty_values = [None, "", []]

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            return None
        try:
            return parse(value)
        except ValueError as error:
            raise forms.ValidationError(
                f"This is not JSON: {error}. A text needs quotes."
            ) from None


class InputForm(forms.Form):
    """One field per input; an optional one that stays empty is left out."""

    def __init__(
        self,
        asked: Sequence[InputField],
        data: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files, prefix="inputs")
        self._asked = {field.name: field for field in asked}
        for field in asked:
            self.fields[field.name] = _form_field(field)

    def clean(self) -> dict[str, Any]:
        for name, value in list(self.cleaned_data.items()):
            asked = self._asked[name]
            if not asked.fits(value):
                self.add_error(name, f"This must be {asked.expected}.")
        return self.cleaned_data

    def inputs(self) -> dict[str, Any]:
        """What was filled in."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if not is_empty(value)
        }

    def refuse(self, error: ApiError | WayflowError) -> None:
        """Show why the run was not started, beside the field if it is about one."""
        attr = getattr(error, "attr", None) or ""
        name = attr.removeprefix("inputs.")
        message = " ".join(filter(None, (error.message, error.hint)))
        self.add_error(name if name in self.fields else None, message)


def _form_field(asked: InputField) -> forms.Field:
    field = _maker_of(asked)(asked.default)
    field.label = asked.name
    # A default answers for a required field; an unticked box is an answer.
    field.required = (
        asked.required
        and is_empty(asked.default)
        and not isinstance(field, forms.BooleanField)
    )
    field.help_text = _note(asked, field)
    return field


def _maker_of(asked: InputField) -> Callable[[Any], forms.Field]:
    if not asked.multiple:
        return _FIELDS.get(asked.data_type, _json)
    element = _ELEMENTS.get(asked.data_type)
    # A default of another shape can only be shown as what it is.
    if element is None or not asked.fits(asked.default):
        return _json
    return lambda default: ListField(element(None), initial=default)


def _note(asked: InputField, field: forms.Field) -> str:
    what = asked.expected[:1].upper() + asked.expected[1:]
    how = _HOW.get(type(field), ".")
    keeps = is_empty(asked.default) or isinstance(field, forms.BooleanField)
    return f"{what}{how}{'' if keeps else ' Left empty, it is the default.'}"


def _text(default: Any) -> forms.Field:
    return TextField(initial=default, widget=UnfoldAdminExpandableTextareaWidget())


def _url(default: Any) -> forms.Field:
    widget = UnfoldAdminTextInputWidget(attrs={"placeholder": "https://"})
    return forms.CharField(initial=default, widget=widget)


def _image(default: Any) -> forms.Field:
    return ImageField(initial=default)


def _number(default: Any) -> forms.Field:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "number", "step": "any"})
    return forms.FloatField(initial=default, widget=widget)


def _boolean(default: Any) -> forms.Field:
    return forms.BooleanField(
        initial=default is True, widget=UnfoldBooleanSwitchWidget()
    )


def _json(default: Any) -> forms.Field:
    initial = (
        "" if default is None else json.dumps(default, indent=2, ensure_ascii=False)
    )
    return JsonField(initial=initial, widget=UnfoldAdminExpandableTextareaWidget())


_HOW: dict[type, str] = {
    JsonField: ", written as JSON.",
    ImageField: ", or a PNG, JPEG, GIF or WebP file that is sent along.",
}
_FIELDS: dict[str, Callable[[Any], forms.Field]] = {
    "string": _text,
    "image": _image,
    "number": _number,
    "boolean": _boolean,
}
_ELEMENTS: dict[str, Callable[[Any], forms.Field]] = {
    "string": _text,
    "image": _url,
    "number": _number,
}
