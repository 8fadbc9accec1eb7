"""A page as its tests look at it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client

from workflows.models import Level, Share, Workflow


class Tag:
    """One opening tag, and the text up to the next."""

    def __init__(self, name: str, attrs: dict[str, str | None]) -> None:
        self.name = name
        self.attrs = attrs
        self.text = ""

    def __getitem__(self, attr: str) -> str:
        return self.attrs.get(attr) or ""


class Looked(HTMLParser):
    """What a page holds, tag by tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags:
            self.tags[-1].text += data

    def having(self, attr: str) -> list[Tag]:
        """Those with this attribute, in their order."""
        return [tag for tag in self.tags if attr in tag.attrs]

    def named(self, name: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name == name]

    @property
    def text(self) -> str:
        """All that can be read, with single spaces."""
        return " ".join(" ".join(tag.text for tag in self.tags).split())


def look(client: Client, path: str, *, status: int = 200, **query: Any) -> Looked:
    """The page at ``path``, which must answer so."""
    response = client.get(path, query)
    assert response.status_code == status
    return Looked(response.content.decode())


def listed(page: Looked) -> list[str]:
    """The ids of the workflows in the list."""
    return [tag["data-workflow"] for tag in page.having("data-workflow")]


def share(workflow: Workflow, user: User, level: Level = Level.VIEW) -> None:
    """Open ``workflow`` to a new group, of which ``user`` becomes a member."""
    group = Group.objects.create(name=f"{level} {workflow.pk}")
    group.user_set.add(user)
    Share.objects.create(workflow=workflow, group=group, level=level)
