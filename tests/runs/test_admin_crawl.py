"""Every link of the admin, followed: all lead somewhere, and nothing moves."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from datetime import timedelta
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
from wayflow.events import Event, node_attempt, node_status, run_running
from wayflow.serializer import deserialize
from wayflow.status import NodeStatus
from workflows.services import name_version, publish, save_graph

from .admin_scenes import stored
from .scenes import review_graph

pytestmark = pytest.mark.django_db

MOST_PAGES = 600
ALIKE = 3
"""Of addresses that differ by the values in their query alone, so many are enough."""

ROOT = "/admin/"


class Links(HTMLParser):
    """The addresses to which the links of a page lead, and those its forms post to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.posted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        href, action = told.get("href"), told.get("action")
        if tag == "a" and href:
            self.found.append(href)
        if tag == "form" and action:
            self.posted.append(action)


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


def parsed(response: Any) -> Links:
    """What a page leads to; nothing for what is no page."""
    links = Links()
    if not response.streaming and "text/html" in response.get("Content-Type", ""):
        links.feed(response.content.decode())
    return links


def ours(url: str, found: list[str]) -> Iterator[str]:
    """The admin's own pages among what was found at ``url``."""
    for href in found:
        target = urlsplit(urljoin(url, href))
        if target.path.startswith(ROOT) and target.netloc == "":
            yield f"{target.path}{'?' if target.query else ''}{target.query}"


def crawl(client: Client, first: list[str], posted: set[str]) -> dict[str, int]:
    """The status of each page that links lead to, beginning with these.

    ``posted`` takes the paths to which the forms on them post.
    """
    waiting, seen = deque(first), set(first)
    kinds: Counter[Any] = Counter()
    statuses: dict[str, int] = {}
    while waiting:
        url = waiting.popleft()
        response: Any = client.get(url)
        statuses[url] = response.status_code
        links = parsed(response)
        posted.update(urlsplit(url).path for url in ours(url, links.posted))
        targets = ours(url, links.found)
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
    told = (
        run_running("r"),
        node_status("in", NodeStatus.RUNNING, inputs={"v": 1}, startedAt=1),
        node_attempt("in", 1, {"code": "WF_X", "message": "No."}, 2, 3),
        node_status("in", NodeStatus.COMPLETE, outputData=1, finishedAt=4),
        Event(event="run_status", data={"status": "paused"}),
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
    first = owner.runs.earliest("created_at")
    owner.runs.filter(status__in=("completed", "error")).update(origin=first)
    gone = timezone.now() - timedelta(minutes=5)
    owner.runs.filter(status="running").update(lease_expires_at=gone)
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
    posted: set[str] = set()
    statuses = crawl(admin_client, [ROOT, *lists], posted)
    bad = {url: code for url, code in statuses.items() if code not in (200, 301, 302)}
    assert not bad
    # The address of a form, followed as if it were a link, does nothing either.
    followed = {url: admin_client.get(url).status_code for url in posted}
    assert set(followed.values()) <= {200, 302, 405}, followed
    assert everything() == before
    for part in ("/cancel/", "/retry/", "/decide/", "/end/", "/logout/"):
        assert any(url.endswith(part) for url in posted), part
    pages = " ".join(statuses)
    for part in (
        *("/publish/", "/compare/", "/restore/", "/unpublish/", "/run/", "/1/"),
        *("/events/", "/rerun/", "/value/", "/history/", "?origin=", "?node="),
        *("?decided=1", "?show=stuck", "/runs/review/"),
    ):
        assert part in pages, part
