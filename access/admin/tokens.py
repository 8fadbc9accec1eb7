"""Tokens as staff see them."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import Form, ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from access.action_log import log_action
from access.models import Token
from access.writing import write_atomic

from .reasons import ReasonedActionForm, ReasonedAdmin, reason_in


@admin.register(Token)
class TokenAdmin(ReasonedAdmin):
    """Tokens are issued and revoked; staff other than superusers see their own."""

    list_display = (
        "name",
        "prefix",
        "owner",
        "state",
        "created_at",
        "expires_at",
        "last_used_at",
    )
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__username")
    actions = ("revoke",)
    action_form = ReasonedActionForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Token]:
        tokens: QuerySet[Token] = super().get_queryset(request)
        return tokens if _rules(request) else tokens.filter(owner=request.user.pk)

    def get_fields(
        self, request: HttpRequest, obj: Token | None = None
    ) -> tuple[str, ...]:
        """What to give a new one, and what there is to know of one that is there."""
        if obj is None:
            return ("owner", "name", "expires_at")
        told = ("state", "created_at", "expires_at", "last_used_at", "revoked_at")
        return ("owner", "name", "prefix", *told)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        # Whoever issues a token for somebody can act as them.
        if db_field.name == "owner":
            users = User.objects.filter(is_active=True)
            if not _rules(request):
                users = users.filter(username=request.user.get_username())
            kwargs.update(queryset=users, initial=request.user.pk)
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field

    def has_change_permission(
        self, request: HttpRequest, obj: Token | None = None
    ) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("access.change_token")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a token, with a way to revoke it for those who may."""
        chosen = self.get_queryset(request).filter(pk=object_id, revoked_at=None)
        may_revoke = self.has_revoke_permission(request) and chosen.exists()
        context = {"may_revoke": may_revoke, **(extra_context or {})}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, context
        )
        return answer

    def save_model(
        self, request: HttpRequest, obj: Model, form: Form, change: bool
    ) -> None:
        clear = cast(Token, obj).draw()
        super().save_model(request, obj, form, change)
        self.message_user(
            request,
            f"The token, which nothing will show again: {clear}",
            messages.WARNING,
        )

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        with write_atomic():
            unrevoked = list(queryset.filter(revoked_at=None))
            chosen = Token.objects.filter(pk__in=[token.pk for token in unrevoked])
            count = chosen.revoke(timezone.now())
            log_action(
                cast(User, request.user),
                unrevoked,
                "Revoked.",
                reason=reason_in(request),
            )
        self.message_user(request, f"{count} revoked.", messages.SUCCESS)

    @display(
        description="State",
        label={"active": "success", "expired": "warning", "revoked": "danger"},
    )
    def state(self, token: Token) -> str:
        return token.state(timezone.now())


def _rules(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
