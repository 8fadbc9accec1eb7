"""Which token a run was asked for with, and who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from access.models import Token
from runs.host import EngineHost
from runs.models import Run
from tests.factories import TokenFactory, UserFactory, WorkflowFactory
from workflows.models import Level, Share, Workflow

from .admin_scenes import page_of, signed_in, staff, stored, text_of
from .calling import Caller
from .scenes import chain, ended, grant

pytestmark = pytest.mark.django_db(transaction=True)

WORKFLOW = "/admin/workflows/workflow/{}/change/"
TOKEN = "/admin/access/token/{}/change/"
ASYNC = {"prefer": "respond-async"}


@pytest.fixture
def token(user: User) -> Token:
    grant(user, "workflows.run_adhoc_graph")
    made: Token = TokenFactory.create(owner=user, name="Night shift")
    return made


@pytest.fixture
def workflow(user: User) -> Workflow:
    made: Workflow = WorkflowFactory.create(owner=user, graph=chain())
    return made


def token_of(run_id: str) -> Token | None:
    return ended(UUID(run_id)).token


atoken_of = sync_to_async(token_of)


async def test_every_way_to_start_over_the_api_remembers_the_token(
    host: EngineHost, token: Token, workflow: Workflow
) -> None:
    caller = Caller(token)
    start = f"/api/workflows/{workflow.pk}/runs"
    first = (await (await caller.post(start, {}, **ASYNC)).json())["runId"]
    assert await atoken_of(first) == token
    repeats = {"rerun": {}, "retry": {"nodeId": "in"}}
    for verb, asked in repeats.items():
        path = f"/api/runs/{first}/{verb}"
        answer = await caller.post(path, asked)
        assert answer.status == 202, path
        assert await atoken_of((await answer.json())["runId"]) == token, path
    for body in ({"graph": chain()}, {"workflowId": str(workflow.pk)}):
        answer = await caller.post("/api/run", body)
        await answer.frames()
        assert await atoken_of(answer.headers["x-run-id"]) == token, body


def test_a_session_is_no_token(
    host: EngineHost, client: Client, user: User, workflow: Workflow
) -> None:
    client.force_login(user)
    path = f"/api/workflows/{workflow.pk}/runs"
    answer = client.post(path, {}, content_type="application/json")
    assert token_of(answer.json()["runId"]) is None


def test_a_run_outlives_its_token(user: User, token: Token) -> None:
    run = stored(user, token=token)
    token.delete()
    run.refresh_from_db()
    assert run.token is None


def test_the_api_tells_the_token_to_its_owner_and_to_staff_alone(
    user: User, token: Token, workflow: Workflow
) -> None:
    run = stored(user, token=token, workflow=workflow)
    friend = UserFactory.create()
    group = Group.objects.create(name="team")
    friend.groups.add(group)
    Share.objects.create(workflow=workflow, group=group, level=Level.VIEW)
    told = {"name": "Night shift", "prefix": token.prefix}
    viewer = staff("runs.view_run")
    for who, expected in ((user, told), (viewer, told), (friend, None)):
        shown = signed_in(who).get(f"/api/runs/{run.pk}").json()
        assert shown["token"] == expected
    plain = stored(user)
    assert signed_in(user).get(f"/api/runs/{plain.pk}").json()["token"] is None


def test_the_page_of_a_run_names_the_token_and_links_it_for_who_may_see_it(
    user: User, token: Token, admin_client: Client
) -> None:
    run = stored(user, token=token)
    link = TOKEN.format(token.pk)
    html = text_of(admin_client, page_of(run))
    assert f"Night shift ({token.prefix}" in html
    assert link in html
    assert admin_client.get(link).status_code == 200
    for permissions in (["runs.view_run"], ["runs.view_run", "access.view_token"]):
        html = text_of(signed_in(staff(*permissions)), page_of(run))
        assert "Night shift" in html
        assert link not in html
    assert "With the token" not in text_of(admin_client, page_of(stored(user)))


def test_the_page_of_a_workflow_tells_the_tokens_that_used_it(
    user: User, token: Token, workflow: Workflow, admin_client: Client
) -> None:
    now = timezone.now()
    script = TokenFactory.create(owner=user, name="<b>A script</b>")
    TokenFactory.create(owner=user, name="Never used")
    elsewhere = TokenFactory.create(owner=user, name="Of another")
    for used, many, ago in ((token, 2, 1), (script, 1, 5)):
        for n in range(many):
            at = now - timedelta(days=ago + n)
            stored(user, workflow=workflow, token=used, created_at=at)
    stored(user, workflow=workflow)
    stored(user, token=elsewhere)
    response = admin_client.get(WORKFLOW.format(workflow.pk))
    shown = response.context["used_tokens"]
    assert [(u.token, u.runs, u.url) for u in shown] == [
        (token, 2, TOKEN.format(token.pk)),
        (script, 1, TOKEN.format(script.pk)),
    ]
    assert shown[0].last_used_at == now - timedelta(days=1)
    html = response.content.decode()
    assert "Tokens that used it" in html
    assert "&lt;b&gt;A script&lt;/b&gt;" in html
    assert "<b>A script" not in html
    assert "Never used" not in html


def test_of_tokens_too_are_told_only_the_runs_one_may_see(
    user: User, token: Token, workflow: Workflow
) -> None:
    viewer = staff("workflows.view_workflow")
    stored(user, token=token)
    run = stored(user, workflow=workflow, token=token)
    page = WORKFLOW.format(workflow.pk)
    assert "Tokens that used it" not in text_of(signed_in(viewer), page)
    Run.objects.filter(pk=run.pk).update(owner=viewer)
    html = text_of(signed_in(viewer), page)
    assert "Night shift" in html
    assert TOKEN.format(token.pk) not in html


def test_many_tokens_take_no_more_queries_than_one(
    user: User,
    workflow: Workflow,
    admin_client: Client,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    def use() -> None:
        stored(user, workflow=workflow, token=TokenFactory.create(owner=user))

    use()
    page = WORKFLOW.format(workflow.pk)
    admin_client.get(page)
    with django_assert_max_num_queries(20) as few:
        admin_client.get(page)
    for _ in range(12):
        use()
    with django_assert_num_queries(len(few)):
        shown = admin_client.get(page).context["used_tokens"]
    assert len(shown) == 10
