"""The page of one workflow: what it hands to the editor, and to whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.test import Client
from django.urls import resolve

from pages import assets
from tests.factories import WorkflowFactory
from workflows.models import Level, Workflow

from .looking import look, share

pytestmark = pytest.mark.django_db


def config(client: Client, workflow: Workflow) -> dict[str, Any]:
    """What the page says to its module."""
    (root,) = look(client, f"/workflows/{workflow.pk}").having("data-config")
    told: dict[str, Any] = json.loads(root["data-config"])
    return told


def test_an_owner_edits_and_runs(visitor: Client, user: User) -> None:
    workflow = WorkflowFactory.create(owner=user)
    told = config(visitor, workflow)
    assert told["workflowId"] == str(workflow.pk)
    assert (told["readOnly"], told["mayRun"]) == (False, True)


@pytest.mark.parametrize(
    ("level", "read_only", "may_run"),
    [(Level.VIEW, True, False), (Level.RUN, True, True), (Level.EDIT, False, True)],
)
def test_a_share_opens_no_more_than_it_says(
    visitor: Client, user: User, level: Level, read_only: bool, may_run: bool
) -> None:
    workflow = WorkflowFactory.create()
    share(workflow, user, level)
    told = config(visitor, workflow)
    assert (told["readOnly"], told["mayRun"]) == (read_only, may_run)


def test_every_address_leads_somewhere_and_names_the_workflow(
    visitor: Client, user: User
) -> None:
    workflow = WorkflowFactory.create(owner=user)
    urls = config(visitor, workflow)["urls"]
    for url in urls.values():
        resolve(url.partition("?")[0])
    for name in ("workflow", "run", "pending"):
        assert str(workflow.pk) in urls[name]


def test_a_name_is_a_text_wherever_it_stands(visitor: Client, user: User) -> None:
    name = "</title><script>alert(1)</script>\" onload='x'"
    workflow = WorkflowFactory.create(owner=user, name=name)
    page = look(visitor, f"/workflows/{workflow.pk}")
    assert page.named("title")[0].text.strip() == f"{name} · Wayflow"
    assert all(tag["src"] for tag in page.named("script"))


def test_without_the_editor_the_page_says_how_to_build_it(
    visitor: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "is_built", lambda: False)
    workflow = WorkflowFactory.create(owner=user)
    page = look(visitor, f"/workflows/{workflow.pk}", status=503)
    assert "The editor is not built yet" in page.text
    assert page.named("code")[0].text.strip() == assets.BUILD
    assert page.named("script") == []


def test_the_command_that_the_page_names_exists() -> None:
    makefile = Path(__file__).parent.parent.parent / "Makefile"
    _, target = assets.BUILD.split()
    assert f"\n{target}:" in makefile.read_text()


# --- In production, where what was collected counts ---


@pytest.fixture
def collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A storage that has a manifest, in which nothing is yet."""
    storage: Any = ManifestStaticFilesStorage(location=tmp_path)
    for module in ("pages.assets", "django.contrib.staticfiles.storage"):
        monkeypatch.setattr(f"{module}.staticfiles_storage", storage)
    return storage


def test_an_editor_that_was_not_collected_is_not_there(collected: Any) -> None:
    assert assets.editor() is None


def test_an_editor_that_was_collected_has_its_hashed_names(
    collected: Any, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "is_built", lambda: False)
    collected.hashed_files = {
        assets.SCRIPT: "wayflow/editor.0123.js",
        assets.STYLE: "wayflow/editor.4567.css",
    }
    assert assets.editor() == assets.Editor(
        script="/static/wayflow/editor.0123.js",
        style="/static/wayflow/editor.4567.css",
    )
