"""A column of JSON that keeps the order of keys."""

from __future__ import annotations

from typing import Any

from django.db import models

from access.secrets import scrubber
from wayflow.jsontext import parse


class JsonTextField(models.TextField[Any, Any]):
    """JSON as text: a graph runs in the order of its keys, which jsonb would lose.

    No secret of the server is stored.
    """

    description = "JSON in its own order"

    # By these the type checker learns what the attribute takes and gives.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any
    _pyi_lookup_exact_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else parse(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else scrubber().json(value)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        return self.value_from_object(obj)
