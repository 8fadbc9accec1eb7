"""The API tokens that started runs, as staff see them beside the runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Count, Max
from django.urls import reverse

from access.models import Token
from runs.models import Run
from workflows.models import Workflow

TOKENS_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedToken:
    """A token that started runs of a workflow; ``url`` for those who may see it."""

    token: Token
    url: str | None
    runs: int
    last_used_at: datetime


def tokens_that_used(workflow: Workflow, by: User) -> list[UsedToken]:
    """Those of the runs that ``by`` may see, the last used first, in two queries."""
    runs = Run.objects.visible_to(by).filter(workflow=workflow, token__isnull=False)
    used = runs.order_by().values("token").annotate(runs=Count("pk"))
    newest = used.annotate(last=Max("created_at")).order_by("-last", "token")
    listed = list(newest[:TOKENS_LISTED])
    tokens = Token.objects.select_related("owner").in_bulk([u["token"] for u in listed])
    return [
        UsedToken(
            token=tokens[use["token"]],
            url=url_of_token(tokens[use["token"]], by),
            runs=use["runs"],
            last_used_at=use["last"],
        )
        for use in listed
        if use["token"] in tokens
    ]


def url_of_token(token: Token | None, by: User) -> str | None:
    """The admin's page of ``token``, which only its owner and superusers may see."""
    if token is None or not by.has_perm("access.view_token"):
        return None
    if not by.is_superuser and token.owner_id != by.pk:
        return None
    return reverse("admin:access_token_change", args=[token.pk])
