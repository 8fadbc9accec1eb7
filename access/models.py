"""API tokens, of which only the hash is kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import User

from .fields import ScrubbedCharField
from .writing import write_atomic

PREFIX_LENGTH = 8
SEEN_EVERY = timedelta(minutes=1)
MAX_DAYS = 36_500


def digest_of(clear: str) -> str:
    """What is stored of a clear token; it has 256 random bits, so no salt is needed."""
    return sha256(clear.encode()).hexdigest()


def expiry_after(days: int, now: datetime) -> datetime:
    """When a token ends that shall live for ``days``, 1 to MAX_DAYS."""
    return now + timedelta(days=days)


def refuse_past(expires_at: datetime | None, now: datetime) -> None:
    """Raises ValidationError for a token that would be of no use from the start."""
    if expires_at is not None and expires_at <= now:
        raise ValidationError("This time is past.", code="past")


class TokenQuerySet(models.QuerySet["Token"]):
    """Words for asking about tokens."""

    def usable(self, now: datetime) -> TokenQuerySet:
        """Neither revoked nor expired, of an active owner."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(unexpired, revoked_at=None, owner__is_active=True)

    def revoke(self, now: datetime) -> int:
        """Revoke those that are not revoked yet; tells how many that were."""
        return self.filter(revoked_at=None).update(revoked_at=now)

    def saw(self, token: Token, now: datetime) -> None:
        """Note that ``token`` was used, at most once a minute."""
        last = token.last_used_at
        if last is None or now - last >= SEEN_EVERY:
            with write_atomic():
                self.filter(pk=token.pk, last_used_at=last).update(last_used_at=now)

    def issue(
        self, *, owner: User, name: str, expires_at: datetime | None = None
    ) -> tuple[Token, str]:
        """A new token and its clear text, which nothing can show again."""
        token = self.model(owner=owner, name=name, expires_at=expires_at)
        clear = token.draw()
        token.save()
        return token, clear


class Token(models.Model):
    """Lets whoever holds its clear text call the API as its owner."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = ScrubbedCharField(
        max_length=100, help_text="What it is for, so that you know it again."
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=PREFIX_LENGTH, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Left empty, it never expires."
    )
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[models.Manager[Token]] = TokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def clean(self) -> None:
        try:
            refuse_past(self.expires_at, timezone.now())
        except ValidationError as error:
            raise ValidationError({"expires_at": error}) from error

    def draw(self) -> str:
        """Give the unsaved token its secret; returns the clear text."""
        clear = f"wf_{secrets.token_urlsafe(32)}"
        self.digest, self.prefix = digest_of(clear), clear[:PREFIX_LENGTH]
        return clear

    def state(self, now: datetime) -> str:
        """``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        is_expired = self.expires_at is not None and self.expires_at <= now
        return "expired" if is_expired else "active"
