"""How often each page of the admin asks the database, with something on all of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from access.models import Token
from runs.models import Review, Run
from workflows.models import Workflow

from .admin_scenes import text_of
from .test_admin_crawl import furnish

pytestmark = pytest.mark.django_db

FEW = 10
MORE = {
    "admin:index": 13,
    "admin:workflows_workflow_publish": 12,
    "admin:auth_user_delete": 13,
}
"""The pages with the most different things to tell."""


def pages(user: User) -> dict[str, str]:
    """The addresses by what they are called."""
    workflow = Workflow.objects.get().pk
    run = Run.objects.filter(status="error").earliest("created_at").pk
    of = {
        "runs_run": run,
        "runs_review": Review.objects.get(decided_at=None).pk,
        "workflows_workflow": workflow,
        "access_token": Token.objects.earliest("pk").pk,
        "auth_user": user.pk,
        "auth_group": user.groups.get().pk,
    }
    args: dict[str, list[Any]] = {"admin:index": []}
    for model, pk in of.items():
        args |= {f"admin:{model}_changelist": [], f"admin:{model}_change": [pk]}
        args |= {f"admin:{model}_history": [pk]}
    for model in ("auth_user", "auth_group", "access_token"):
        args |= {f"admin:{model}_add": [], f"admin:{model}_delete": [of[model]]}
    for name in ("events", "rerun"):
        args[f"admin:runs_run_{name}"] = [run]
    of_all = ("run", "versions", "compare", "publish", "unpublish", "give", "delete")
    for name in of_all:
        args[f"admin:workflows_workflow_{name}"] = [workflow]
    for name in ("version", "restore"):
        args[f"admin:workflows_workflow_{name}"] = [workflow, 1]
    return {name: reverse(name, args=given) for name, given in args.items()}


def test_no_page_asks_the_database_often(
    admin_client: Client, admin_user: User, django_assert_max_num_queries: Any
) -> None:
    furnish(admin_user)
    for name, url in pages(admin_user).items():
        text_of(admin_client, url)
        with django_assert_max_num_queries(MORE.get(name, FEW), info=name):
            text_of(admin_client, url)
