"""Columns of text that store no secret of the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from .secrets import clean


class _Scrubbed(models.Field[Any, Any]):
    """Scrubs what it stores. To migrations it is the plain field."""

    _plain: type[models.Field[Any, Any]]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self._plain.__name__}", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = clean(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        return clean(super().get_prep_value(value))


class ScrubbedCharField(_Scrubbed, models.CharField[Any, Any]):
    """A short text, such as a name."""

    _plain = models.CharField


class ScrubbedTextField(_Scrubbed, models.TextField[Any, Any]):
    """A long text, such as a description."""

    _plain = models.TextField
