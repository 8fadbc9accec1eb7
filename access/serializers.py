"""What the API's serializers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

NAMED = 20
LONGEST_NAME = 100
"""Of so many unknown fields a refusal tells so many characters each."""


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know, so that a typing error is noticed."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [
                name
                for name in data
                if name not in self.fields or self.fields[name].read_only
            ]
            if unknown:
                problem = serializers.ErrorDetail("Unknown field.", code="unknown")
                told = (str(name)[:LONGEST_NAME] for name in unknown[:NAMED])
                raise serializers.ValidationError({name: [problem] for name in told})
        return super().to_internal_value(data)
