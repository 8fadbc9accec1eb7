"""Every link of the admin, followed: all lead somewhere, and nothing moves."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from runs.models import Review
from tests.factories import TokenFactory, WorkflowFactory, graph_document
from wayflow.events import Event
from wayflow.serializer import deserialize
from workflows.services import name_version, publish, save_graph

from .admin_scenes import stored
from .scenes import review_graph

pytestmark = pytest.mark.django_db

MOST_PAGES = 600
ALIKE = 3
"""Of addresses that differ by the values in their query alone, so many are enough."""

ROOT = "/admin/"


class Links(HTMLParser):
    """The addresses to which the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)


def everything() -> dict[str, list[dict[str, Any]]]:
    """What the database holds, but for who is signed in since when."""
    rows = {}
    for model in apps.get_models():
        if model is not Session:
            found = model._base_manager.order_by("pk").values()
            rows[model._meta.label] = [
                {key: row[key] for key in row if key != "last_login"} for row in found
            ]
    return rows


def links_in(url: str, response: Any) -> Iterator[str]:
    """The admin's own pages to which a page leads."""
    if response.streaming or "text/html" not in response.get("Content-Type", ""):
        return
    links = Links()
    links.feed(response.content.decode())
    for href in links.found:
        target = urlsplit(urljoin(url, href))
        if target.path.startswith(ROOT) and target.netloc == "":
            yield f"{target.path}{'?' if target.query else ''}{target.query}"


def crawl(client: Client, first: list[str]) -> dict[str, int]:
    """The status of each page that links lead to, beginning with these."""
    waiting, seen = deque(first), set(first)
    kinds: Counter[Any] = Counter()
    statuses: dict[str, int] = {}
    while waiting:
        url = waiting.popleft()
        response: Any = client.get(url)
        statuses[url] = response.status_code
        targets = links_in(url, response)
        if response.status_code in (301, 302):
            targets = iter([urljoin(url, response["Location"])])
        for target in targets:
            parts = urlsplit(target)
            kind = (parts.path, *sorted(parse_qs(parts.query, keep_blank_values=True)))
            if target not in seen and kinds[kind] < ALIKE:
                kinds[kind] += 1
                seen.add(target)
                waiting.append(target)
        assert len(seen) <= MOST_PAGES, sorted(seen)
    return statuses


def furnish(owner: User) -> None:
    """Something for each page to show."""
    workflow = WorkflowFactory.create(owner=owner, graph=review_graph())
    graph = deserialize(graph_document())
    save_graph(workflow_id=workflow.pk, graph=graph, viewport=None, by=owner)
    publish(workflow_id=workflow.pk, number=1, by=owner)
    name_version(workflow_id=workflow.pk, number=1, label="First", by=owner)
    group = owner.groups.create(name="Group")
    workflow.shares.create(group=group)
    version = workflow.versions.get(number=1)
    told = tuple(
        Event(event="run_status", data={"status": status})
        for status in ("running", "paused")
    )
    for status in ("queued", "running", "paused", "completed", "error", "cancelled"):
        run = stored(
            owner,
            status,
            document=review_graph(),
            events=told,
            workflow=workflow,
            version=version,
            inputs={"v": "x"},
            error={"message": "broken"} if status == "error" else None,
        )
        if status == "paused":
            asked = {"node_id": "review", "instructions": "Look.", "opened_seq": 2}
            Review.objects.create(run=run, **asked)
            Review.objects.create(
                run=run,
                **{**asked, "opened_seq": 1},
                decided_at=timezone.now(),
                decided_by=owner,
                branch="approved",
            )
    stored(owner, "completed", document=graph_document(), events=told)
    TokenFactory.create(owner=owner)
    LogEntry.objects.log_actions(owner.pk, [workflow], CHANGE, "Looked at it.")


def test_every_link_leads_somewhere_and_looking_changes_nothing(
    admin_client: Client, admin_user: User
) -> None:
    furnish(admin_user)
    admin_client.get(ROOT)
    before = everything()
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    statuses = crawl(admin_client, [ROOT, *lists])
    bad = {url: code for url, code in statuses.items() if code not in (200, 301, 302)}
    assert not bad
    assert everything() == before
    pages = " ".join(statuses)
    for part in ("/publish/", "/compare/", "/restore/", "/unpublish/", "/run/", "/1/"):
        assert part in pages
