"""Tokens as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from access.models import MAX_DAYS, Token, expiry_after, refuse_past
from access.serializers import StrictSerializer


class TokenSerializer(serializers.ModelSerializer[Token]):
    """A token without its value, which nobody can show again."""

    state = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    expiresAt = serializers.DateTimeField(
        source="expires_at",
        read_only=True,
        allow_null=True,
        help_text="Null if it never expires.",
    )
    lastUsedAt = serializers.DateTimeField(
        source="last_used_at",
        read_only=True,
        allow_null=True,
        help_text="To the minute; null if it was never used.",
    )

    class Meta:
        model = Token
        fields: tuple[str, ...] = (
            "id",
            "name",
            "prefix",
            "state",
            "createdAt",
            "expiresAt",
            "lastUsedAt",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": ["active", "expired", "revoked"]})
    def get_state(self, token: Token) -> str:
        return token.state(timezone.now())


class IssuedTokenSerializer(TokenSerializer):
    """A new token; its value is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token")
        read_only_fields = fields


class TokenInput(StrictSerializer):
    """What a token is for, and when it ends: at a time, after some days, or never."""

    name = serializers.CharField(max_length=100)
    expiresAt = serializers.DateTimeField(required=False, allow_null=True)
    expiresIn = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MAX_DAYS,
        help_text="Days from now, instead of expiresAt.",
    )

    def validate_expiresAt(self, expires_at: datetime | None) -> datetime | None:
        refuse_past(expires_at, timezone.now())
        return expires_at

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        expires_at, days = attrs.get("expiresAt"), attrs.get("expiresIn")
        if days is not None:
            if expires_at is not None:
                both = "Give expiresAt or expiresIn, not both."
                raise serializers.ValidationError({"expiresIn": both})
            expires_at = expiry_after(days, timezone.now())
        return {"name": attrs["name"], "expires_at": expires_at}
