"""The sidebar: what staff need daily, then whatever else is installed."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .inbox import waiting_for

_DAILY = (
    ("runs.run", "Runs", "play_circle"),
    ("workflows.workflow", "Workflows", "account_tree"),
)
_PEOPLE = (
    ("auth.user", "Users", "person"),
    ("auth.group", "Groups", "group"),
    ("access.token", "Tokens", "key"),
)
_INBOX = "runs.review"


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of entries that whoever asks may open."""
    open_to = _models(request)
    daily = [_entry("Dashboard", "dashboard", reverse("admin:index"))]
    inbox = open_to.pop(_INBOX, None)
    daily += _chosen(open_to, _DAILY)
    if inbox is not None:
        badge = {"badge": f"{__name__}.inbox_count", "badge_variant": "warning"}
        daily.insert(1, {**_entry("Inbox", "inbox", inbox["admin_url"]), **badge})
    people = _chosen(open_to, _PEOPLE)
    others = [
        _entry(str(model["name"]), "tag", model["admin_url"])
        for model in open_to.values()
    ]
    groups = (("Operations", daily), ("People", people), ("More", others))
    return [
        {"title": title, "separator": title != "Operations", "items": items}
        for title, items in groups
        if items
    ]


def inbox_count(request: HttpRequest) -> SafeString:
    """The count of waiting reviews, empty for none, as a script can renew it."""
    waiting = waiting_for(cast(User, request.user)).count()
    return format_html(
        '<span id="inbox-count" data-url="{}" data-feed="{}">{}</span>',
        reverse("admin:runs_review_waiting"),
        reverse("feed"),
        waiting or "",
    )


def _models(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """The models with a list that whoever asks may open, by their labels."""
    return {
        model["model"]._meta.label_lower: model
        for app in admin.site.get_app_list(request)
        for model in app["models"]
        if model["admin_url"]
    }


def _chosen(
    open_to: dict[str, dict[str, Any]], wanted: tuple[tuple[str, str, str], ...]
) -> list[dict[str, Any]]:
    return [
        _entry(title, icon, open_to.pop(label)["admin_url"])
        for label, title, icon in wanted
        if label in open_to
    ]


def _entry(title: str, icon: str, link: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": link}
