"""A list that is filled in element by element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

SPARE = 1
"""Empty places for more; a script makes others."""

LONGEST = 1_000


class ListWidget(forms.Widget):
    """One control for each element, all of the same name."""

    template_name = "admin/workflows/workflow/list_input.html"

    def __init__(self, element: forms.Widget) -> None:
        super().__init__()
        self.element = element

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given: list[str] = data.getlist(name) if hasattr(data, "getlist") else []
        return given

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> bool:
        return name not in data

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        given = value if isinstance(value, list | tuple) else []
        elements = [element for element in given if element != ""]
        context: dict[str, Any] = super().get_context(name, None, attrs)
        first = context["widget"]["attrs"].get("id", f"id_{name}")
        context["elements"] = [
            self.element.render(
                name, element, {"id": f"{first}_{n}", "aria-label": f"{name}, {n}"}
            )
            for n, element in enumerate([*elements, *[None] * SPARE], 1)
        ]
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_1"


class ListField(forms.Field):
    """A list whose elements one field reads; those left empty are not in it."""

    def __init__(self, element: forms.Field, **kwargs: Any) -> None:
        super().__init__(widget=ListWidget(element.widget), **kwargs)
        element.required = False
        self._element = element

    def to_python(self, value: Any) -> list[Any]:
        filled = [given for given in value or [] if given.strip()]
        if len(filled) > LONGEST:
            raise forms.ValidationError(f"At most {LONGEST} elements fit this form.")
        return [self._read(number, given) for number, given in enumerate(filled, 1)]

    def _read(self, number: int, given: str) -> Any:
        try:
            return self._element.clean(given)
        except forms.ValidationError as error:
            (first, *_) = error.messages
            raise forms.ValidationError(f"Element {number}: {first}") from None
