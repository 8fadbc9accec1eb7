"""What the pages let a browser do: nothing that does not come from this server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve

from pages.policy import HEADER, POLICY
from tests.factories import WorkflowFactory
from tests.runs.admin_scenes import stored

from .looking import Looked

pytestmark = pytest.mark.django_db

STATIC = Path(__file__).parent.parent.parent / "pages" / "static" / "pages"
LOADING = {"script": "src", "img": "src", "link": "href", "form": "action"}


def pages(client: Client, user: User) -> list[Looked]:
    """Every page there is, also those that refuse."""
    workflow = WorkflowFactory.create(owner=user, name="One")
    stored(user, "completed", workflow=workflow)
    one, foreign = f"/workflows/{workflow.pk}", WorkflowFactory.create().pk
    answers = [
        *(Client().get(path) for path in ("/sign-in", "/sign-in?next=/")),
        Client().post("/sign-in", {"username": "x", "password": "y"}),
        *(client.get(path) for path in ("/", "/?q=nothing", "/password")),
        *(client.get(path) for path in (one, f"{one}/delete", f"/workflows/{foreign}")),
        client.get("/workflows/new"),
        client.get("/sign-out"),
        Client().get("/"),
    ]
    assert {answer.status_code for answer in answers} == {200, 302, 404, 405}
    assert {answer[HEADER] for answer in answers} == {POLICY}
    assert all("no-store" in answer["Cache-Control"] for answer in answers)
    return [Looked(answer.content.decode()) for answer in answers]


def test_no_page_has_inline_scripts_handlers_or_styles(
    visitor: Client, user: User
) -> None:
    for page in pages(visitor, user):
        assert page.named("style") == []
        for tag in page.tags:
            inline = {"style", "srcdoc"} | {a for a in tag.attrs if a.startswith("on")}
            assert not inline & {*tag.attrs}, tag.name
            assert tag.name != "script" or tag["src"]
            assert not tag["href"].lower().startswith("javascript:")


def test_pages_load_from_this_server_and_send_to_it_alone(
    visitor: Client, user: User
) -> None:
    for page in pages(visitor, user):
        for tag in page.tags:
            url = tag[LOADING.get(tag.name, "-")]
            assert not url or re.match("/[^/]", url), url


def test_every_link_of_a_page_leads_somewhere(visitor: Client, user: User) -> None:
    for page in pages(visitor, user):
        links = [tag["href"] for tag in page.named("a")]
        for path in filter(None, (link.partition("?")[0] for link in links)):
            resolve(path)


def test_every_field_and_button_says_what_it_is(visitor: Client, user: User) -> None:
    for page in pages(visitor, user):
        labelled = {tag["for"] for tag in page.named("label")}
        for tag in [*page.named("input"), *page.named("select")]:
            if tag["type"] not in ("hidden", "file") and tag["name"] != "order":
                assert tag["id"] in labelled or tag["aria-label"], tag.attrs


def test_our_modules_evaluate_no_text_and_write_no_markup() -> None:
    modules = [path.read_text() for path in STATIC.glob("*.js")]
    assert len(modules) == 2
    for module in modules:
        words = r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|style="
        assert not re.search(words, module)


def test_policy_lets_no_script_but_files_of_this_server() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in POLICY
    assert "*" not in POLICY
    assert "http" not in POLICY
